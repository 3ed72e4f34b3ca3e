"""Runs many experiments: one worker for all, and another one each time a worker dies under an experiment."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from envdoctor.bench.gather import Gathered, died, skipped
from envdoctor.bench.measurement import FAIL, INTERRUPTED, PASS
from envdoctor.bench.plan import Planned, Sizes, request
from envdoctor.bench.result import DONE, FAILED, Result, Series
from envdoctor.bench.sampling import Sampler
from envdoctor.bench.smoke import START, Listener, RefusedError
from envdoctor.facts import Failure, Unknown
from envdoctor.files import CannotWriteError, write_atomically
from envdoctor.probes.child import Account, converse

START_SECONDS = 240.0
"""For importing torch and decoding images, beside the limits of the experiments."""
CHOSEN = ("threads", "threads_reason")
"""What the first worker chooses for all."""


class SeriesOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to run a series."""

    preset: str
    plan: tuple[Planned, ...]
    sizes: Sizes
    data: str | None = None
    download: bool = False
    device: str = "all"
    seed: int = 0
    budget: float | None = None
    """Seconds of wall time after which nothing more is begun; None: no end."""
    limit: float | None = None
    """Seconds for one experiment; None: eight times its estimate."""
    threads: int | None = None
    """None: chosen by affinity, quota and a trial."""
    nodes: dict[str, Any] | None = None
    """`nnodes` machines that run the group `parallel` together, and the `endpoint` where they meet; None: one."""
    resume: bool = False
    state: Path | None = None
    """The folder in which finished results are kept for `resume`; None: the user's cache."""
    sampling: float = 0.25
    """Seconds from one look at host and GPU to the next."""


def run_series(python: str, options: SeriesOptions, listen: Listener | None = None) -> Series:
    """Run all experiments of a plan. Ctrl-C ends the worker and returns what was finished.

    Raises:
        RefusedError: the interpreter, the data or a package that was asked for cannot be used.
    """
    return _Run(python, options, listen).run()


class _Run:
    """One run: what is finished is kept, here and on the disk."""

    def __init__(self, python: str, options: SeriesOptions, listen: Listener | None) -> None:
        self._python = python
        self._options = options
        self._listen = listen
        self._started = time.monotonic()
        self._finished: list[Result] = []
        self._notes: list[str] = []
        self._common: dict[str, Any] = {}
        self._current: Gathered | None = None
        self._no_gpu_said = False
        self._sampler = Sampler(options.sampling)
        self._experiments = {one.experiment.name: one for one in options.plan}
        self._state = (options.state or _cache()) / f"{_key(python, options)}.json"

    def run(self) -> Series:
        """Run on all devices, one after the other."""
        if self._options.resume:
            self._recall()
        self._sampler.start()
        try:
            on_cpu = self._options.device != "cuda"
            look = self._options.device != "cpu"
            self._on("cpu", self._cpu_plan() if on_cpu else [], look=look)
            self._advise("cpu")
            for index in range(len(self._common.get("gpus") or [])):
                self._on(f"cuda:{index}", list(self._options.plan), look=False)
                self._advise(f"cuda:{index}")
        except KeyboardInterrupt:
            return self._outcome(interrupted=True)
        finally:
            self._sampler.stop()
        return self._outcome()

    def _advise(self, device: str) -> None:
        """Apply together the changes that gained most, and measure them: forecast and outcome stand side by side."""
        from envdoctor.bench.advice import together  # noqa: PLC0415  # needed once, at the end
        from envdoctor.bench.explain import measured  # noqa: PLC0415  # same

        one = together(self._finished, measured(self._finished), device, self._options.sizes)
        if one is not None:
            self._experiments[one.experiment.name] = one
            self._on(device, [one], look=False)

    def _cpu_plan(self) -> list[Planned]:
        return [one for one in self._options.plan if not one.experiment.gpu]

    def _on(self, device: str, plan: list[Planned], *, look: bool) -> None:
        """Run experiments on a device, with as many workers as it takes."""
        had = {(result.name, result.device) for result in self._finished}
        left = [one for one in plan if (one.experiment.name, device) not in had]
        if self._listen:
            self._listen("", {"plan": [(one.experiment.name, device, one.estimate) for one in left]})
        while left or look:
            before = len(self._finished)
            self._current = None
            account = self._converse(device, left, look=look)
            look = False
            failure = _failure(account)
            alone = len(self._finished) == before
            if failure is not None:
                self._record_death(device, left, failure, alone=alone)
            elif alone:
                for one in left:
                    self._keep(skipped(one.experiment, device, "the worker ended without a result", FAILED))
            done = {(result.name, result.device) for result in self._finished}
            left = [one for one in left if (one.experiment.name, device) not in done]
        if device == "cpu" and self._options.device != "cpu" and not self._common.get("gpus") and not self._no_gpu_said:
            self._no_gpu_said = True
            reason = f"no GPU: {self._common.get('no_gpu') or 'torch finds none'}"
            for one in self._options.plan:
                if one.experiment.gpu or one.experiment.kind == "crossover" or self._options.device == "cuda":
                    self._keep(skipped(one.experiment, "cuda", reason))

    def _record_death(self, device: str, left: list[Planned], failure: Failure, *, alone: bool) -> None:
        if self._current is not None:
            self._keep(died(self._current, failure))
            self._current = None
        elif alone:
            # It died before it came to an experiment: another worker would die as well.
            reason = f"the worker ended at stage {failure.stage!r}: {failure.detail}"
            for one in left:
                self._keep(skipped(one.experiment, device, reason, FAILED))

    def _converse(self, device: str, plan: list[Planned], *, look: bool) -> Account:
        o = self._options
        spent = time.monotonic() - self._started
        requests = [request(one, o.sizes, device, o.seed, o.limit) for one in plan]
        for one in requests if o.nodes else ():
            one["nodes"] = o.nodes
        asked = {
            "data": o.data,
            "download": o.download and not self._common,
            "look_for_gpus": look,
            "threads": o.threads,
            # A trial of a second may come out otherwise the next time, and rows are compared with each other.
            "threads_chosen": {name: self._common[name] for name in CHOSEN if name in self._common},
            "budget_left": None if o.budget is None else max(0.0, o.budget - spent),
            "requests": requests,
        }
        seconds = START_SECONDS + sum(one["limit"] for one in requests)
        account = converse(self._python, START, asked, seconds=seconds, on_facts=self._hear)
        if account is None:
            raise RefusedError(f"--python: there is no program {self._python}; give the path of an interpreter")
        if isinstance(account, Unknown):
            raise RefusedError(f"--python: {account.reason}; give the path of an interpreter")
        if "refused" in account.facts:
            raise RefusedError(account.facts["refused"])
        return account

    def _hear(self, said: Mapping[str, Any]) -> None:
        """Take what the worker says. Called while another thread waits; must not raise."""
        if self._listen:
            self._listen("", said)
        if "begun" in said:
            name, device = said["begun"]
            self._sampler.begin()
            experiment = self._experiments[name].experiment
            self._current = Gathered(experiment, device, self._common, self._sampler.sampled)
        elif self._current is None:
            if "pid" in said:
                self._sampler.worker(said["pid"])
            self._common.update(said)
            self._note_cache(said)
        elif "ended" in said:
            self._keep(self._current.result(said["ended"]))
            self._current = None
        else:
            if "card" in said:
                self._sampler.card(said["card"])
            self._current.hear(said)

    def _note_cache(self, said: Mapping[str, Any]) -> None:
        if said.get("cache") == "none" and said.get("cache_reason") not in {"", "built in"}:
            self._note(str(said["cache_reason"]))

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)

    def _keep(self, result: Result) -> None:
        self._finished.append(result)
        try:
            write_atomically(self._state, msgspec.json.encode(self._finished).decode())
        except CannotWriteError as error:
            self._note(f"--resume will not find these results: {error}")

    def _recall(self) -> None:
        try:
            kept = msgspec.json.decode(self._state.read_bytes(), type=list[Result])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            self._note("--resume: no results of such a run were kept; it begins anew")
            return
        good = [one for one in kept if one.verdict == DONE and one.group != "advice"]
        self._finished += good
        self._note(f"--resume: {len(good)} experiments were taken over from the last such run")

    def _outcome(self, *, interrupted: bool = False) -> Series:
        failed = [one for one in self._finished if one.verdict == FAILED]
        done = sum(one.verdict == DONE for one in self._finished)
        if interrupted:
            verdict, reason = INTERRUPTED, f"interrupted; {done} finished experiments are kept (--resume goes on)"
        elif failed:
            verdict, reason = FAIL, f"{failed[0].name} on {failed[0].device}: {failed[0].reason}"
        elif not done and self._finished:
            verdict, reason = FAIL, f"nothing was measured: {self._finished[0].reason}"
        else:
            verdict, reason = PASS, f"{done} experiments came to their end"
        return Series(
            preset=self._options.preset,
            python=self._python,
            verdict=verdict,
            reason=reason,
            measurements=tuple(self._finished),
            notes=tuple(self._notes),
            seconds=round(time.monotonic() - self._started, 3),
        )


def _failure(account: Account) -> Failure | None:
    told = account.facts.get("failure")
    return account.failure if told is None else msgspec.convert(told, Failure)


def _key(python: str, options: SeriesOptions) -> str:
    """Name a run by what its figures depend on, the plan left out: a longer plan may take over from a shorter."""
    parts = [python, options.data, options.device, options.seed, options.threads, msgspec.to_builtins(options.sizes)]
    parts += [options.nodes] if options.nodes else []
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def _cache() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base, "envdoctor", "bench")
