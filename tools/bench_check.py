"""How much time `envdoctor check` costs, as ratios within one run.

Usage: bench_check.py [--python PATH] [--rounds N]

The commands are run in turn, round after round (A B C A B C …), so that whatever else the machine does
falls on all of them alike. A round gives a ratio; the median of the ratios and their range are printed.
The torch that is imported is that of `--python` (default: this interpreter).

What the ratios mean:
  check / import torch      the whole check against `python -c "import torch"` of the examined Python
  static / bare             the part that imports no torch, against a Python that does nothing
  version / bare            what typing `envdoctor --version` costs
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone

TARGETS = {"check / import torch": "<= 1.3", "static": "<= 0.3 s"}


def seconds(argv: Sequence[str]) -> float:
    """Return the wall time of a command, its output thrown away."""
    started = time.perf_counter()
    subprocess.run(argv, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


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
        seconds(argv)
    rounds = [{name: seconds(argv) for name, argv in commands.items()} for _ in range(wanted.rounds)]
    _print(rounds)


def _print(rounds: Sequence[dict[str, float]]) -> None:
    load = f", load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    print(
        f"{now}, {platform.machine()}, {os.cpu_count()} CPUs{load}, Python {platform.python_version()}, n={len(rounds)}"
    )
    for name in rounds[0]:
        values = [row[name] for row in rounds]
        print(f"{name:22s} median {statistics.median(values):7.3f} s   min {min(values):7.3f}   max {max(values):7.3f}")
    for over, under in (("check", "import torch"), ("static", "bare"), ("version", "bare")):
        ratios = [row[over] / row[under] for row in rounds]
        name = f"{over} / {under}"
        aim = f"   wanted {TARGETS[name]}" if name in TARGETS else ""
        spread = f"min {min(ratios):7.2f}   max {max(ratios):7.2f}"
        print(f"{name:22s} median {statistics.median(ratios):7.2f}     {spread}{aim}")


if __name__ == "__main__":
    main()
