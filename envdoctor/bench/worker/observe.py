"""Runs somebody's training script and watches it. Nothing is judged here; what is seen goes out every two seconds."""

from __future__ import annotations

import gc
import os
import runpy
import signal
import sys
import threading
import time
from typing import Any, Callable

import torch

from . import children, figures, hooks, host, looks, machine, modes
from .counter import Counter
from .device_pass import DevicePass
from .recorder import PARTS, WARM_STEPS, EnoughError, Recorder
from .sampler import Sampler
from .trials import InTurn, Trial

SAY_SECONDS = 2.0
COUNTED_AT = 5
"""The step whose operators are counted; it is not timed."""
LATE_SECONDS = 8.0
"""After the end of the watch: what does not end by itself is interrupted."""
AGAIN_SECONDS = 3.0
LOOKED_AT = 8
"""The step after which tensors are counted for the first time."""
LOOK_SECONDS = 0.5
"""Between two counts, at least."""
LOOK_SHARE = 0.005
"""Of the time, at most, for counting tensors while the script trains."""


class Watch:
    """One observation."""

    def __init__(self, say: Callable[..., None], options: dict[str, Any]) -> None:
        self._say, self._options = say, options
        times = options["seconds"], options["limit"], options["least_steps"]
        self.recorder = hooks.installed() or Recorder(*times)
        self.recorder.begin(*times)
        self.sampler = Sampler(options["script"], self._tick, lambda: self.recorder.all_steps)
        self._counter = None  # type: Counter | None
        self.operators = None  # type: int | None
        self.rows = None  # type: dict[str, int] | None
        self.loaders = set  # type: Callable[[], set[int]]
        self._trials = None  # type: InTurn | None
        self._device_pass = None  # type: DevicePass | None
        self._looks = []  # type: list[dict[str, Any]]
        self._cpu = []  # type: list[dict[str, float]]
        self._said = 0.0
        self._look_after = 0.0
        self._interrupted, self._late_since, self._ending = False, 0.0, False
        self.ended, self.error = "", ""
        self._hosts = [host.state()]

    def script(self) -> None:
        """Run the script until it ends or enough is seen; say what was seen of it and of processes that it started."""
        script = self._options["script"]
        sys.argv = [script, *self._options["arguments"]]
        sys.path[0] = os.path.dirname(os.path.abspath(script))
        # What PyTorch itself keeps is no matter of the script: hundreds of thousands of objects need not be looked at.
        gc.collect()
        gc.freeze()
        together = self._options.get("processes", 1)
        with children.watched(self._options) as others:
            self.loaders = others.loaders
            if together > 1:
                self.run(lambda: children.run_together(script, self._options["arguments"], together))
            else:
                self.run(lambda: runpy.run_path(script, run_name="__main__"))
            told = others.told(seen_here=bool(self.recorder.steps))
        self._say(observation=told or self.alone())

    def run(self, body: Callable[[], Any]) -> None:
        """Run something that trains under the hooks until it ends or enough is seen."""
        self.begin()
        try:
            kept = body()
            self._ending = True
            self._look()
            del kept
            self.ended = "finished"
        except EnoughError:
            self._ending = True
            # Here the script's names still hold what it has kept.
            self._look()
            self.ended = "enough"
        except SystemExit as left:
            self.ended = "failed" if left.code not in (None, 0) else "finished"
            self.error = "" if self.ended == "finished" else "exit code %s" % (left.code,)
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is a result
            self._ending = True
            self._look()
            self.ended = "enough" if self._interrupted else "failed"
            self.error = "" if self._interrupted else figures.error_told(error, error.__traceback__)
        self.end()

    def begin(self) -> None:
        """Begin to watch this process."""
        hooks.install(self.recorder)
        self.recorder.after_step.append(self._after_step)
        self.recorder.may_end = self._may_end
        self.recorder.at_step = self.sampler.note_step
        self.sampler.start()

    def end(self) -> None:
        """Watch no more."""
        self.recorder.closed = self._ending = True
        self.sampler.counting = False
        if self._trials is not None:
            self._trials.stop()
        self.sampler.stop()
        self._hosts.append(host.state())

    def alone(self) -> dict[str, Any]:
        """Return what was seen, after a look at what the loader does when nobody else works."""
        alone = looks.loader_alone(self.recorder.loader) if self.ended != "failed" else None
        inline = looks.loader_inline(self.recorder.loader) if alone is not None else None
        return {**self.told(alone), "loader_inline_seconds": inline}

    def _after_step(self) -> None:
        done = len(self.recorder.steps)
        self.sampler.counting = done >= WARM_STEPS and not self.recorder.paused
        if self._counter is not None:
            counter, self._counter = self._counter, None
            counter.__exit__(None, None, None)  # type: ignore[no-untyped-call,unused-ignore]  # same
            self.operators, self.rows = counter.count, counter.rows()
            self.recorder.steps.pop()
        elif done == COUNTED_AT and self.operators is None:
            self._counter = Counter(self._note_forward)
            self._counter.__enter__()  # type: ignore[no-untyped-call,unused-ignore]  # same
        if done >= LOOKED_AT and not self.recorder.paused and time.perf_counter() > self._look_after:
            self._look()
        if self._trials is not None:
            self._trials.step()

    def _note_forward(self, frame: Any) -> None:
        # Transforms are modules as well, and a loader in this process calls them.
        if not self.recorder.loading:
            self.sampler.note_forward(frame)

    def _look(self) -> None:
        began = time.perf_counter()
        self.recorder.looked = True
        cpu = looks.cpu_seconds(self.loaders())
        if cpu:
            self._cpu.append(cpu)
        net = looks.net(self.recorder.optimizer)
        self._looks.append({"step": self.recorder.all_steps, "resident": looks.resident_bytes(), **net})
        ended = time.perf_counter()
        self._look_after = ended + max(LOOK_SECONDS, (ended - began) / LOOK_SHARE)

    def _may_end(self) -> bool:
        """Say whether the script may be ended: what is worth trying is tried first, now that no result hangs on it."""
        if self._trials is None:
            self._look()
            self._trials = InTurn(list(self._worth_trying()) if self._options.get("trials", True) else [])
            if not self._trials.over:
                self.recorder.go_on(self._trials.seconds)
        return self._trials.over

    def _worth_trying(self) -> Any:
        """Yield what a GPU does, and changes that something speaks for and that do not change what is learnt."""
        if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[no-untyped-call,unused-ignore]  # of torch
            self._device_pass = DevicePass()
            yield self._device_pass
        threads = torch.get_num_threads()
        cpus, granted = machine.cpus() or 1, host.quota()
        usable = max(1, min(cpus, int(granted) if granted else cpus))
        if threads != usable and not torch.cuda.is_available():
            yield Trial(
                "threads", lambda on: torch.set_num_threads(usable if on else threads), {"from": threads, "to": usable}
            )
        elif threads > 1 and not torch.cuda.is_available():
            yield Trial("threads", lambda on: torch.set_num_threads(1 if on else threads), {"from": threads, "to": 1})
        if modes.Amp.used:
            yield Trial("without autocast", _switch_amp, {"used": modes.Amp.used})

    def _tick(self, now: float) -> None:
        if now - self._said > SAY_SECONDS:
            self._said = now
            if self.recorder.steps:
                self._say(progress={"steps": len(self.recorder.steps)})
        if self.recorder.late(now) <= 0 or self._ending:
            self._late_since = 0.0
            return
        self._late_since = self._late_since or now
        if now - self._late_since > LATE_SECONDS:
            # An interruption that falls into a destructor is lost: the next one comes some seconds later.
            self._interrupted, self._late_since = True, now - LATE_SECONDS + AGAIN_SECONDS
            self._options.get("interrupt", _interrupt)()

    def told(self, alone: float | None) -> dict[str, Any]:
        """Return what was seen."""
        recorder = self.recorder
        listened = recorder.all_steps - recorder.rested_steps
        steps = recorder.steps[min(WARM_STEPS, len(recorder.steps) // 2) :]
        optimizer = looks.optimizer_of(recorder.optimizer)
        return {
            "script": os.path.basename(self._options["script"]),
            "ended": self.ended,
            "error": self.error[:600] or None,
            "device": (optimizer or {}).get("device", "cpu"),
            "steps": len(steps),
            "step_seconds": figures.statistics_of([row["seconds"] for row in steps]),
            "first_seconds": [round(row["seconds"], 6) for row in recorder.steps[:WARM_STEPS]],
            "seconds": round(sum(row["seconds"] for row in steps), 6),
            "cpu_seconds": round(sum(row["cpu"] for row in steps), 6),
            "parts": {name: round(sum(row[name] for row in steps), 6) for name in PARTS},
            "work_steps": figures.work_steps(steps),
            "trend": figures.trend(steps),
            "kinds": self.sampler.kinds(),
            "places": self.sampler.places(),
            "after_steps": self.sampler.after_steps(),
            "looks": self.sampler.taken,
            "reads": figures.table(recorder.reads, listened),
            "saves": figures.table(recorder.saves, listened),
            "loader": looks.loader_of(recorder.loader),
            "loader_alone_seconds": alone,
            "loaders": len(recorder.loaders),
            "optimizer": optimizer,
            "operators_per_step": self.operators,
            "rows": self.rows,
            "threads": torch.get_num_threads(),
            "cpus": machine.cpus(),
            "quota_cpus": host.quota(),
            "omp_threads": os.environ.get("OMP_NUM_THREADS"),
            "amp": modes.Amp.used or None,
            "half_instructions": looks.half_instructions(),
            "tf32": bool(torch.backends.cuda.matmul.allow_tf32),
            "cudnn_benchmark": bool(torch.backends.cudnn.benchmark),
            "shapes": len(recorder.shapes),
            "compiled": looks.compiled(),
            "trials": self._trials.told() if self._trials is not None else [],
            "device_pass": self._device_pass and self._device_pass.told(),
            "memory": self._looks,
            "cpu": figures.shares(self._cpu),
            "throttled": figures.difference([state.get("throttled") for state in self._hosts]),
            "load": self._hosts[0].get("load"),
            "losses": [round(value, 6) for value in figures.thinned(recorder.losses)],
            "bad_losses": recorder.bad_losses,
            "torch": torch.__version__,
        }


def _interrupt() -> None:
    """Interrupt the main thread, also where it sleeps in a call of the system."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)


def _switch_amp(on: bool) -> None:
    modes.Amp.off = on


def run(say: Callable[..., None], options: dict[str, Any]) -> None:
    """Watch the script that the options name."""
    say(stage="run the script")
    began = time.perf_counter()
    Watch(say, options).script()
    say(seconds=round(time.perf_counter() - began, 3))
