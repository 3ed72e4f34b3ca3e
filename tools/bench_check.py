"""How much time and memory `envdoctor check` costs, as ratios within one run.

Usage: bench_check.py [--python PATH] [--rounds N]

The commands are run in turn, round after round (A B C A B C …), so that whatever else the machine does
falls on all of them alike. A round gives a ratio; the median of the ratios and their range are printed.
The torch that is imported is that of `--python` (default: this interpreter). Times on the clock are worth
something on a quiet machine only; the CPU time of a command and of all that it starts is shown beside them.

What the ratios mean:
  check / import torch      the whole check against `python -c "import torch"` of the examined Python
  static / bare             the part that imports no torch, against a Python that does nothing
  version / bare            what typing `envdoctor --version` costs

The peak of memory is that of envdoctor's own process during a whole check, without its children.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import NamedTuple

PEAK = """
import resource, sys
import envdoctor.cli.process as process
leave = process.leave
def told(code):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak, file=sys.stderr)
    leave(code)
process.leave = told
from envdoctor.__main__ import main
main()
"""
"""Runs envdoctor and tells the most memory that it held."""
KIB = 1 if sys.platform == "darwin" else 1024
"""Bytes in a unit of ru_maxrss."""


class Cost(NamedTuple):
    """What a command took, in seconds."""

    wall: float
    cpu: float
    """With all that it started and waited for."""


def cost(argv: Sequence[str]) -> Cost:
    """Run a command, its output thrown away."""
    before, started = _cpu(), time.perf_counter()
    subprocess.run(argv, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Cost(time.perf_counter() - started, _cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_bytes(python: str) -> int:
    """Return the most memory that envdoctor's own process holds during a whole check."""
    argv = [sys.executable, "-c", PEAK, "check", "--python", python]
    done = subprocess.run(argv, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(done.stderr.split()[-1]) * KIB


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=7)
    wanted = parser.parse_args()
    envdoctor = [sys.executable, "-m", "envdoctor"]
    commands = {
        "bare": [sys.executable, "-c", "pass"],
        "version": [*envdoctor, "--version"],
        "static": [*envdoctor, "check", "--static", "--python", wanted.python],
        "import torch": [wanted.python, "-c", "import torch"],
        "check": [*envdoctor, "check", "--python", wanted.python],
    }
    for argv in commands.values():  # files into the page cache, byte code written
        cost(argv)
    rounds = [{name: cost(argv) for name, argv in commands.items()} for _ in range(wanted.rounds)]
    _print(rounds)
    print(f"{'peak of memory':26s}        {peak_bytes(wanted.python) / 1e6:7.1f} MB   wanted <= 60 MB")


def _print(rounds: Sequence[dict[str, Cost]]) -> None:
    load = f", load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    print(
        f"{now}, {platform.machine()}, {os.cpu_count()} CPUs{load}, Python {platform.python_version()}, n={len(rounds)}"
    )
    for name in rounds[0]:
        line = _row(name, [row[name].wall for row in rounds], "s")
        print(f"{line}   CPU {statistics.median(row[name].cpu for row in rounds):7.3f} s")
    above = [row["version"].wall - row["bare"].wall for row in rounds]
    print(_row("version - bare", above, "s"), "  wanted <= 0.10 s")
    print(_row("static", [row["static"].wall for row in rounds], "s"), "  wanted <= 0.15 s")
    for over, under, aim in (
        ("check", "import torch", "   wanted <= 1.15"), ("static", "bare", ""), ("version", "bare", ""),
    ):  # fmt: skip
        for kind, of in (("", _wall), (", CPU", _cpu_of)):
            line = _row(f"{over} / {under}{kind}", [of(row[over]) / of(row[under]) for row in rounds], " ")
            print(f"{line}{aim}".rstrip())


def _row(name: str, values: Sequence[float], unit: str) -> str:
    spread = f"min {min(values):7.3f}   max {max(values):7.3f}"
    return f"{name:26s} median {statistics.median(values):7.3f} {unit}   {spread}"


def _wall(one: Cost) -> float:
    return one.wall


def _cpu_of(one: Cost) -> float:
    return one.cpu


if __name__ == "__main__":
    main()
