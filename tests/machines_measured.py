"""Series of experiments as they were measured: a sound one, and one for each check of measurements."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from envdoctor.facts import Snapshot
from envdoctor.measurements import (
    Attribution,
    Cell,
    Crossover,
    Explanation,
    Fit,
    Measured,
    MeasuredHost,
    MeasuredSide,
    MeasuredTraining,
    MeasuredUsage,
    Part,
    Rounds,
    Spread,
    Times,
)

A100 = "NVIDIA A100-SXM4-40GB"
GPU = "cuda:0"
QUIET = MeasuredHost(load=0.4, cpu_share=0.99, cpus=4)


def times(mean: float, **more: float) -> Times:
    """Steps that hardly differ."""
    return Times(**{"n": 100, "mean": mean, "median": mean, "p95": 1.1 * mean, "minimum": 0.9 * mean,
                    "maximum": 1.3 * mean, **more})  # type: ignore[arg-type]  # fmt: skip


def side(
    name: str, mean: float, first: float = 0.01, settings: dict[str, Any] | None = None, **phases: float
) -> MeasuredSide:
    """One of the settings that took turns, with the mean seconds of a step and of its phases."""
    return MeasuredSide(
        name=name, settings=settings or {}, first_step_seconds=first, statistics=times(mean),
        phases={phase: times(seconds) for phase, seconds in phases.items()}, images_per_second=4 / mean,
    )  # fmt: skip


def row(name: str, device: str = "cpu", **more: Any) -> Measured:
    """One experiment that came to its end on a quiet machine."""
    told: dict[str, Any] = {
        "group": name.partition(".")[0], "verdict": "DONE", "before": QUIET, "after": QUIET, "threads": 1, "batch": 4,
        "device_name": None if device == "cpu" else A100,
    }  # fmt: skip
    return Measured(name=name, device=device, **{**told, **more})


def rounds(median: float, spread: float = 0.03) -> Rounds:
    """Three rounds that agree; the verdict follows as it does in the benchmark."""
    low, high = median * (1 - spread), median * (1 + spread)
    verdict = "gain" if low > 1 and median > 1.03 else "loss" if high < 1 and median < 0.97 else "noise"
    return Rounds(ratios=(low, median, high), median=median, low=low, high=high, verdict=verdict)


def compared(name: str, median: float, device: str = "cpu", spread: float = 0.03, **more: Any) -> Measured:
    """A row of the ladder, so many times as fast as the textbook's recipe."""
    settings = more.pop("settings", {})
    sides = (
        side("this", 0.002 / median, settings=settings, loader=0.0005, transfer=1e-5, host=0.0015 / median),
        side("reference", 0.002, loader=0.0005, transfer=1e-5, host=0.0015),
    )
    told = {"sides": sides, "settings": settings, "comparison": rounds(median, spread), **more}
    return row(name, device, **told)


def trained(accuracy: float, test_loss: float = 1.2, train_loss: float = 1.1) -> MeasuredTraining:
    """Two epochs, tested on ten thousand images."""
    return MeasuredTraining(
        epochs=2, train_loss=(1.8, train_loss), test_loss=test_loss, tested=10_000, accuracy=accuracy
    )


FIT = Fit(
    experiment="fit.textbook", parameters=62_006, fixed=Spread(53e-5, 52e-5, 54e-5),
    per_image=Spread(92e-6, 9e-5, 94e-6),
    equal_batch=Spread(5.8, 5.6, 6.0), misfit=0.03, misfit_batch=256, clock="cpu", operators=248, dispatch=2e-6,
)  # fmt: skip


def part(name: str, share: float) -> Part:
    """A part of a step of two milliseconds."""
    return Part(name=name, seconds=share * 0.002, share=Spread(share, share - 0.02, share + 0.02), how="")


def attributed(device: str = "cpu", dispatch: float = 0.15, others: float = 0.0, **more: Any) -> Attribution:
    """A step whose calls and whose waits for a CPU are so much of it."""
    parts = (
        part("arithmetic", 0.5),
        part("dispatch", dispatch),
        part("other programs", others),
        part("unexplained", 0.05),
    )
    return Attribution(**{"device": device, "batch": 4, "step_seconds": 0.002, "steps": 900, "rounds": 9,
                          "parts": parts, "fit": FIT, **more})  # fmt: skip


def cells(where: str, per_image: dict[tuple[str, int], float]) -> tuple[Cell, ...]:
    """Places of the map, each with a spread of a twentieth."""
    return tuple(
        Cell(net=net, width=6, parameters=62_006, batch=batch, where=where,
             per_image=Spread(seconds, 0.95 * seconds, 1.05 * seconds))
        for (net, batch), seconds in per_image.items()
    )  # fmt: skip


def crossed(**places: dict[tuple[str, int], float]) -> Crossover:
    """A map; `one`, `two` are threads of the CPU, `gpu` the GPU."""
    names = {"one": "1 CPU thread", "two": "2 CPU threads", "gpu": GPU}
    every = tuple(cell for name, values in places.items() for cell in cells(names[name], values))
    return Crossover(title="Time per image", cells=every, said=())


SOUND = (
    row("machine.ceilings", values={"gemm_fp32_flops": 1e11, "gemm_bf16_flops": 4e11}),
    row("ladder.textbook", images_per_second=3000.0, training=trained(0.60)),
    compared("ladder.workers_0", 1.02, settings={"workers": 0}),
    compared("ladder.data_in_memory", 1.05, settings={"data": "memory"}),
    compared("ladder.batch_32", 1.02, settings={"batch": 32}, batch=32, training=trained(0.60)),
    compared("ladder.threads_default", 1.02, settings={"threads": 4}, threads=4),
    compared("ladder.amp_bf16", 1.01, settings={"amp": "bf16"}),
    compared("ladder.loss_never_read", 1.0, settings={"read_loss_every": 0}),
    compared("ladder.batch_norm", 0.9, settings={"net": "textbook_norm"}, training=trained(0.61, test_loss=1.1)),
    row("loader.workers_2", sides=(side("loader", 0.002), side("step", 0.006), side("both", 0.006))),
    compared("sync.iris_never", 1.0),
)  # fmt: skip
"""Four CPUs, nothing beside."""
ON_GPU = (
    *SOUND,
    row("machine.ceilings", GPU, values={
        "gemm_fp32_flops": 1.8e13, "gemm_bf16_flops": 2.6e14, "gemm_fp16_flops": 2.6e14,
        "copy_bytes_per_second": 1.35e12, "h2d_pinned_bytes_per_second": 2.5e10, "d2h_pinned_bytes_per_second": 2.5e10,
        "h2d_pageable_bytes_per_second": 2.2e10,
    }),
    row("ladder.textbook", GPU, images_per_second=30_000.0, training=trained(0.60)),
    compared("ladder.pin_memory", 1.01, GPU, settings={"pin_memory": True}),
    compared("ladder.tf32", 1.01, GPU, settings={"tf32": True}),
    compared("ladder.cudnn_benchmark", 1.01, GPU, settings={"cudnn_benchmark": True}),
    compared("ladder.loss_never_read", 1.02, GPU, settings={"read_loss_every": 0}),
    compared("sync.iris_never", 1.02, GPU),
    compared("ladder.compile", 1.2, GPU, settings={"compile": True}),
)  # fmt: skip
"""The same with a GPU that does its work."""
EXPLAINED = Explanation(attribution=(attributed(),))


def changed(made: tuple[Measured, ...], name: str, device: str = "cpu", **fields: Any) -> tuple[Measured, ...]:
    """The series in which one experiment came out otherwise."""
    return tuple(
        replace(one, **fields) if (one.name, one.device) == (name, device) else one for one in made
    )  # fmt: skip


def put(made: tuple[Measured, ...], *rows: Measured) -> tuple[Measured, ...]:
    """The series with these experiments in the place of those of the same name and device, or at its end."""
    new = {(one.name, one.device): one for one in rows}
    kept = tuple(new.pop((one.name, one.device), one) for one in made)
    return (*kept, *new.values())


def series(made: tuple[Measured, ...] = SOUND, explanation: Explanation = EXPLAINED) -> Snapshot:
    """A snapshot that holds a series."""
    return Snapshot(measurements=made, explanation=explanation)


def events(before: float, after: float) -> tuple[MeasuredSide, ...]:
    """Sides whose steps take so long by the device's events."""
    return (side("this", 0.002, device=after), side("reference", 0.002, device=before))


def watched(clock: float, busy: float, share: float, word: str = "heat (driver)") -> MeasuredUsage:
    """What was sampled of a GPU."""
    levels: dict[str, Times | None] = {"clock_mhz": times(clock), "gpu_percent": times(busy)}
    return MeasuredUsage(levels=levels, held_down_by={word: share})


def parallel(name: str, wrap: str, median: float, **values: Any) -> Measured:
    """Several processes or GPUs in turns with one."""
    told = {"processes": 2, "loader_held_equal": True, "images_per_process": 64, **values}
    return compared(f"parallel.{name}", median, GPU, settings={"wrap": wrap}, values=told)


BUSY = MeasuredHost(load=6.0, cpu_share=0.4, cpus=4)
FULL = {"rows": [{"batch": 64, "seconds": 0.01}, {"batch": 128, "seconds": 0.02}, {"batch": 256, "seconds": 0.4}]}
FILLED = MeasuredUsage(
    levels={"gpu_memory_used_bytes": times(38e9, maximum=39.8e9)}, gpu_memory_total_bytes=40_000_000_000
)
COMPILED = (side("this", 0.0019, first=300.0), side("reference", 0.002))
STEPS = {"one": {("textbook", 1): 6e-4, ("textbook", 4): 2e-4, ("textbook", 64): 1e-4, ("wide", 256): 1e-3}}
SLOW_GPU = {("textbook", 1): 3e-3, ("textbook", 4): 8e-4, ("textbook", 64): 5e-5, ("wide", 256): 1e-5}

MEASURED: dict[str, Snapshot] = {
    "BEN013": series(put(
        SOUND, compared("ladder.data_in_memory", 2.0, settings={"data": "memory"}),
        row("loader.workers_2", sides=(side("loader", 0.02), side("step", 0.006), side("both", 0.021))),
    )),
    "BEN014": series(put(SOUND, compared(
        "ladder.workers_0", 1.5, sides=(side("this", 0.001, loader=0.0003), side("reference", 0.0015, loader=0.0014)),
    ))),
    "BEN015": series(explanation=Explanation(attribution=(attributed(dispatch=0.45),))),
    "BEN016": series(
        changed(ON_GPU, "ladder.textbook", GPU, images_per_second=2000.0),
        Explanation(attribution=(attributed(),), crossover=crossed(**STEPS, gpu=SLOW_GPU)),
    ),
    "BEN017": series(put(
        ON_GPU, compared("ladder.loss_never_read", 1.4, GPU), compared("sync.iris_never", 1.6, GPU),
    )),
    "BEN018": series(changed(
        put(ON_GPU, compared("ladder.pin_memory", 1.3, GPU)), "machine.ceilings", GPU,
        values={"h2d_pinned_bytes_per_second": 2.5e10, "h2d_pageable_bytes_per_second": 6e9},
    )),
    "BEN019": series(changed(
        ON_GPU, "machine.ceilings", GPU,
        values={"h2d_pinned_bytes_per_second": 6e9, "d2h_pinned_bytes_per_second": 6.1e9},
    )),
    "BEN020": series(changed(
        put(SOUND, compared("ladder.amp_bf16", 0.6)), "machine.ceilings",
        values={"gemm_fp32_flops": 1e11, "gemm_bf16_flops": 4e10},
    )),
    "BEN021": series(put(ON_GPU, compared("ladder.cudnn_benchmark", 1.3, GPU, sides=events(0.002, 0.0015)))),
    "BEN022": series(put(ON_GPU, compared("ladder.tf32", 1.3, GPU))),
    "BEN023": series(changed(SOUND, "ladder.batch_norm", training=trained(0.51, test_loss=1.6))),
    "BEN024": series(put(SOUND, compared(
        "ladder.batch_32", 1.9, settings={"batch": 32}, batch=32, training=trained(0.45, 1.6, 1.7),
    ))),
    "BEN025": series(put(ON_GPU, compared("ladder.compile", 1.05, GPU, spread=0.01, sides=COMPILED))),
    "BEN026": series((
        *ON_GPU,
        row("ladder.wide", GPU, usage=watched(1000, 95, 0.8)), row("ladder.wider", GPU, usage=watched(1410, 95, 0)),
    )),
    "BEN027": series(put(SOUND, compared(
        "ladder.threads_default", 0.2, settings={"threads": 4}, threads=4,
        sides=(replace(side("this", 0.01), statistics=times(0.01, median=0.002, p95=0.05)), side("reference", 0.002)),
    ))),
    "BEN028": series(tuple(replace(one, before=BUSY, after=BUSY) for one in SOUND)),
    "BEN029": series((*ON_GPU, row("memory.wide", GPU, values=FULL, usage=FILLED))),
    "BEN031": series((*ON_GPU, parallel("ddp", "ddp", 0.8, gradient_all_reduce_seconds=0.001))),
    "BEN032": series(changed(
        ON_GPU, "machine.ceilings", GPU, values={"gemm_bf16_flops": 1e14, "copy_bytes_per_second": 6e11},
    )),
    "BEN033": series((*ON_GPU, parallel("dp", "data_parallel", 0.5), parallel("ddp", "ddp", 1.7))),
}  # fmt: skip
"""Code → a series in which its finding is the only one."""
