"""Judges the parts of the smoke test beside learning and arithmetic: pure functions, and the rules in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from envdoctor.bench.measurement import FAIL, PASS, SKIP, Part

NAMES = {
    "amp": "half precision",
    "checkpoint": "checkpoint",
    "determinism": "same seed, same losses",
    "loader_fork": "loader processes (fork)",
    "loader_spawn": "loader processes (spawn)",
    "loader_forkserver": "loader processes (forkserver)",
}
"""Name in the worker → name for people."""
LOADERS = ("loader_fork", "loader_spawn", "loader_forkserver")
ORDER = ("amp", "checkpoint", "determinism", *LOADERS)
AMP_TOLERANCE = 0.1
"""Of a loss in half precision, relative to float32's of the same step: 0.0009 to 0.012 were seen for bf16 on CPUs with
torch 2.0 and 2.15; a wrong kernel or an overflow is off by far more."""
SAME_ON_GPU = 1e-4
"""Relative difference of losses after a checkpoint on a GPU, whose sums have no fixed order. On a CPU it is 0."""


def part_of(key: str, device: str, told: Mapping[str, Any]) -> Part:
    """Judge one part.

    Args:
        key: its name in the worker.
        device: `cpu`, `cuda:0`, …
        told: raw figures; or `error`, or `skip`, with the reason.
    """
    name, seconds = NAMES.get(key, key), told.get("seconds") or 0.0
    if "skip" in told:
        return Part(name=name, verdict=SKIP, what=str(told["skip"]), seconds=seconds)
    if "error" in told:
        return Part(name=name, verdict=FAIL, what=_failed(key, str(told["error"])), seconds=seconds)
    verdict, what, values = JUDGES[key](told, device)
    return Part(name=name, verdict=verdict, what=what, values=values, seconds=seconds)


Judgement = tuple[str, str, dict[str, Any]]


def _failed(key: str, error: str) -> str:
    cure = {
        "checkpoint": "; make room there, or name another folder with TMPDIR",
        **dict.fromkeys(LOADERS, "; until that is mended, train with num_workers=0"),
    }
    return error + cure.get(key, "")


def _amp(told: Mapping[str, Any], _device: str) -> Judgement:
    pairs = list(zip(told["half"], told["float32"], strict=True))
    for column, name in enumerate((told["type"], "float32")):
        wrong = [step for step, pair in enumerate(pairs) if pair[column] is None or not math.isfinite(pair[column])]
        if wrong:
            return FAIL, f"the loss in {name} is no finite number at step {wrong[0] + 1} of {len(pairs)}", {}
    apart = max(abs(half - plain) / plain if plain else math.inf for half, plain in pairs)
    what = f"{len(pairs)} steps in {told['type']}: losses within {apart:.1e} of float32's, allowed {AMP_TOLERANCE:.0e}"
    return (PASS if apart <= AMP_TOLERANCE else FAIL), what, {"loss_difference": _finite(apart), "steps": len(pairs)}


def _checkpoint(told: Mapping[str, Any], device: str) -> Judgement:
    wanted, got = told["wanted"], told["got"]
    apart = max(abs(a - b) / abs(b) if b else math.inf for a, b in zip(got, wanted, strict=True))
    good = got == wanted if device == "cpu" else apart <= SAME_ON_GPU
    size, seconds = told["bytes"], told["save_seconds"] + told["load_seconds"]
    what = f"saved and loaded {size / 1024:,.0f} KiB in {seconds * 1e3:.3g} ms; the next {len(wanted)} losses " + (
        "are the same" if got == wanted else f"differ by up to {apart:.1e}" + (", as sums on GPUs do" * good)
    )
    values = {"loss_difference": _finite(apart), "bytes": size, **_only(told, "save_seconds", "load_seconds")}
    return (PASS if good else FAIL), what, values


def _determinism(told: Mapping[str, Any], device: str) -> Judgement:
    one, two = told["losses"]
    same = sum(a == b for a, b in zip(one, two, strict=True))
    how = "" if device == "cpu" else " with deterministic algorithms"
    values = {"steps": len(one), "same_steps": same, "same_weights": told["same_weights"]}
    if same == len(one) and told["same_weights"]:
        return PASS, f"two runs of {same} steps from one seed{how}: every loss and weight the same, bit for bit", values
    what = f"two runs from one seed{how}: {same} of {len(one)} losses are the same"
    if told["not_deterministic"]:
        return SKIP, f"{what}; torch says of it: {told['not_deterministic'][0]}", values
    return FAIL, what, values


def _loaders(told: Mapping[str, Any], _device: str) -> Judgement:
    number, compared, different = told["batches"], told["compared"], told["different"]
    values = {"batches": number, "different": different, **_only(told, "first_batch_seconds", "all_seconds")}
    if different or compared != number:
        what = f"{compared} of {number} batches came from {told['workers']} processes, {different} of them altered"
        return FAIL, what, values
    first = told["first_batch_seconds"]
    what = f"{number} batches from {told['workers']} processes as without any; the first came after {first:.2g} s"
    return PASS, what, values


JUDGES: dict[str, Callable[[Mapping[str, Any], str], Judgement]] = {
    "amp": _amp,
    "checkpoint": _checkpoint,
    "determinism": _determinism,
    **dict.fromkeys(LOADERS, _loaders),
}


def _only(told: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: told[name] for name in names if name in told}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
