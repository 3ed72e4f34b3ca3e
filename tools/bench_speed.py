"""Measures how much sooner the recipe `tuned` learns than the textbook's, and what the longer tuned rows reach.

Usage: bench_speed.py --data FOLDER [--rounds N] [--window SECONDS] [--threads 1 default] [--rows NAME ...] [--write]

What is compared, in turns (textbook, tuned, textbook, tuned …), with one thread each and with torch's default each:
  textbook   its 10 epochs, as 10 times the epoch rate of a window of --window seconds; 2 loader processes, batch 4.
             Its accuracy after them, 61 to 62 %, is not measured again unless --prove is given (half an hour).
  tuned      trained to its end, a new seed each round; its accuracy on the test images is measured and given.
Wall seconds, and CPU seconds with those of loader processes. Training alone is counted. Evaluation (one pass over
the test images) and preparation (normalising the images, computing the stem) are given apart.

Longer rows (--rows tuned_75 …) are trained to their end and compared with their goals in CPU seconds, one thread.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import statistics
import sys
import time
import types
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import torch

from envdoctor.bench.experiments import EXPERIMENTS, Experiment

ROOT = Path(__file__).resolve().parents[1]
WORKER = ROOT / "envdoctor" / "bench" / "worker"
OUTPUT = ROOT / "reports" / "bench-speed.txt"
NAME = "bench_worker"
EPOCHS, FINISH = 10, 62.0
"""Of the textbook, and the accuracy in percent that they bring."""
RATIOS = {"1": 60.0, "default": 110.0}
"""Threads → how many times less wall time is wanted on a quiet machine."""
GOALS = {"tuned_75": (75.0, 35.0), "tuned_80": (80.0, 165.0), "tuned_85": (85.0, 350.0)}
"""Row → accuracy in percent, CPU seconds."""
WARM_UP = 20
DEFAULT_THREADS = torch.get_num_threads()


class Cost(NamedTuple):
    """What something took: wall seconds, CPU seconds with those of loader processes."""

    wall: float
    cpu: float


class Meter:
    """Reads both clocks; loader processes must live from its beginning to its end."""

    def __init__(self) -> None:
        self._began = self._read()

    def cost(self) -> Cost:
        """Return what was spent since the beginning."""
        now = self._read()
        return Cost(now.wall - self._began.wall, now.cpu - self._began.cpu)

    @staticmethod
    def _read() -> Cost:
        times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
        return Cost(time.perf_counter(), time.process_time() + sum(one.user + one.system for one in times))


def load(module: str) -> Any:
    """Load a module of the worker, as its start script does."""
    if NAME not in sys.modules:
        package = types.ModuleType(NAME)
        package.__path__ = [str(WORKER)]
        sys.modules[NAME] = package
    return importlib.import_module(f"{NAME}.{module}")


def cifar(folder: str) -> Any:
    """Return the images of a folder, from the benchmark's cache if they are there."""
    source = load("data_layout").find(folder)
    images, _ = load("data_cache").load(source, lambda: load("data_whole").read(source))
    return images


class Textbook:
    """The textbook's recipe, stepped for a while whenever asked."""

    def __init__(self, images: Any, threads: int) -> None:
        self._trainer = load("recipe").Trainer({"threads": threads}, images, "cpu", 0)
        self._images = len(images.train_labels)
        for _ in range(WARM_UP):
            self._trainer.step()

    def epochs(self, seconds: float) -> Cost:
        """Step for so many seconds and return what all epochs would take at that rate."""
        self._trainer.enter()
        for _ in range(self._trainer.epochs.settle):  # made before the window
            self._trainer.step()
        meter, images, until = Meter(), 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            self._trainer.step()
            images += self._trainer.settings["batch"]
        spent = meter.cost()
        return Cost(*(value * EPOCHS * self._images / images for value in spent))

    def close(self) -> None:
        """End the loader processes: waiting, they take no CPU time, but they are the meter's."""
        self._trainer.close()


def train(row: Experiment, images: Any, threads: int, seed: int) -> dict[str, Any]:
    """Train a row of the ladder to its end and return what the worker tells of it."""
    settings = {**row.settings, "threads": threads}
    torch.set_num_threads(threads)
    chosen = load("host").choose_precision("cpu") if settings.get("amp") == "auto" else {"amp": settings.get("amp")}
    settings["amp"] = chosen["amp"]
    began = time.perf_counter()
    told: dict[str, Any] = load("training").train(
        settings, images, "cpu", epochs=row.epochs or EPOCHS, seed=seed, tell=lambda **_: None
    )
    test_seconds = time.perf_counter() - began - told["seconds"] - told["prepare_seconds"]
    return {**told, "amp": settings["amp"] or "float32", "test_seconds": test_seconds}


def compare(images: Any, threads: str, wanted: argparse.Namespace) -> list[str]:
    """Measure `tuned` against the textbook in turns; return lines for people."""
    number = 1 if threads == "1" else DEFAULT_THREADS
    row, textbook = named("tuned"), Textbook(images, number)
    lines = [f"tuned against the textbook, {threads} thread{'' if threads == '1' else f's ({number})'} each"]
    walls, cpus, accuracies = [], [], []
    for seed in range(wanted.rounds):
        book = textbook.epochs(wanted.window)
        told = train(row, images, number, seed)
        walls.append(book.wall / told["seconds"])
        cpus.append(book.cpu / told["cpu_seconds"])
        accuracies.append(100 * told["accuracy"])
        lines.append(
            f"  round {seed}: textbook {book.wall:7.1f} s wall {book.cpu:7.1f} CPU-s; tuned {told_line(told)}; "
            f"ratio {walls[-1]:.1f} wall, {cpus[-1]:.1f} CPU, load {os.getloadavg()[0]:.1f}"
        )
        print(lines[-1], file=sys.stderr)
    textbook.close()
    reached = sum(accuracy >= FINISH for accuracy in accuracies)
    lines.append(
        f"  ratio of wall times {spread(walls)} (wanted on a quiet machine: {RATIOS[threads]:.0f}), of CPU times "
        f"{spread(cpus)}; accuracy {spread(accuracies)} %: {reached} of {len(accuracies)} reach {FINISH:g} %"
    )
    return lines


def told_line(told: dict[str, Any]) -> str:
    """Say what a training took and reached."""
    return (
        f"{told['seconds']:6.2f} s wall {told['cpu_seconds']:6.2f} CPU-s {100 * told['accuracy']:5.2f} % "
        f"({told['steps']} steps, {told['amp']}; besides: preparing {told['prepare_seconds']:.1f} s, "
        f"testing {told['test_seconds']:.1f} s)"
    )


def long_row(images: Any, name: str, rounds: int) -> list[str]:
    """Train a longer row with one thread, once a seed; return lines for people."""
    row, (goal, limit) = named(name), GOALS[name]
    lines, cpus, accuracies = [f"{row.name}, 1 thread: {row.changes}"], [], []
    for seed in range(rounds):
        told = train(row, images, 1, seed)
        cpus.append(told["cpu_seconds"])
        accuracies.append(100 * told["accuracy"])
        lines.append(f"  seed {seed}: {told_line(told)}, load {os.getloadavg()[0]:.1f}")
        print(lines[-1], file=sys.stderr)
    wanted = f"wanted: {goal:g} % in {limit:g}"
    return [*lines, f"  accuracy {spread(accuracies)} % in {spread(cpus)} CPU-s ({wanted})"]


def named(name: str) -> Experiment:
    """Return a row of the ladder."""
    [row] = [one for one in EXPERIMENTS if one.name == f"ladder.{name}"]
    return row


def spread(values: list[float]) -> str:
    """Say the median, the lowest and the highest."""
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f}, n={len(values)})"


def machine() -> str:
    """Say on what this was measured, and what else ran there."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    features = torch.backends.cpu.get_cpu_capability()
    share = load("host").cpu_share()
    return (
        f"{now}, {platform.machine()} ({features}), {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, "
        f"a busy loop gets {share:.2f} of a CPU, torch {torch.__version__}, Python {platform.python_version()}"
    )


def prove(images: Any) -> list[str]:
    """Train the textbook for all its epochs; return lines for people."""
    row = Experiment(name="textbook", changes="", held="", question="", epochs=float(EPOCHS))
    return [f"textbook, {EPOCHS} epochs to the end, 1 thread: {told_line(train(row, images, 1, 0))}"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="CIFAR-10: official files or image folders")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", type=float, default=8.0, help="seconds of the textbook in each round")
    parser.add_argument("--threads", nargs="*", choices=tuple(RATIOS), default=list(RATIOS))
    parser.add_argument("--rows", nargs="*", choices=tuple(GOALS), default=[], help="longer rows to train as well")
    parser.add_argument("--prove", action="store_true", help="train the textbook for its 10 epochs as well")
    parser.add_argument("--write", action="store_true", help=f"also write {OUTPUT.relative_to(ROOT)}")
    wanted = parser.parse_args()
    images = cifar(wanted.data)
    lines = ["before: " + machine()]
    for threads in wanted.threads:
        lines += compare(images, threads, wanted)
    for name in wanted.rows:
        lines += long_row(images, name, wanted.rounds)
    if wanted.prove:
        lines += prove(images)
    lines.append("after: " + machine())
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if wanted.write:
        OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
