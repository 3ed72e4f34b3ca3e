"""A series of experiments with windows, made from what each part of a step costs."""

from __future__ import annotations

from typing import Any

from envdoctor.bench.gather import compare
from envdoctor.bench.result import Host, Result, Side, Training, Window
from envdoctor.bench.verdict import summarise

FIXED, PER_IMAGE, LOADER, TRANSFER = 500e-6, 100e-6, 800e-6, 20e-6
BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256]
STEPS = 50
WOBBLE = (0.97, 1.0, 1.03)
"""Of the three rounds: both sides are as fast or slow in one."""


def window(name: str, number: int, batch: int, parts: dict[str, float], wobble: float = 1.0) -> Window:
    """A window of equal steps; what belongs to no phase is wall time as well."""
    loader, transfer, host = (wobble * parts[phase] for phase in ("loader", "transfer", "host"))
    step = loader + transfer + host
    wall = STEPS * (step + wobble * parts.get("rest", 0.0))
    return Window(
        side=name, round=number, steps=STEPS, images=STEPS * batch, seconds=wall, cpu_seconds=STEPS * (transfer + host),
        step=(step,) * STEPS, loader=(loader,) * STEPS, transfer=(transfer,) * STEPS, host=(host,) * STEPS,
    )  # fmt: skip


def costs(batch: int = 4, **more: float) -> dict[str, float]:
    """What the parts of a step cost."""
    return {"loader": LOADER, "transfer": TRANSFER, "host": FIXED + PER_IMAGE * batch, **more}


def side(name: str, windows: tuple[Window, ...], settings: dict[str, Any]) -> Side:
    mine = [one for one in windows if one.side == name]
    phases = {p: summarise([s for w in mine for s in getattr(w, p)]) for p in ("loader", "transfer", "host")}
    return Side(
        name=name, settings={"threads": 1, **settings}, first_step_seconds=0.01,
        statistics=summarise([s for w in mine for s in w.step]),
        phases={p: found for p, found in phases.items() if found is not None},
        images_per_second=mine[1].images / mine[1].seconds,
    )  # fmt: skip


def row(name: str, settings: dict[str, Any], parts: dict[str, float], *, device: str = "cpu", **more: Any) -> Result:
    """A row of the ladder in turns with the textbook's recipe."""
    batch = settings.get("batch", 4)
    windows = tuple(
        window(which, number, size, cost, wobble)
        for number, wobble in enumerate(WOBBLE)
        for which, size, cost in (("reference", 4, costs()), ("this", batch, parts))
    )
    return Result(
        name=name, group=name.partition(".")[0], device=device, verdict="DONE", settings={"threads": 1, **settings},
        sides=(side("this", windows, settings), side("reference", windows, {})), windows=windows,
        comparison=compare(windows), batch=batch, threads=settings.get("threads", 1),
        before=Host(load=0.3, cpu_share=0.99, cpus=2), after=Host(load=0.5, cpu_share=0.98, cpus=2), **more,
    )  # fmt: skip


def textbook(**more: Any) -> Result:
    """The reference by itself."""
    windows = tuple(window("this", number, 4, costs(), wobble) for number, wobble in enumerate(WOBBLE))
    return Result(
        name="ladder.textbook", group="ladder", device="cpu", verdict="DONE", settings={"threads": 1},
        sides=(side("this", windows, {}),), windows=windows, batch=4, threads=1, **more,
    )  # fmt: skip


def fitted(device: str = "cpu") -> Result:
    """The line's experiment, with rounds that wobble."""
    rounds = [[wobble * (FIXED + PER_IMAGE * b) for b in BATCHES] for wobble in WOBBLE]
    values = {
        "batches": BATCHES, "cpu_rounds": rounds, "wall_rounds": rounds, "operators_per_step": 248,
        "dispatch_seconds": 1.9e-6, "parameters": 62_006,
    }  # fmt: skip
    return Result(name="fit.textbook", group="fit", device=device, verdict="DONE", values=values)


def mapped(device: str = "cpu", times: float = 1.0, overhead: float = 0.0) -> Result:
    """The map of a device that computes so many times as slowly, after so long a start of each step."""
    threads = (1, 2) if device == "cpu" else (1,)

    def per_image(width: int, batch: int, count: int) -> float:
        return (overhead + FIXED * count + width / 6 * PER_IMAGE * times * batch / count) / batch

    cells = [
        {
            "net": net, "width": width, "parameters": 62_006 * width // 6, "batch": batch, "threads": count,
            "seconds_per_image": [wobble * per_image(width, batch, count) for wobble in WOBBLE],
        }
        for net, width in (("textbook", 6), ("wide", 32)) for batch in (1, 4, 64, 256) for count in threads
    ]  # fmt: skip
    return Result(name="crossover.map", group="crossover", device=device, verdict="DONE", values={"cells": cells})


def trained(accuracy: float, test_loss: float = 1.2) -> Training:
    """Two epochs of training."""
    return Training(
        epochs=2, steps=25_000, seconds=60.0, cpu_seconds=60.0, prepare_seconds=0.1, train_loss=(1.8, 1.3),
        test_loss=test_loss, correct=round(10_000 * accuracy), tested=10_000, accuracy=accuracy,
    )  # fmt: skip


FREED = costs(loader=10e-6)
LADDER = (
    textbook(),
    row("ladder.workers_0", {"workers": 0}, costs(loader=300e-6)),
    row("ladder.data_in_memory", {"data": "memory"}, FREED),
    row("ladder.batch_32", {"batch": 32}, costs(32, loader=4 * LOADER)),
    row("ladder.fused", {"fused": True}, costs(host=FIXED + 4 * PER_IMAGE - 150e-6)),
    row("ladder.channels_last", {"channels_last": True}, costs(host=FIXED + 4 * PER_IMAGE + 5e-6)),
    row("ladder.wide", {"net": "wide"}, costs(host=FIXED + 4 * PER_IMAGE * 8)),
    fitted(),
    mapped(),
)
"""A quiet machine whose loader, calls and arithmetic are known."""
