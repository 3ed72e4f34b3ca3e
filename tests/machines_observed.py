"""Training scripts as they were observed: a sound one, and one for each check of a bottleneck."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from envdoctor.facts import Snapshot
from envdoctor.observation import (
    Observation,
    ObservedCalls,
    ObservedCpu,
    ObservedDevice,
    ObservedLoader,
    ObservedMemory,
    ObservedOptimizer,
    ObservedRank,
    ObservedTrial,
    StepTimes,
)

TIMES = StepTimes(n=100, mean=0.02, median=0.02, p95=0.022, min=0.018, max=0.03)
PARTS = {
    "loader": 0.06, "forward": 0.9, "backward": 1.0, "optimizer": 0.03, "between": 0.005, "read": 0.0, "save": 0.0,
    "evaluate": 0.0,
}  # fmt: skip
MEMORY = (
    ObservedMemory(step=8, resident=500_000_000, tensors=40, graphs=1, batch_norms=1),
    ObservedMemory(step=108, resident=504_000_000, tensors=40, graphs=1, batch_norms=1),
)
SOUND = Observation(
    script="train.py",
    ended="enough",
    steps=100,
    step_seconds=TIMES,
    seconds=2.0,
    cpu_seconds=3.8,
    parts=PARTS,
    work_steps=0.01,
    kinds={"script": 0.45, "backward": 0.5, "loader": 0.03},
    looks=200,
    loader=ObservedLoader(workers=0, batch=64, samples=2000),
    loader_alone_seconds=0.0006,
    loader_inline_seconds=0.0006,
    optimizer=ObservedOptimizer("SGD", parameters=5450, tensors=8, lr=0.05, momentum=0.9),
    operators_per_step=210,
    threads=2,
    cpus=2,
    shapes=1,
    memory=MEMORY,
    cpu=ObservedCpu(own=1.9, others=0.05, waiting=0.02),
    losses=tuple(2.3 - 0.02 * at for at in range(60)),
)
"""Two CPUs, a small convolutional net, well fed."""


def trial(median: float, name: str = "threads", spread: float = 0.05, **more: Any) -> ObservedTrial:
    """What switching something on and off in four turns gave."""
    return ObservedTrial(name, median, median - spread, median + spread, 4, **more)


def parts(**seconds: float) -> dict[str, float]:
    """The parts of the sound run, of which these took other times."""
    return PARTS | seconds


def observed(**facts: Any) -> Observation:
    """The sound run with these other facts."""
    return replace(SOUND, **facts)


def on_gpu(busy: float | None, **facts: Any) -> Observation:
    """The sound run on a GPU that works for so many seconds of each step of 20 ms; None: nobody could ask it."""
    device_pass = None if busy is None else ObservedDevice(steps=5, busy_seconds=busy, launches=400)
    return replace(SOUND, device="cuda:0", device_pass=device_pass, trials=(), **facts)


RANK = ObservedRank(
    rank=0,
    steps=100,
    threads=1,
    step_seconds=0.02,
    loader_seconds=0.0002,
    forward_seconds=0.006,
    backward_seconds=0.012,
)
"""One of the processes that train together, soundly."""

OBSERVED: dict[str, Observation] = {
    "BEN001": observed(ended="failed", error="ValueError: shapes differ (train.py:12)"),
    "BEN002": observed(parts=parts(loader=1.2), loader_alone_seconds=0.011, seconds=3.1),
    "BEN003": observed(
        parts=parts(loader=1.2), seconds=3.1, loader=ObservedLoader(workers=2, batch=16), loader_inline_seconds=0.001
    ),
    "BEN004": observed(
        parts=parts(read=0.8), seconds=2.8, reads=(ObservedCalls("train.py:30", per_step=64.0, seconds=0.8),)
    ),
    "BEN005": observed(parts=parts(evaluate=1.5), seconds=3.5, work_steps=1.0),
    "BEN006": observed(memory=(MEMORY[0], replace(MEMORY[1], graphs=101, tensors=140, resident=900_000_000))),
    "BEN007": observed(threads=32, trials=(trial(0.4, before=32, to=2),)),
    "BEN008": observed(cpu=ObservedCpu(own=1.1, others=0.9, waiting=0.7)),
    "BEN009": observed(loader=ObservedLoader(workers=0, batch=2), step_seconds=replace(TIMES, min=0.002), memory=()),
    "BEN010": observed(amp="cpu float16", trials=(trial(0.3, "without autocast", used="cpu float16"),)),
    "BEN011": observed(kinds={"compile": 0.5, "backward": 0.3}, shapes=9, compiled={"graphs": 8, "frames": 8}),
    "BEN012": observed(losses=tuple(2.3 + at for at in range(60))),
    "BEN030": observed(
        ranks=(
            replace(RANK, backward_seconds=0.0136, forward_seconds=0.004),
            replace(RANK, rank=1, loader_seconds=0.012, backward_seconds=0.003, forward_seconds=0.004),
        )
    ),
}
"""Code → what is seen where its finding is the first."""
OBSERVED_MACHINES = {code: Snapshot(observation=seen) for code, seen in OBSERVED.items()}
