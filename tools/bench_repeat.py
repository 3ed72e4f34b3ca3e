"""Runs experiments twice and says whether the runs agree within the spread that they state.

Usage: python tools/bench_repeat.py [--python PATH] [--data DIR] [--preset quick] [--only NAME]... [--rounds 5]
       python tools/bench_repeat.py --saved FIRST.json SECOND.json   (of `envdoctor bench --preset quick --json`)

On a busy machine the answer says little: the load and the share of a CPU that a busy loop got are printed, too. Of two
runs of five rounds whose figures come from one distribution, the ranges miss each other in 1 of 126 cases; of three
rounds, in 1 of 10. Exit code: 0 all agree, 1 some differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec

from envdoctor.bench import plan
from envdoctor.bench.repeat import DIFFER, repeated, told
from envdoctor.bench.result import Series
from envdoctor.bench.series import SeriesOptions, run_series


def main() -> None:
    """Run, compare, print."""
    wanted = _arguments()
    made = [_saved(path) for path in wanted.saved] if wanted.saved else _run(wanted)
    for number, series in enumerate(made, 1):
        print(f"run {number}: {series.verdict}: {series.reason}; {_quiet(series)}", flush=True)
    rows = repeated(made[0].measurements, made[1].measurements)
    print("\n".join(told(rows)))
    raise SystemExit(any(row.answer == DIFFER for row in rows) or not rows)


def _saved(path: Path) -> Series:
    return msgspec.json.decode(path.read_bytes(), type=Series)


def _run(wanted: argparse.Namespace) -> list[Series]:
    sizes = msgspec.structs.replace(plan.sizes(wanted.preset, 0.0), rounds=wanted.rounds)
    chosen = [msgspec.structs.replace(one, epochs=0.0) for one in plan.choose(wanted.preset, tuple(wanted.only), sizes)]
    made: list[Series] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            options = SeriesOptions(
                preset=wanted.preset, plan=tuple(chosen), sizes=sizes, data=wanted.data, device=wanted.device,
                threads=wanted.threads, state=Path(folder),
            )  # fmt: skip
            made.append(run_series(wanted.python, options))
    return made


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--saved", nargs=2, type=Path, metavar="FILE")
    parser.add_argument("--data")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "all"))
    parser.add_argument("--preset", default="quick", choices=("quick", "full"))
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int)
    return parser.parse_args()


def _quiet(series: Series) -> str:
    hosts = [host for one in series.measurements for host in (one.before, one.after)]
    shares = [host.cpu_share for host in hosts if host.cpu_share is not None]
    loads = [host.load for host in hosts if host.load is not None]
    if not shares or not loads:
        return "nothing is known of other programs"
    return f"a busy loop got {min(shares):.2f} to {max(shares):.2f} of a CPU, load {min(loads):.1f} to {max(loads):.1f}"


if __name__ == "__main__":
    main()
