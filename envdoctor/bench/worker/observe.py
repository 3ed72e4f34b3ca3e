"""Runs somebody's training script and watches it. Nothing is judged here; what is seen goes out every two seconds."""

from __future__ import annotations

import math
import os
import runpy
import statistics
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, Callable

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from . import hooks, host, looks, machine
from .recorder import PARTS, WARM_STEPS, EnoughError, Recorder
from .sampler import Sampler
from .trials import Trial

if TYPE_CHECKING:
    from types import TracebackType

SAY_SECONDS = 2.0
COUNTED_AT = 5
"""The step whose operators are counted; it is not timed."""
TRIED_AT = 12
LOOKED_AT = 8


class Counter(TorchDispatchMode):  # type: ignore[no-untyped-call,unused-ignore]  # of torch
    """Counts the operators of one step."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call,unused-ignore]  # same
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count one and let it run."""
        del types
        self.count += 1
        return func(*args, **(kwargs or {}))


class Watch:
    """One observation."""

    def __init__(self, say: Callable[..., None], options: dict[str, Any]) -> None:
        self._say, self._options = say, options
        self.recorder = Recorder(options["seconds"], options["limit"], options["least_steps"])
        self.sampler = Sampler(options["script"], self._tick)
        self._counter = None  # type: Counter | None
        self.operators = None  # type: int | None
        self._trials = []  # type: list[Trial]
        self._looks = []  # type: list[dict[str, Any]]
        self._cpu = []  # type: list[dict[str, float]]
        self._said = 0.0
        self.ended, self.error = "", ""
        self._hosts = [host.state()]

    def run(self) -> None:
        """Run the script under the hooks until it ends or enough is seen."""
        hooks.install(self.recorder)
        self.recorder.after_step.append(self._after_step)
        self.sampler.start()
        script = self._options["script"]
        sys.argv = [script, *self._options["arguments"]]
        sys.path[0] = os.path.dirname(os.path.abspath(script))
        try:
            runpy.run_path(script, run_name="__main__")
            self.ended = "finished"
        except EnoughError:
            self.ended = "enough"
        except SystemExit as left:
            self.ended = "failed" if left.code not in (None, 0) else "finished"
            self.error = "" if self.ended == "finished" else "exit code %s" % (left.code,)
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is a result
            self.ended = "failed"
            self.error = _told(error, error.__traceback__)
        self.recorder.closed = True
        self.sampler.counting = False
        for trial in self._trials:
            trial.stop()
        self._look()
        self.sampler.stop()
        self._hosts.append(host.state())
        alone = looks.loader_alone(self.recorder.loader) if self.ended != "failed" else None
        inline = looks.loader_inline(self.recorder.loader) if alone is not None else None
        self._say(observation={**self.told(alone), "loader_inline_seconds": inline})

    def _after_step(self) -> None:
        done = len(self.recorder.steps)
        self.sampler.counting = done >= WARM_STEPS and not self.recorder.paused
        if self._counter is not None:
            counter, self._counter = self._counter, None
            counter.__exit__(None, None, None)  # type: ignore[no-untyped-call,unused-ignore]  # same
            self.operators = counter.count
            self.recorder.steps.pop()
        elif done == COUNTED_AT and self.operators is None:
            self._counter = Counter()
            self._counter.__enter__()  # type: ignore[no-untyped-call,unused-ignore]  # same
        if done == LOOKED_AT and not self._looks:
            self._look()
        if done >= TRIED_AT:
            self._try()

    def _look(self) -> None:
        cpu = looks.cpu_seconds()
        if cpu:
            self._cpu.append(cpu)
        self._looks.append({"step": len(self.recorder.steps), "resident": looks.resident_bytes(), **looks.net()})

    def _try(self) -> None:
        if not self._trials and not self.recorder.paused:
            self._trials = list(self._worth_trying())
            if self._trials:
                self.recorder.paused = True
                self._trials[0].begin()
            return
        current = next((trial for trial in self._trials if not trial.over), None)
        if current is None:
            self.recorder.paused = False
            return
        current.step()
        if current.over:
            after = next((trial for trial in self._trials if not trial.over), None)
            if after is not None:
                after.begin()

    def _worth_trying(self) -> Any:
        """Yield changes that something speaks for, and that do not change what is learnt."""
        threads = torch.get_num_threads()
        cpus, granted = machine.cpus() or 1, host.quota()
        usable = max(1, min(cpus, int(granted) if granted else cpus))
        if threads != usable and not torch.cuda.is_available():
            yield Trial(
                "threads", lambda on: torch.set_num_threads(usable if on else threads), {"from": threads, "to": usable}
            )
        elif threads > 1 and not torch.cuda.is_available():
            yield Trial("threads", lambda on: torch.set_num_threads(1 if on else threads), {"from": threads, "to": 1})
        if hooks.Amp.used:
            yield Trial("without autocast", _switch_amp, {"used": hooks.Amp.used})

    def _tick(self, now: float) -> None:
        if now - self._said > SAY_SECONDS:
            self._said = now
            if self.recorder.steps:
                self._say(progress={"steps": len(self.recorder.steps)})

    def told(self, alone: float | None) -> dict[str, Any]:
        """Return what was seen."""
        recorder = self.recorder
        steps = recorder.steps[min(WARM_STEPS, len(recorder.steps) // 2) :]
        optimizer = looks.optimizer_of(recorder.optimizer)
        return {
            "script": os.path.basename(self._options["script"]),
            "ended": self.ended,
            "error": self.error[:600] or None,
            "device": (optimizer or {}).get("device", "cpu"),
            "steps": len(steps),
            "step_seconds": _statistics([row["seconds"] for row in steps]),
            "first_seconds": [round(row["seconds"], 6) for row in recorder.steps[:WARM_STEPS]],
            "seconds": round(sum(row["seconds"] for row in steps), 6),
            "cpu_seconds": round(sum(row["cpu"] for row in steps), 6),
            "parts": {name: round(sum(row[name] for row in steps), 6) for name in PARTS},
            "work_steps": _work_steps(steps),
            "trend": _trend(steps),
            "kinds": self.sampler.kinds(),
            "places": self.sampler.places(),
            "looks": self.sampler.taken,
            "reads": _table(recorder.reads, len(recorder.steps)),
            "saves": _table(recorder.saves, len(recorder.steps)),
            "loader": looks.loader_of(recorder.loader),
            "loader_alone_seconds": alone,
            "loaders": len(recorder.loaders),
            "optimizer": optimizer,
            "operators_per_step": self.operators,
            "threads": torch.get_num_threads(),
            "cpus": machine.cpus(),
            "quota_cpus": host.quota(),
            "omp_threads": os.environ.get("OMP_NUM_THREADS"),
            "amp": hooks.Amp.used or None,
            "tf32": bool(torch.backends.cuda.matmul.allow_tf32),
            "cudnn_benchmark": bool(torch.backends.cudnn.benchmark),
            "shapes": len(recorder.shapes),
            "compiled": looks.compiled(),
            "trials": [told for trial in self._trials if (told := trial.told())],
            "memory": self._looks,
            "cpu": _shares(self._cpu),
            "throttled": _difference([state.get("throttled") for state in self._hosts]),
            "load": self._hosts[0].get("load"),
            "losses": [round(value, 6) for value in _thinned(recorder.losses)],
            "bad_losses": recorder.bad_losses,
            "torch": torch.__version__,
        }


def _switch_amp(on: bool) -> None:
    hooks.Amp.off = on


def _told(error: BaseException, trace: TracebackType | None) -> str:
    last = traceback.extract_tb(trace)[-1:] if trace else []
    where = " (%s:%s)" % (os.path.basename(last[0].filename), last[0].lineno) if last else ""
    return "%s: %s%s" % (type(error).__name__, " ".join(str(error).split())[:500], where)


def _statistics(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    ordered = sorted(values)
    return {
        "n": len(values),
        "mean": round(statistics.fmean(values), 7),
        "median": round(statistics.median(values), 7),
        "p95": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 7),
        "min": round(ordered[0], 7),
        "max": round(ordered[-1], 7),
    }


def _trend(steps: list[dict[str, float]]) -> float | None:
    """Return the median step of the last quarter over that of the first."""
    quarter = len(steps) // 4
    if quarter < 3:  # noqa: PLR2004  # fewer show no trend
        return None
    first = statistics.median(row["seconds"] for row in steps[:quarter])
    last = statistics.median(row["seconds"] for row in steps[-quarter:])
    return round(last / first, 4) if first else None


def _work_steps(steps: list[dict[str, float]]) -> float | None:
    """Return the share of steps in which a tenth of the time and more went into something else than training."""
    if not steps:
        return None
    busy = sum(row["between"] + row["save"] + row["evaluate"] > 0.1 * row["seconds"] for row in steps)
    return round(busy / len(steps), 4)


def _table(places: dict[str, list[float]], steps: int) -> list[dict[str, Any]]:
    rows = sorted(places.items(), key=lambda item: -item[1][1])[:10]
    return [
        {"place": place, "per_step": round(count / max(1, steps), 4), "seconds": round(seconds, 6)}
        for place, (count, seconds) in rows
    ]


def _shares(looked: list[dict[str, float]]) -> dict[str, float] | None:
    """Return the CPUs that this process and its children used, and those that others used."""
    if len(looked) < 2 or looked[-1]["wall"] - looked[0]["wall"] < 0.5:  # noqa: PLR2004  # too short to tell
        return None
    wall = looked[-1]["wall"] - looked[0]["wall"]
    own = (looked[-1]["own"] - looked[0]["own"]) / wall
    every = (looked[-1]["all"] - looked[0]["all"]) / wall
    waiting = max(0.0, looked[-1]["waited"] - looked[0]["waited"]) / wall
    return {"own": round(own, 3), "others": round(max(0.0, every - own), 3), "waiting": round(waiting, 3)}


def _difference(values: list[Any]) -> int | None:
    known = [value for value in values if value is not None]
    return known[-1] - known[0] if len(known) > 1 else None


def _thinned(values: list[float]) -> list[float]:
    stride = max(1, len(values) // 60)
    return values[::stride]


def run(say: Callable[..., None], options: dict[str, Any]) -> None:
    """Watch the script that the options name."""
    say(stage="run the script")
    began = time.perf_counter()
    Watch(say, options).run()
    say(seconds=round(time.perf_counter() - began, 3))
