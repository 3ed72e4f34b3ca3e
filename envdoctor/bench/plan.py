"""Chooses experiments and says how long they will take, before anything runs."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator
from typing import Any

import msgspec

from envdoctor.bench.experiments import EXPERIMENTS, FULL, QUICK, Experiment

EPOCH_IMAGES = 50_000
SLOW, FAST = 1500.0, 2500.0
"""Images per second that the estimate reckons with, at batches under 32 and from there: two slow cores."""
SETUP_SECONDS = {"compare": 4.0, "loader": 4.0, "machine": 6.0, "memory": 15.0, "fit": 8.0, "crossover": 15.0,
                 "parallel": 15.0, "ops": 8.0}  # fmt: skip
COMPILE_SECONDS = 90.0
BUILD_SECONDS = 40.0
"""For an extension: two files on two slow cores."""
LEAST_LIMIT = 60.0
ROUNDS = {QUICK: 3, FULL: 5}
WINDOW_SECONDS = {QUICK: 0.5, FULL: 1.0}
EPOCHS = {QUICK: 0.0, FULL: 2.0}


class UnknownExperimentError(Exception):
    """A pattern of `--only` fits no experiment. The message is one line and names what there is."""


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """How much is done for each experiment."""

    rounds: int
    window_seconds: float
    epochs: float
    """Trained for the accuracy of each row of the ladder; 0: those rows are timed only."""


class Planned(msgspec.Struct, frozen=True):
    """An experiment and the seconds it is expected to take on one device."""

    experiment: Experiment
    epochs: float
    estimate: float


def sizes(preset: str, epochs: float | None = None) -> Sizes:
    """Return the sizes of a preset."""
    chosen = EPOCHS[preset] if epochs is None else epochs
    return Sizes(rounds=ROUNDS[preset], window_seconds=WINDOW_SECONDS[preset], epochs=chosen)


def choose(preset: str, only: tuple[str, ...], sizes: Sizes, cpus: int | None = None) -> tuple[Planned, ...]:
    """Return what a preset runs; with patterns, what fits one of them.

    A group (`ladder`) means its experiments in the preset; a name (`ladder.batch*`) any there are. Rows for more CPUs
    than may be used are left out, unless a name asks for them.

    Args:
        preset: `quick` or `full`.
        only: groups and names; empty: all of the preset.
        sizes: how much is done for each.
        cpus: that may be used; None: as many as this process may.

    Raises:
        UnknownExperimentError: a pattern fits nothing.
    """
    for pattern in only:
        if not any(_fits(one, pattern) for one in EXPERIMENTS):
            groups = sorted({one.group for one in EXPERIMENTS})
            raise UnknownExperimentError(
                f"{pattern!r} fits no experiment; give a group ({', '.join(groups)}) or a name that --dry-run shows"
            )
    usable = cpus if cpus is not None else _cpus()
    chosen = [
        one
        for one in EXPERIMENTS
        if (preset in one.presets and (not only or one.group in only) and one.cpus <= usable)
        or any("." in pattern and _fits(one, pattern) for pattern in only)
    ]
    return tuple(planned(one, sizes) for one in chosen)


def _cpus() -> int:
    """Return the CPUs that this process, and so its worker, may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _fits(experiment: Experiment, pattern: str) -> bool:
    return experiment.group == pattern or fnmatch.fnmatchcase(experiment.name, pattern)


def planned(experiment: Experiment, sizes: Sizes) -> Planned:
    """Return an experiment with the length of its training and an estimate of its time."""
    own = experiment.epochs
    epochs = own if own is not None else sizes.epochs if experiment.group in {"ladder", "advice"} else 0.0
    sides = {"compare": 1 + (experiment.reference is not None), "loader": 3, "parallel": 3, "ops": 2}.get(
        experiment.kind, 0
    )
    windows = sides * sizes.rounds * sizes.window_seconds
    rate = FAST if experiment.settings.get("batch", 4) >= 32 else SLOW  # noqa: PLR2004  # as said above
    # Two sides train; operators written by hand are slow.
    rate = experiment.images_per_second or rate / {"parallel": 2, "ops": 10}.get(experiment.kind, 1)
    compiling = (BUILD_SECONDS if experiment.kind == "ops" else COMPILE_SECONDS) if experiment.compiler else 0.0
    estimate = SETUP_SECONDS[experiment.kind] + windows + epochs * EPOCH_IMAGES / rate + compiling
    return Planned(experiment, epochs, round(estimate, 1))


def request(planned: Planned, sizes: Sizes, device: str, seed: int, limit: float | None) -> dict[str, Any]:
    """Return what the worker is told of an experiment."""
    one = planned.experiment
    return {
        "name": one.name,
        "kind": one.kind,
        "device": device,
        "seed": seed,
        "settings": dict(one.settings),
        "reference": None if one.reference is None or one.reference == one.settings else dict(one.reference),
        "rounds": sizes.rounds,
        "window_seconds": sizes.window_seconds,
        "epochs": planned.epochs,
        "estimate": planned.estimate,
        # Far above the estimate: a busy machine is slow, a hang has no end.
        "limit": limit or max(LEAST_LIMIT, 8 * planned.estimate),
    }


def described(plan: tuple[Planned, ...], sizes: Sizes) -> Iterator[str]:
    """Say in lines what would run."""
    for one in plan:
        what = one.experiment
        train = f", {one.epochs:g} epochs" if one.epochs else ""
        where = " [GPU only]" if what.gpu else ""
        yield f"{what.name:26} about {one.estimate:5.0f} s  {what.changes}{train}{where}"
        yield f"{'':26} held still: {what.held}. {what.question}"
    total = sum(one.estimate for one in plan if not one.experiment.gpu)
    yield (
        f"{len(plan)} experiments, about {total / 60:.0f} minutes on one device without those for GPUs alone "
        f"({sizes.rounds} rounds of {sizes.window_seconds:g} s each); a busy machine takes longer."
    )
