"""The smoke test: one worker process per device in the examined Python, judged here.

A worker that crashes, hangs or is killed costs its own device's result and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from envdoctor.bench.collect import measurement_of, no_gpu_found
from envdoctor.bench.measurement import FAIL, INTERRUPTED, PASS, Measurement, Outcome
from envdoctor.bench.parts import LOADERS, ORDER
from envdoctor.facts import Failure, Unknown
from envdoctor.probes.child import Account, converse
from envdoctor.report.clean import line

PRESET = "smoke"
START = Path(__file__).parent / "worker" / "start.py"
LOOKING = "look for GPUs"
RESERVE_SECONDS = 3.0
"""Kept of the time limit for looking for GPUs and for the end."""

Listener = Callable[[str, Mapping[str, Any]], None]
"""Called with a device (`cpu`, `cuda:0`, or `cuda` while looking for GPUs) and what its worker just told."""


class RefusedError(Exception):
    """What was asked for cannot be done. The message is one line: the option, what was expected, the cure."""

    def __init__(self, message: str) -> None:
        super().__init__(line(message))


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to run. The sizes are those of the preset; tests take smaller ones."""

    data: str | None = None
    """A folder with CIFAR-10 or with image folders; None: the built-in synthetic set."""
    download: bool = False
    device: str = "all"
    """`cpu`, `cuda` (every GPU), `all`."""
    timeout: float = 300.0
    """Seconds for everything together."""
    seed: int = 0
    train_per_class: int = 1000
    test_per_class: int = 200
    most_steps: int = 160
    least_steps: int = 40
    """Made even if they take longer than `train_seconds`, unless `train_limit` passes."""
    train_seconds: float = 10.0
    train_limit: float = 25.0
    parts: tuple[str, ...] = ORDER
    """What is tried beside learning and arithmetic. Loader processes are tried once, with the first device."""


def run_smoke(python: str, options: Options | None = None, listen: Listener | None = None) -> Outcome:
    """Train a small net on every device that was asked for and judge each.

    Ctrl-C ends the worker and returns what was finished.

    Raises:
        RefusedError: the interpreter, the data or a package that was asked for cannot be used.
    """
    return _Smoke(python, options or Options(), listen).run()


class _Smoke:
    """One run: keeps what is finished, so that an interruption loses only what was under way."""

    def __init__(self, python: str, options: Options, listen: Listener | None) -> None:
        self._python = python
        self._options = options
        self._listen = listen
        self._started = time.monotonic()
        self._finished: list[Measurement] = []
        self._no_gpu: str | None = None
        self._told: dict[str, Any] = {}
        self._stage = "start"
        self._device = ""

    def run(self) -> Outcome:
        """Run all devices, one after the other."""
        try:
            for device in self._first():
                self._finish(device, self._converse(device, look=False))
        except KeyboardInterrupt:
            if "agreement" in self._told and self._device not in {one.device for one in self._finished}:
                # All that a verdict rests on was told; what was interrupted is a part, or looking for GPUs.
                self._finished.append(measurement_of(self._device, self._told, {}, None))
            return self._outcome(interrupted_at=f"{self._device}: {self._stage}")
        return self._outcome()

    def _first(self) -> list[str]:
        """Run on the CPU if asked; in the same process, look for GPUs if asked. Return those."""
        on_cpu, look = self._options.device != "cuda", self._options.device != "cpu"
        account = self._converse("cpu" if on_cpu else "", look=look)
        died_looking = _failure(account) is not None and (_stage(account) == LOOKING or not on_cpu)
        if on_cpu:
            self._finish("cpu", account, alive=died_looking)
        if not died_looking and look and on_cpu and _failure(account) and "agreement" in account.facts:
            # It died under a part that came after; that says nothing of the GPUs.
            account = self._converse("", look=True)
            died_looking = _failure(account) is not None
        if died_looking:
            self._finish("cuda", account)
        found = account.facts.get("gpus") or []
        self._no_gpu = account.facts.get("no_gpu")
        if self._options.device == "cuda" and not found and not died_looking:
            self._finished.append(no_gpu_found(account.facts))
        return [f"cuda:{index}" for index in range(len(found))]

    def _converse(self, device: str, *, look: bool) -> Account:
        self._device, self._told, self._stage = device or "cuda", {}, "start"
        left = max(1.0, self._options.timeout - (time.monotonic() - self._started))
        asked = {
            **msgspec.to_builtins(self._options),
            # With little time left, rather a short training than none that ends.
            "train_seconds": min(self._options.train_seconds, left / 4),
            "train_limit": min(self._options.train_limit, left / 2),
            "device": device or None,
            "look_for_gpus": look,
            "parts": [name for name in self._options.parts if name not in LOADERS or not self._finished],
            "parts_seconds": max(0.0, left - RESERVE_SECONDS),
            # A little before the end, so that a hang leaves its Python stack.
            "trace_after": max(0.5, left - 1.0),
        }
        account = converse(self._python, START, asked, seconds=left, on_facts=self._hear)
        if account is None:
            raise RefusedError(f"--python: there is no program {self._python}; give the path of an interpreter")
        if isinstance(account, Unknown):
            raise RefusedError(f"--python: {account.reason}; give the path of an interpreter")
        if "refused" in account.facts:
            raise RefusedError(account.facts["refused"])
        if account.failure and account.failure.kind == "exit" and not account.facts and account.stage == "start":
            last = "".join(account.failure.last_lines[-1:])[:100]
            said = f"{account.failure.detail}{': ' if last else ''}{last}"
            raise RefusedError(f"--python: {self._python} did not start as a Python ({said}); give another interpreter")
        return account

    def _hear(self, said: Mapping[str, Any]) -> None:
        self._stage = said.get("stage", self._stage)
        self._told.update(said)
        if self._listen:
            self._listen("cuda" if self._stage == LOOKING else self._device, said)

    def _finish(self, device: str, account: Account, *, alive: bool = False) -> None:
        failure = None if alive else _failure(account)
        self._finished.append(measurement_of(device, account.facts, account.seconds, failure))

    def _outcome(self, interrupted_at: str | None = None) -> Outcome:
        failed = [m for m in self._finished if m.verdict != PASS]
        if interrupted_at:
            verdict, reason = INTERRUPTED, f"interrupted ({interrupted_at}); what was finished is kept"
        elif failed:
            verdict, reason = FAIL, f"{failed[0].device}: {failed[0].reason}"
        else:
            verdict, reason = PASS, f"{_named([m.device for m in self._finished])}: learns, and computes right"
        return Outcome(
            preset=PRESET,
            python=self._python,
            verdict=verdict,
            reason=reason,
            measurements=tuple(self._finished),
            no_gpu=self._no_gpu,
            interrupted_at=interrupted_at,
            seconds=round(time.monotonic() - self._started, 3),
        )


def _failure(account: Account) -> Failure | None:
    told = account.facts.get("failure")
    return account.failure if told is None else msgspec.convert(told, Failure)


def _stage(account: Account) -> str:
    failure = _failure(account)
    return failure.stage if failure else account.stage


def _named(devices: list[str]) -> str:
    return ", ".join(devices)
