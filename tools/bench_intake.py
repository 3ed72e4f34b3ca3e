"""How long `envdoctor check --from FILE` takes, for texts of several kinds and sizes.

Usage: bench_intake.py [--rounds N]

Each text is made here, without chance; the whole command is timed, its fastest and its median round are printed.
Hostile texts (one endless line, a word a million times, nested brackets) are of one megabyte.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MEGABYTE = 1_000_000
REPORT = """# training fails
```
PyTorch version: 2.5.0+cu121
CUDA used to build PyTorch: 12.1
OS: Ubuntu 22.04 LTS (x86_64)
GPU 0: NVIDIA GeForce RTX 5090
Nvidia driver version: 570.133.20
```
"""
LINES = (
    "File '/home/u/site-packages/torch/nn/modules/module.py', line {n}, in _call_impl",
    "[{n}/420] nvcc -c kernel{n}.cu -o kernel{n}.o -gencode arch=compute_{n}",
    "step {n} loss 0.{n} lr 0.001 memory {n} MiB",
    "gcc: warning: option {n} is deprecated",
)


def texts() -> dict[str, str]:
    """Return name → text."""
    log = "\n".join(LINES[n % len(LINES)].format(n=n) for n in range(30_000))
    return {
        "issue, 100 kB": (REPORT + log)[:100_000],
        "log, 1 MB": (REPORT + log)[:MEGABYTE],
        "one line": "x" * MEGABYTE,
        "one word": "CUDA error " * (MEGABYTE // 11),
        "blanks and colons": ": " * (MEGABYTE // 2),
        "bars": "|" * MEGABYTE,
        "brackets": "[" * MEGABYTE,
        "variables": "A=1\n" * (MEGABYTE // 4),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts().items():
            path = Path(folder, "text.md")
            path.write_text(text, encoding="utf-8")
            took = [_seconds(path) for _ in range(rounds)]
            print(
                f"{name:20} {len(text):9} characters  {min(took):.2f} s at best, {statistics.median(took):.2f} s median"
            )


def _seconds(path: Path) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "envdoctor", "check", "--from", path, "--json"], check=False, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
