"""Makes a measurement of what a worker told, however far it came."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from envdoctor.bench.measurement import FAIL, PASS, Agreement, Data, Measurement, Memory, Part, Proof
from envdoctor.bench.parts import part_of
from envdoctor.bench.verdict import TOLERANCE, judge, summarise
from envdoctor.facts import Failure

NAME = "smoke"
BUSY_LOAD = 0.5
"""Runnable processes per CPU, before training, above which others are at work…"""
ENOUGH = 0.8
"""…and the share of the wanted CPUs under which they were in the way."""
CLOCK = (
    "Times cover taking a batch from memory, turning bytes into numbers, forward, loss, backward and the optimizer's "
    "step. They leave out loading torch, reading and decoding images, copying them to the device, the first step "
    "(given apart) and testing."
)
ON_GPU = " Steps are timed by events on the GPU, which is waited for only at the ends of windows of many steps."


def measurement_of(
    device: str, told: Mapping[str, Any], stages: Mapping[str, float], failure: Failure | None
) -> Measurement:
    """Judge a device by all that its worker told.

    Args:
        device: `cpu`, `cuda:0`, …
        told: the facts, by name.
        stages: stage → seconds.
        failure: how the worker ended before its time, if it did.
    """
    training, test = told.get("training") or {}, told.get("test") or {}
    losses = tuple(_finite(loss) for loss in training.get("loss", ()))
    agreement = tuple(_agreement(part) for part in told.get("agreement", ()))
    proofs: tuple[Proof, ...] = ()
    if training and test and agreement:
        proofs = judge(losses, test["correct"], test["tested"], test["chance"], agreement)
    parts = tuple(part_of(key, device, part) for key, part in (told.get("parts") or {}).items())
    busy = _busy(told) if device == "cpu" else None
    verdict, reason = _verdict(proofs, parts, failure, len(losses) if busy else None)
    data, memory = told.get("data"), told.get("memory")
    return Measurement(
        name=NAME,
        device=device,
        verdict=verdict,
        reason=reason,
        proofs=proofs,
        parts=parts,
        failure=failure,
        device_name=told.get("device_name"),
        data=msgspec.convert(data, Data) if data else None,
        loss=losses,
        correct=test.get("correct"),
        tested=test.get("tested"),
        accuracy=test["correct"] / test["tested"] if test else None,
        chance=test.get("chance"),
        agreement=agreement,
        memory=msgspec.convert(memory, Memory) if memory else None,
        versions=told.get("versions", {}),
        threads=told.get("threads"),
        cpus=told.get("cpus"),
        busy=busy,
        load=(told.get("load_before"), told.get("load_after")),
        stages=dict(stages),
        seconds=round(sum(stages.values()), 3),
        clock=CLOCK + (ON_GPU if device != "cpu" else ""),
        **_times(training),
    )


def no_gpu_found(told: Mapping[str, Any]) -> Measurement:
    """Say that a GPU was asked for and there is none."""
    reason = f"torch finds no GPU: {told.get('no_gpu') or 'it does not say why'}"
    return Measurement(name=NAME, device="cuda", verdict=FAIL, reason=reason, versions=told.get("versions", {}))


def _verdict(
    proofs: tuple[Proof, ...], parts: tuple[Part, ...], failure: Failure | None, steps_while_busy: int | None
) -> tuple[str, str]:
    if failure is not None:
        hint = " (often: the system ran out of memory)" if failure.detail == "SIGKILL" else ""
        return FAIL, f"the worker ended at stage {failure.stage!r}: {failure.detail}{hint}"
    broken = [proof for proof in proofs if not proof.holds]
    if broken:
        reason = f"{broken[0].name}: no: {broken[0].what}"
        if steps_while_busy is not None:
            reason += f" (other programs left time for {steps_while_busy} steps: run it again on a quiet machine)"
        return FAIL, reason
    if not proofs:
        return FAIL, "the worker ended without a result"
    failed = [part for part in parts if part.verdict == FAIL]
    if failed:
        return FAIL, f"{failed[0].name}: {failed[0].what}"
    return PASS, "; ".join([proof.name for proof in proofs] + [part.name for part in parts if part.verdict == PASS])


def _times(training: Mapping[str, Any]) -> dict[str, Any]:
    if not training:
        return {}
    seconds, wall = tuple(training["seconds_per_step"]), training["window_seconds"]
    return {
        "batch": training["batch"],
        "first_step_seconds": training["first_step_seconds"],
        "seconds_per_step": seconds,
        "statistics": summarise(seconds),
        "images_per_second": training["batch"] * len(seconds) / wall if seconds and wall > 0 else None,
        "cpus_used": training["cpu_seconds"] / wall if wall > 0 else None,
    }


def _busy(told: Mapping[str, Any]) -> bool | None:
    """Say whether others wanted the CPUs before we came, and we got too few of them."""
    training, load, cpus, threads = (told.get(name) for name in ("training", "load_before", "cpus", "threads"))
    if not training or load is None or not cpus or not threads or training["window_seconds"] <= 0:
        return None
    got = training["cpu_seconds"] / training["window_seconds"]
    return bool(load > BUSY_LOAD * cpus and got < ENOUGH * min(cpus, threads))


def _agreement(part: Mapping[str, Any]) -> Agreement:
    finite = {name: _finite(part[name]) for name in ("forward", "backward")}
    return msgspec.convert({**part, **finite, "tolerance": TOLERANCE}, Agreement)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
