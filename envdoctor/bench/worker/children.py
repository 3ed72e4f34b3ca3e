"""Processes that a training script starts by itself, each of which may train (DDP): every one is watched as well.

What a process has seen goes into a file of its own in a private folder; the script's first process puts them together.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import multiprocessing.process
import operator
import os
import runpy
import shutil
import socket
import sys
import tempfile
import time
import weakref
from pathlib import Path
from typing import Any, Callable, Iterator

import torch

from . import looks
from .recorder import WARM_STEPS

START = str(Path(__file__).absolute().parent / "start.py")
LOADING = "torch.utils.data"
NOT_WATCHED = "multiprocessing."
"""Modules of targets that only fetch data, or belong to multiprocessing itself."""
RANK = (
    "rank", "threads", "steps", "step_seconds", "loader_seconds", "backward_seconds", "forward_seconds",
    "exchange_seconds",
)  # fmt: skip
PATIENCE = 3.0
"""Seconds for a process to end after it was asked to."""


class _Loaded:
    """In a process that was not forked: finds `watched` by the file of the first lines."""

    def __call__(self, *_: Any) -> Any:
        raise TypeError("meant to be pickled")

    def __reduce__(self) -> Any:
        return operator.getitem, (_Globals(), "watched")


class _Globals:
    def __reduce__(self) -> Any:
        return runpy.run_path, (START,)


class Watched:
    """What a started process shall do, watched."""

    def __init__(self, target: Callable[..., Any], options: dict[str, Any]) -> None:
        self.target, self.options = target, options

    def __reduce__(self) -> Any:
        return _Loaded(), (self.target, self.options)

    def __call__(self, *rest: Any, **more: Any) -> Any:
        """Do it; leave a file if it trained."""
        from . import observe  # noqa: PLC0415  # it needs this module

        watch = None  # type: observe.Watch | None

        def leave() -> None:
            if watch is not None:
                _write(self.options["folder"], {**watch.told(None), **_rank(watch)})
            os._exit(0)

        # A thread that looks after the time must not wait for a peer that is gone.
        watch = observe.Watch(lambda **_: None, {**self.options, "trials": False, "interrupt": leave})
        result = []  # type: list[Any]
        failed = []  # type: list[BaseException]

        def body() -> None:
            try:
                result.append(self.target(*rest, **more))
            except BaseException as error:
                failed.append(error)
                raise

        watch.run(body)
        if watch.recorder.steps or failed:
            _write(self.options["folder"], {**watch.told(None), **_rank(watch)})
        enough = len(watch.recorder.steps) >= self.options["least_steps"]
        if watch.ended == "enough" or (failed and enough):
            # Peers wait for this one in vain from here on; what they have seen is enough too.
            os._exit(0)
        if failed:
            raise failed[0]
        return result[0] if result else None


def run_as_rank(script: str, arguments: list[str], rank: int) -> None:
    """Run a script as one of several processes of torchrun, in a process of its own."""
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank))
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).absolute().parent)
    runpy.run_path(script, run_name="__main__")


def run_together(script: str, arguments: list[str], count: int) -> None:
    """Run a script in several processes on this machine, with the variables that torchrun sets, until all have ended.

    Source: https://docs.pytorch.org/docs/stable/elastic/run.html (environment variables; one thread each by default).
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    world = str(count)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), WORLD_SIZE=world, LOCAL_WORLD_SIZE=world)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=run_as_rank, args=(script, arguments, rank)) for rank in range(count)]
    for process in started:
        process.start()
    for process in started:
        process.join()


def _rank(watch: Any) -> dict[str, Any]:
    distributed = torch.distributed
    known = distributed.is_available() and distributed.is_initialized()
    steps = watch.recorder.steps
    steps = steps[min(WARM_STEPS, len(steps) // 2) :]
    mean = {part: sum(row[part] for row in steps) / max(1, len(steps)) for part in ("loader", "forward", "backward")}
    return {
        "rank": distributed.get_rank() if known else int(os.environ.get("RANK") or 0),
        "world": distributed.get_world_size() if known else 1,
        **{part + "_seconds": round(value, 7) for part, value in mean.items()},
        "exchange_seconds": looks.exchange_seconds(),
    }


def _write(folder: str, told: dict[str, Any]) -> None:
    target = Path(folder) / ("%d.json" % os.getpid())
    # The thread that looks after the time may come here at the same moment: the name is its own.
    part = target.with_suffix(".%d" % time.perf_counter_ns())
    with contextlib.suppress(OSError):
        part.write_text(json.dumps(told), encoding="utf-8")
        part.replace(target)


class Others:
    """The processes that the script has started."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self.loading = weakref.WeakSet()  # type: weakref.WeakSet[Any]

    def loaders(self) -> set[int]:
        """Return the ids of those that load batches."""
        return {one.pid for one in self.loading if one.pid is not None}

    def told(self, *, seen_here: bool) -> dict[str, Any] | None:
        """End those that live; return what the first of those that train together has seen, and a line for each."""
        _end_all()
        if seen_here:
            return None
        found = []  # type: list[dict[str, Any]]
        for file in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(OSError, ValueError):
                found.append(json.loads(file.read_text(encoding="utf-8")))
        if not found:
            return None
        # One that failed before its first step says why; it is no rank beside others that trained.
        found = [one for one in found if one["steps"]] or found[:1]
        found.sort(key=lambda one: one["rank"])
        ranks = [_line(one) for one in found] if len(found) > 1 else []
        first = {name: value for name, value in found[0].items() if name not in ("rank", "world", *RANK[4:])}
        # What the peers use is the script's own; to this one they are others.
        peers = sum((one.get("cpu") or {}).get("own", 0.0) for one in found[1:])
        if first.get("cpu"):
            cpu = first["cpu"]
            first["cpu"] = {**cpu, "own": cpu["own"] + peers, "others": round(max(0.0, cpu["others"] - peers), 3)}
        if first["ended"] == "failed" and first["steps"]:
            # A peer ended it by ending.
            first = {**first, "ended": "enough", "error": None}
        return {**first, "ranks": ranks}


def _line(told: dict[str, Any]) -> dict[str, Any]:
    line = {name: told[name] for name in RANK if name != "step_seconds"}
    loader = told.get("loader") or {}
    mean = (told.get("step_seconds") or {}).get("mean")
    return {**line, "step_seconds": mean, "workers": loader.get("workers"), "samples": loader.get("samples")}


def _end_all() -> None:
    living = multiprocessing.active_children()
    for process in living:
        process.terminate()
    for process in living:
        process.join(PATIENCE)
        if process.is_alive():
            process.kill()


@contextlib.contextmanager
def watched(options: dict[str, Any]) -> Iterator[Others]:
    """Watch what multiprocessing starts while this lasts."""
    folder = None
    with contextlib.suppress(OSError):
        folder = tempfile.mkdtemp(prefix="envdoctor-")
    others, kind = Others(folder or os.devnull), multiprocessing.process.BaseProcess
    begin = kind.__init__
    passed = {name: options[name] for name in ("script", "seconds", "limit", "least_steps")}

    def __init__(self: Any, *rest: Any, **more: Any) -> None:  # noqa: N807
        begin(self, *rest, **more)
        target = getattr(self, "_target", None)
        module = getattr(target, "__module__", None) or ""
        if module.startswith(LOADING):
            others.loading.add(self)
        elif target is not None and folder is not None and not module.startswith(NOT_WATCHED):
            self._target = Watched(target, {**passed, "folder": folder})

    kind.__init__ = __init__  # type: ignore[method-assign]  # there is no other hook
    try:
        yield others
    finally:
        kind.__init__ = begin  # type: ignore[method-assign]  # as it was
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
