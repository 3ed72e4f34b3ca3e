"""Looks at the main thread fifty times a second: where in the script's own files its time goes."""

from __future__ import annotations

import collections
import inspect
import os
import sys
import sysconfig
import threading
import time
from types import CodeType, FrameType
from typing import Any, Callable, Tuple

Line = Tuple[CodeType, int]
INTERVAL = 0.02
DEEPEST = 200
MOST_PLACES = 12

KINDS = (
    # Part of a file's path, function (or ""), what is done there. The outermost that fits counts.
    (os.path.join("worker", "hooks.py"), "read", "read"),
    (os.path.join("torch", "utils", "data"), "", "loader"),
    (os.path.join("torch", "autograd"), "backward", "backward"),
    (os.path.join("torch", "_tensor.py"), "backward", "backward"),
    (os.path.join("torch", "optim"), "step", "optimizer"),
    (os.path.join("torch", "serialization.py"), "", "save"),
    ("matplotlib", "", "plot"),
    (os.path.join("torch", "utils", "tensorboard"), "", "log"),
    (os.path.join("torch", "distributed"), "", "communicate"),
    ("sklearn", "", "metric"),
    ("torchmetrics", "", "metric"),
)
COMPILERS = (os.path.join("_dynamo", "convert_frame.py"), os.path.join("_inductor", "compile_fx.py"))
"""Files that are on the stack while code is made, and not while it runs."""
STEPS_BETWEEN = 50
"""After so many steps it is looked again where in the script the weights are moved."""
MOST_OPTIMIZERS, MOST_FORWARD = 20, 100
COMPUTING = os.path.join("torch", "nn") + os.sep


class Sampler:
    """A thread that counts places."""

    def __init__(self, script: str, on_tick: Any, steps: Callable[[], int]) -> None:
        self._main = threading.main_thread().ident or 0
        self._script = os.path.abspath(script)
        self._folder = os.path.dirname(self._script)
        self._libraries = tuple({sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")})
        self._own = os.path.dirname(os.path.abspath(__file__))
        self._on_tick, self._steps = on_tick, steps
        self._moves = {}  # type: dict[Line, list[Line]]
        """Innermost line at which weights are moved → the script's lines that lead there, the outermost first."""
        self._forward = []  # type: list[list[Line]]
        self._noted = {}  # type: dict[int, int]
        """Optimizer → the step after which that was looked at last."""
        self._seen, self._after = set(), set()  # type: set[int], set[int]
        """Steps that were looked at, and those of them in which something came after the weights were moved."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="envdoctor sampler")
        self.counts = collections.Counter()  # type: collections.Counter[tuple[str, str, str]]
        self.taken = 0
        self.counting = False
        self._users = {}  # type: dict[str, bool]
        self._known = {}  # type: dict[CodeType, tuple[str, bool, bool]]
        """Of each function that was seen: its kind, whether it computes, whether it makes code."""

    def note_step(self, optimizer: object, frame: FrameType | None) -> None:
        """Note where in the script an optimizer moves the weights; once in a while, for each optimizer."""
        steps = self._steps()
        if steps < self._noted.get(id(optimizer), -STEPS_BETWEEN) + STEPS_BETWEEN:
            return
        self._noted[id(optimizer)] = steps
        lines = self._lines(frame)
        if lines and len(self._moves) < MOST_OPTIMIZERS:
            self._moves[lines[-1]] = lines

    def after_steps(self) -> float | None:
        """Return the share of the steps looked at in which the script did something after it had moved the weights."""
        return round(len(self._after) / len(self._seen), 4) if self._seen else None

    def _lines(self, frame: FrameType | None) -> list[Line]:
        found = []  # type: list[Line]
        while frame is not None and len(found) < DEEPEST:
            if self._is_users(frame.f_code.co_filename):
                found.append((frame.f_code, frame.f_lineno))
            frame = frame.f_back
        return found[::-1]

    def note_forward(self, frame: FrameType | None) -> None:
        """Note where in the script a forward pass begins, or goes on."""
        lines = self._lines(frame)
        if lines and lines not in self._forward and len(self._forward) < MOST_FORWARD:
            self._forward.append(lines)

    def _place(self, stack: list[FrameType]) -> str:
        """Return `after` where the script is behind all lines that move weights, `before` ahead of all nets."""
        lines = self._lines(stack[0])
        if self._moves and all(_passed(lines, moves) == 1 for moves in list(self._moves.values())):
            return "after"
        ahead = self._forward and all(_passed(lines, calls) == -1 for calls in list(self._forward))
        # A teacher, or a policy that gathers experience, computes ahead of what learns: that is training as well.
        computes = any(self._of_code(one.f_code)[1] for one in stack)
        return "before" if ahead and not computes else "script"

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def places(self) -> list[dict[str, Any]]:
        """Return the places where most time went: file, line, function, kind, share of all looks."""
        total = max(1, self.taken)
        return [
            {"place": place, "function": function, "kind": kind, "share": round(count / total, 4)}
            for (place, function, kind), count in self.counts.most_common(MOST_PLACES)
        ]

    def kinds(self) -> dict[str, float]:
        """Return the share of looks for each kind of work."""
        sums = collections.Counter()  # type: collections.Counter[str]
        for (_, _, kind), count in self.counts.items():
            sums[kind] += count
        return {kind: round(count / max(1, self.taken), 4) for kind, count in sums.most_common()}

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            frame = sys._current_frames().get(self._main)  # noqa: SLF001  # the documented way to see another thread
            if frame is not None and self.counting:
                self._count(frame)
            del frame
            self._on_tick(time.perf_counter())

    def _count(self, frame: FrameType) -> None:
        self.taken += 1
        stack = []  # type: list[FrameType]
        at = frame  # type: FrameType | None
        while at is not None and len(stack) < DEEPEST:
            stack.append(at)
            at = at.f_back
        mine = next((one for one in stack if self._is_users(one.f_code.co_filename)), None)
        kind = self._kind(stack)
        step = self._steps()
        self._seen.add(step)
        if kind == "script":
            kind = self._place(stack)
        if kind == "after":
            self._after.add(step)
        if mine is None:
            self.counts["", "", kind] += 1
            return
        name = os.path.relpath(mine.f_code.co_filename, self._folder)
        self.counts["%s:%d" % (name, mine.f_lineno), mine.f_code.co_name, kind] += 1

    def _is_users(self, file: str) -> bool:
        known = self._users.get(file)
        if known is None:
            known = self._users[file] = self._belongs(file)
        return known

    def _belongs(self, file: str) -> bool:
        if file.startswith(("<", self._own, *self._libraries)):
            return False
        return os.path.abspath(file) == self._script or file.startswith(self._folder)

    def _kind(self, stack: list[FrameType]) -> str:
        told = [self._of_code(one.f_code) for one in stack]
        if any(compiling for _, _, compiling in told):
            return "compile"
        for kind, _, _ in reversed(told):
            if kind:
                return kind
        computing = any(computes for _, computes, _ in told)
        return "loader" if not computing and any(map(self._gives_batches, stack)) else "script"

    def _of_code(self, code: CodeType) -> tuple[str, bool, bool]:
        found = self._known.get(code)
        if found is None:
            file, function = code.co_filename, code.co_name
            fits = (kind for part, name, kind in KINDS if part in file and (not name or name == function))
            found = self._known[code] = (next(fits, ""), COMPUTING in file, file.endswith(COMPILERS))
        return found

    def _gives_batches(self, frame: FrameType) -> bool:
        """Say whether a frame is a generator or an iterator of the script's own, which stands in for a loader."""
        code = frame.f_code
        # Not "<genexpr>": sums and counts are no batches.
        gives = (bool(code.co_flags & inspect.CO_GENERATOR) and not code.co_name.startswith("<")) or (
            code.co_name in ("__next__", "__getitem__")
        )
        return gives and self._is_users(code.co_filename)


def _passed(lines: list[Line], marks: list[Line]) -> int:
    """Return 1 where one way through the script has left another one behind, as they part; -1: ahead of it; else 0."""
    for (code, line), (other, marked) in zip(lines, marks):
        if code is not other:
            return 0
        if line != marked:
            return 1 if line > marked else -1
    return 0
