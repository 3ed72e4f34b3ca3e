"""Puts together what a worker tells of one experiment."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from envdoctor.bench.experiments import Experiment
from envdoctor.bench.measurement import Data, Memory
from envdoctor.bench.result import (
    CLOCK,
    FAILED,
    GAIN,
    LOSS,
    NOISE,
    SKIPPED,
    UNSTABLE,
    Comparison,
    Host,
    Result,
    Side,
    Training,
    Window,
)
from envdoctor.bench.usage import Sampled, Usage, usage_of
from envdoctor.bench.verdict import summarise
from envdoctor.facts import Failure

DIFFERENCE = 0.03
"""Ratios nearer to 1 are called noise…"""
SPREAD = 0.25
"""…and rounds that lie further apart than this share of their median are called unstable."""
LEAST_ROUNDS = 3
PHASES = ("loader", "transfer", "host", "device")


class Gathered:
    """One experiment under way."""

    def __init__(
        self,
        experiment: Experiment,
        device: str,
        common: Mapping[str, Any],
        sampled: Callable[[], Sampled | None] = lambda: None,
    ) -> None:
        """Begin.

        Args:
            experiment: what is carried out.
            device: where.
            common: what the worker told before the first experiment.
            sampled: returns the samples of host and GPU since the experiment began.
        """
        self._experiment = experiment
        self._sampled = sampled
        self._began = time.monotonic()
        self.device = device
        self._common = common
        self._told: dict[str, Any] = {}
        self._windows: list[dict[str, Any]] = []
        self._first: dict[str, float] = {}

    def hear(self, said: Mapping[str, Any]) -> None:
        """Take what the worker says."""
        if "window" in said:
            # It is told as soon as it ends.
            began = time.monotonic() - said["window"]["seconds"] - self._began
            self._windows.append({**said["window"], "began": round(began, 3)})
        elif "first_step" in said:
            self._first[said["first_step"]["side"]] = said["first_step"]["seconds"]
        else:
            self._told.update(said)

    def result(self, ended: Mapping[str, Any]) -> Result:
        """Return the result, from what was told until now and how it ended."""
        windows = tuple(msgspec.convert(window, Window) for window in self._windows)
        sides = tuple(self._side(name, windows) for name in dict.fromkeys(window.side for window in windows))
        this = next((side for side in sides if side.name in {"this", "both"}), None)
        data = self._data()
        training = self._training()
        per_second = this.images_per_second if this else None
        memory = self._told.get("memory")
        one = self._experiment
        return Result(
            name=one.name,
            group=one.group,
            device=self.device,
            device_name=self._told.get("device_name"),
            verdict=ended["verdict"],
            reason=_explained(ended) if one.group == "ops" else ended.get("reason", ""),
            failure=msgspec.convert(ended["failure"], Failure) if ended.get("failure") else None,
            question=one.question,
            changes=one.changes,
            held=one.held,
            settings=self._told.get("settings") or {},
            sides=sides,
            windows=windows,
            comparison=compare(windows),
            training=training,
            values=_finite(self._told.get("values") or {}),
            before=msgspec.convert(self._told.get("before") or {}, Host),
            after=msgspec.convert(ended.get("after") or {}, Host),
            data=data,
            memory=msgspec.convert(memory, Memory) if memory else None,
            usage=self._usage(windows),
            threads=(self._told.get("settings") or {}).get("threads"),
            threads_reason=self._told.get("threads_reason") or self._common.get("threads_reason", ""),
            versions=self._common.get("versions") or {},
            seconds_per_epoch=data.train / per_second if data and per_second and one.group == "ladder" else None,
            batch=next((w.images // w.steps for w in windows if w.side != "reference"), None),
            images_per_second=per_second,
            statistics=this.statistics if this else None,
            accuracy=training.accuracy if training else None,
            seconds=round(ended.get("seconds", 0.0), 3),
            clock=CLOCK if windows else "",
        )

    def _data(self) -> Data | None:
        """Return the images, unless this experiment used none of them."""
        told = self._common.get("data")
        one = self._experiment
        without = one.kind in {"machine", "fit", "crossover"} or one.settings.get("net") == "iris_mlp"
        if not told or without or one.settings.get("ops") in {"build", "build_cuda", "speed"}:
            return None
        return msgspec.convert(told, Data)

    def _usage(self, windows: Sequence[Window]) -> Usage | None:
        sampled = self._sampled()
        if sampled is None:
            return None
        mine = [(w, self._began + w.began) for w in windows if w.began is not None and w.side in {"this", "both"}]
        return usage_of(sampled, [(at, at + w.seconds) for w, at in mine], sum(w.images for w, _ in mine))

    def _training(self) -> Training | None:
        told = self._told.get("training")
        return msgspec.convert(_finite(told), Training) if told else None

    def _side(self, name: str, windows: Sequence[Window]) -> Side:
        mine = [window for window in windows if window.side == name]
        phases = {phase: summarise([s for w in mine for s in getattr(w, phase)]) for phase in PHASES}
        images = sum(window.images for window in mine)
        own = (self._told.get("side_settings") or {}).get(name)
        return Side(
            name=name,
            settings=own or (self._told.get("reference" if name == "reference" else "settings")) or {},
            first_step_seconds=self._first.get(name),
            statistics=summarise([seconds for window in mine for seconds in window.step]),
            phases={phase: found for phase, found in phases.items() if found is not None},
            images_per_second=statistics.median(window.images / window.seconds for window in mine),
            cpu_seconds_per_image=sum(window.cpu_seconds for window in mine) / images if images else None,
        )


def _explained(ended: Mapping[str, Any]) -> str:
    """Name the cause of a failed build."""
    reason = str(ended.get("reason", ""))
    if "the build failed" not in reason:
        return reason
    from envdoctor.bench.building import explained  # noqa: PLC0415  # hundreds of patterns, seldom needed

    return explained(reason, (ended.get("failure") or {}).get("last_lines", ()))


def compare(windows: Sequence[Window]) -> Comparison | None:
    """Compare `this` with `reference`, round by round. None: there are not both."""
    speed = {(window.side, window.round): window.images / window.seconds for window in windows if window.seconds > 0}
    rounds = [number for side, number in speed if side == "this" and ("reference", number) in speed]
    if not rounds:
        return None
    ratios = tuple(speed["this", number] / speed["reference", number] for number in rounds)
    median, low, high = statistics.median(ratios), min(ratios), max(ratios)
    verdict, reason = _judge(ratios, median, low, high)
    return Comparison(ratios=ratios, median=median, low=low, high=high, verdict=verdict, reason=reason)


def _judge(ratios: Sequence[float], median: float, low: float, high: float) -> tuple[str, str]:
    spread = f"{low:.2f} to {high:.2f} in {len(ratios)} rounds"
    if len(ratios) < LEAST_ROUNDS:
        return UNSTABLE, f"{spread}: fewer than {LEAST_ROUNDS} rounds say nothing"
    if low > 1 and median > 1 + DIFFERENCE:
        return GAIN, f"faster in every round: {spread}"
    if high < 1 and median < 1 / (1 + DIFFERENCE):
        return LOSS, f"slower in every round: {spread}"
    if high - low > SPREAD * median:
        return UNSTABLE, f"the rounds disagree: {spread}; run it again on a quiet machine"
    return NOISE, f"no difference beyond the spread: {spread}"


def _finite(value: Any) -> Any:
    """Replace numbers that are none by None: JSON has no word for them."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def skipped(experiment: Experiment, device: str, reason: str, verdict: str = SKIPPED) -> Result:
    """Return the result of an experiment that was not begun."""
    return Result(
        name=experiment.name, group=experiment.group, device=device, verdict=verdict, reason=reason,
        question=experiment.question, changes=experiment.changes, held=experiment.held,
    )  # fmt: skip


def died(gathered: Gathered, failure: Failure) -> Result:
    """Return the result of an experiment whose worker ended under it; what it told before is kept."""
    hint = " (often: the system ran out of memory)" if failure.detail == "SIGKILL" else ""
    late = any(line.startswith("Timeout (") for line in failure.last_lines) or failure.kind == "hang"
    what = "it took longer than its limit of time" if late else f"the worker ended: {failure.detail}{hint}"
    return gathered.result({"verdict": FAILED, "reason": what, "failure": msgspec.to_builtins(failure)})
