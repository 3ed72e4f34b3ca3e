"""Threads where there may be only a few."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from envdoctor.probes import threads
from envdoctor.probes.threads import begin


def refuse(monkeypatch: pytest.MonkeyPatch, times: int) -> list[None]:
    """Let the system refuse so many threads."""
    refused: list[None] = []
    really: Callable[[Any], None] = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if len(refused) < times:
            refused.append(None)
            raise RuntimeError("can't start new thread")
        really(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setattr(threads, "PAUSE_SECONDS", 0.001)
    return refused


def test_it_works_in_the_background() -> None:
    done = threading.Event()
    thread = begin(done.set, "a name")

    assert done.wait(10)
    assert (thread.name, thread.daemon) == ("a name", True)


def test_it_waits_until_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = refuse(monkeypatch, 3)
    done = threading.Event()
    begin(done.set, seconds=60)

    assert done.wait(10)
    assert len(refused) == 3


def test_in_the_end_it_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = refuse(monkeypatch, 10**9)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        begin(threading.Event().set, seconds=0.01)

    assert len(refused) > 1


def test_without_patience_it_tries_once(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = refuse(monkeypatch, 1)
    with pytest.raises(RuntimeError):
        begin(threading.Event().set, seconds=0)

    assert len(refused) == 1
