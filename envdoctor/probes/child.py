"""A child process that reports what it sees line by line, and may die at any moment.

The child writes JSON objects, one a line, to a file descriptor of its own, whose number is its
first argument. `{"stage": NAME}` announces what it is about to do; every other object adds facts.
So a crash, a hang or a silent exit says where it happened, and what was seen before is not lost.
`{"done": true}` says that nothing more comes; who hangs after it has told everything.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from envdoctor.facts import Failure, Unknown
from envdoctor.probes.command import GRACE_SECONDS, end, ended, reason_of, start
from envdoctor.probes.last_words import last_words
from envdoctor.probes.tail import Tail, join

CAP_LINE_BYTES = 4_000_000
CAP_STORY_BYTES = 16_000_000
CAP_LINES = 100_000
"""No honest child tells more; one that does is ended."""


class Account(msgspec.Struct, frozen=True):
    """All that a child told, and how it ended."""

    facts: dict[str, Any]
    stage: str
    """The last stage that it announced; "start" if none."""
    failure: Failure | None
    """None: it said that it was done."""
    stdout: str
    stderr: str
    seconds: dict[str, float]
    """Stage → seconds; of the last one, until the end."""


def converse(
    python: str,
    script: Path,
    options: Mapping[str, Any],
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    on_facts: Callable[[Mapping[str, Any]], None] | None = None,
) -> Account | None | Unknown:
    """Run a script in a Python and listen to it.

    Args:
        python: the interpreter.
        script: what it runs; it gets the descriptor and the options as arguments.
        options: handed over as JSON.
        seconds: how long it may take.
        environment: its variables; None: ours.
        flags: of the interpreter, before the script.
        on_facts: called with each object as it comes, stages included, in a thread that reads; must not raise.

    Returns:
        `None`: there is no such program. `Unknown`: it could not be started at all.

    Whatever interrupts the wait (Ctrl-C) ends the child and its family, and goes on its way.
    """
    try:
        listener, speaker = os.pipe()
    except OSError as error:  # no more descriptors
        return Unknown(f"{python} cannot be listened to: {reason_of(error)}")
    try:
        argv = [python, *flags, str(script), _number(speaker), json.dumps(options)]
        process = start(argv, environment=environment, pass_fds=(speaker,))
    finally:
        os.close(speaker)
    if not isinstance(process, subprocess.Popen):
        os.close(listener)
        return process
    story = _Story(on_facts)
    try:
        voice = Tail(os.fdopen(listener, "rb", buffering=0), story.hear)
        streams = (Tail(process.stdout), Tail(process.stderr))
        over = ended(process, seconds, story.over) or (story.done and ended(process, GRACE_SECONDS))
    except RuntimeError as error:  # no thread to listen with
        return Unknown(f"{python} cannot be listened to: {reason_of(error)}")
    finally:
        end(process)
    join((voice, *streams), GRACE_SECONDS)
    story.finish()
    stdout, stderr = (stream.text() for stream in streams)
    failure = None if story.done else _failure(process, story, stderr, None if over else seconds)
    return Account(story.facts, story.stage, failure, stdout, stderr, story.seconds)


if sys.platform == "win32":

    def _number(descriptor: int) -> str:
        import msvcrt  # noqa: PLC0415  # exists on Windows only

        return str(msvcrt.get_osfhandle(descriptor))

else:

    def _number(descriptor: int) -> str:
        return str(descriptor)


class _Story:
    """Puts a child's lines together as they come in."""

    def __init__(self, on_facts: Callable[[Mapping[str, Any]], None] | None = None) -> None:
        self._on_facts = on_facts
        self.facts: dict[str, Any] = {}
        self.stage = "start"
        self.done = False
        self.flooded = False
        self.seconds: dict[str, float] = {}
        self.over = threading.Event()
        """Set when there is nothing more to wait for."""
        self._since = time.monotonic()
        self._rest = bytearray()
        self._length = self._lines = 0
        self._closed = False
        self._lock = threading.Lock()

    def hear(self, chunk: bytes) -> None:
        with self._lock:
            self._length += len(chunk)
            if self._closed or self.flooded:
                return
            *lines, rest = chunk.split(b"\n")
            self._lines += len(lines)
            for line in lines:
                self._rest += line
                self._take(bytes(self._rest))
                self._rest.clear()
            self._rest += rest
            self.flooded = len(self._rest) > CAP_LINE_BYTES or self._length > CAP_STORY_BYTES or self._lines > CAP_LINES
            if self.flooded or self.done:
                self.over.set()

    def finish(self) -> None:
        """Stop the clock, and take nothing more from a voice that still speaks."""
        with self._lock:
            self._closed = True
            self._clock()

    def _take(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            return  # half a line of a dying child; rubbish of somebody who found our descriptor
        if not isinstance(said, dict):
            return
        if rb"\ud" in line:
            said = _mended(said)
        if self._on_facts:
            self._on_facts(dict(said))
        if "stage" in said:
            self._clock()
            self.stage = str(said.pop("stage"))[:200]
        self.done = self.done or said.pop("done", False) is True
        self.facts.update(said)

    def _clock(self) -> None:
        now = time.monotonic()
        self.seconds[self.stage] = round(self.seconds.get(self.stage, 0.0) + now - self._since, 4)
        self._since = now


def _mended(value: Any) -> Any:
    """Turn names that an old Python in the C locale could not decode into what they say in UTF-8."""
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, str):
        try:
            return value.encode("utf-8", "surrogateescape").decode("utf-8")
        except UnicodeError:
            return value
    return value


def _failure(process: subprocess.Popen[bytes], story: _Story, stderr: str, limit: float | None) -> Failure:
    lines = last_words(stderr)
    code = process.returncode
    if story.flooded:
        return Failure("exit", story.stage, "ended because it told more than could be kept", lines)
    if limit is not None:
        return Failure("hang", story.stage, f"no end after {limit:.3g} s", lines)
    if code is not None and code < 0:
        return Failure("signal", story.stage, _signal_name(-code), lines)
    return Failure("exit", story.stage, f"exit code {code}", lines)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def own_python() -> str:
    """Return the interpreter that runs envdoctor."""
    return sys.executable
