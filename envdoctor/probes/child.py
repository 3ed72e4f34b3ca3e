"""A child process that reports what it sees line by line, and may die at any moment.

The child writes JSON objects, one a line, to a file descriptor of its own, whose number is its
first argument. `{"stage": NAME}` announces what it is about to do; every other object adds facts.
So a crash, a hang or a silent exit says where it happened, and what was seen before is not lost.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from envdoctor.facts import Failure, Unknown
from envdoctor.probes.command import GRACE_SECONDS, Tail, end, ended, start

LAST_LINES = 12


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
) -> Account | None | Unknown:
    """Run a script in a Python and listen to it.

    Returns:
        `None`: there is no such program. `Unknown`: it could not be started at all.
    """
    listener, speaker = os.pipe()
    try:
        argv = [python, *flags, str(script), str(speaker), json.dumps(options)]
        process = start(argv, environment=environment, pass_fds=(speaker,))
    except FileNotFoundError:
        os.close(listener)
        return None
    except (OSError, ValueError) as error:
        os.close(listener)
        return Unknown(f"{python} does not start: {getattr(error, 'strerror', None) or error}")
    finally:
        os.close(speaker)
    story = _Story()
    voice = Tail(os.fdopen(listener, "rb", buffering=0), story.hear)
    streams = (Tail(process.stdout), Tail(process.stderr))
    hung = not ended(process, seconds)
    if hung:
        end(process)
    for stream in (voice, *streams):
        stream.join(GRACE_SECONDS)
    story.finish()
    stdout, stderr = (stream.text() for stream in streams)
    failure = None if story.done else _failure(process, story.stage, stderr, seconds if hung else None)
    return Account(story.facts, story.stage, failure, stdout, stderr, story.seconds)


class _Story:
    """Puts a child's lines together as they come in."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.stage = "start"
        self.done = False
        self.seconds: dict[str, float] = {}
        self._since = time.monotonic()
        self._rest = b""

    def hear(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._take(line)

    def finish(self) -> None:
        self._clock()

    def _take(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return  # half a line of a dying child
        if not isinstance(said, dict):
            return
        if "stage" in said:
            self._clock()
            self.stage = str(said.pop("stage"))
        self.done = self.done or bool(said.pop("done", False))
        self.facts.update(said)

    def _clock(self) -> None:
        now = time.monotonic()
        self.seconds[self.stage] = round(self.seconds.get(self.stage, 0.0) + now - self._since, 4)
        self._since = now


def _failure(process: subprocess.Popen[bytes], stage: str, stderr: str, limit: float | None) -> Failure:
    lines = tuple(line.rstrip() for line in stderr.splitlines() if line.strip())[-LAST_LINES:]
    code = process.returncode
    if limit is not None:
        return Failure("hang", stage, f"no end after {limit:.3g} s", lines)
    if code is not None and code < 0:
        return Failure("signal", stage, _signal_name(-code), lines)
    return Failure("exit", stage, f"exit code {code}", lines)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def own_python() -> str:
    """Return the interpreter that runs envdoctor."""
    return sys.executable
