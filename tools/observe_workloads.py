"""Runs the training scripts of tests/bench/workloads under `envdoctor bench` and prints what was named, one a line.

Usage: observe_workloads.py [--seconds N] [--python PATH] [NAME ...]
"""

import argparse
import sys
import time
from pathlib import Path

from envdoctor.bench.observe import NothingSeenError, observe
from envdoctor.report.model import Report

FOLDER = Path(__file__).parent.parent / "tests" / "bench" / "workloads"


def cause_of(script: Path) -> str:
    """Return the cause that the first line of a workload names."""
    return script.read_text(encoding="utf-8").removeprefix('"""').partition(":")[0]


def named(report: Report) -> str:
    """Return the cause that a report names first; "sound" where it accuses nothing."""
    return report.findings[0].cause if report.primary is not None else "sound"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    scripts = [one for one in sorted(FOLDER.glob("*.py")) if one.stem != "common"]
    scripts = [one for one in scripts if not options.names or one.stem in options.names]
    right = 0
    for script in scripts:
        began = time.monotonic()
        try:
            report = observe(options.python, str(script), (), seconds=options.seconds)
        except NothingSeenError as error:
            print(f"{script.stem:24} {cause_of(script):28} NOTHING {error}", flush=True)
            continue
        good = named(report) == cause_of(script)
        right += good
        others = [f"{one.code} {one.cause}" for one in report.findings]
        print(
            f"{script.stem:24} {cause_of(script):28} {named(report) if not good else 'right':28} "
            f"{time.monotonic() - began:5.1f} s {'; '.join(others)} | {report.headline}",
            flush=True,
        )
    print(f"{right} of {len(scripts)} named right")


if __name__ == "__main__":
    main()
