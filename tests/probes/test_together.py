import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from envdoctor.facts import Unknown
from envdoctor.probes.together import Task, look_together


class HostileError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def raises(error: BaseException) -> Callable[[], Any]:
    def look() -> Any:
        raise error

    return look


def test_each_answer_comes_under_its_name() -> None:
    results, probes = look_together({"a": lambda: 1, "b": lambda: None, "c": lambda: Unknown("why")}, seconds=5)

    assert results == {"a": 1, "b": None, "c": Unknown("why")}
    assert [(p.name, p.status, p.reason) for p in probes] == [
        ("a", "ok", None),
        ("b", "absent", None),
        ("c", "unknown", "why"),
    ]
    assert all(0 <= p.seconds < 5 for p in probes)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("bad\nvalue"), "the probe failed: ValueError: bad value"),
        (OSError(5, "Input/output error"), "the probe failed: OSError: Input/output error"),
        (KeyError(), "the probe failed: KeyError: KeyError"),
        (SystemExit(3), "the probe failed: SystemExit: 3"),
        (RecursionError("deep"), "the probe failed: RecursionError: deep"),
        (HostileError(), "the probe failed: HostileError: HostileError"),
    ],
)
def test_a_probe_that_raises_takes_no_other_along(error: BaseException, reason: str) -> None:
    results, _ = look_together({"bad": raises(error), "good": lambda: 1}, seconds=5)

    assert results == {"bad": Unknown(reason), "good": 1}


@pytest.mark.parametrize("count", [1, 5])
def test_five_that_hang_take_as_long_as_one(count: int) -> None:
    never = threading.Event()
    started = time.monotonic()
    looks: dict[str, Callable[[], Any]] = {f"stuck {i}": lambda: never.wait(20) for i in range(count)}
    results, probes = look_together({**looks, "quick": lambda: "seen"}, seconds=0.4)
    took = time.monotonic() - started
    never.set()

    assert 0.4 <= took < 1.9
    assert results["quick"] == "seen"
    assert [p.status for p in probes] == ["unknown"] * count + ["ok"]
    assert all((p.reason or "").startswith("no answer in 0.") for p in probes[:-1])


def test_an_answer_just_before_the_deadline_counts() -> None:
    def late() -> str:
        time.sleep(0.2)
        return "seen"

    results, _ = look_together({"late": late, "stuck": lambda: time.sleep(0.6)}, seconds=0.5)

    assert results["late"] == "seen"
    assert isinstance(results["stuck"], Unknown)


def test_without_another_thread_the_probe_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_more)
    task = Task("x", lambda: 1)

    assert task.result(time.monotonic() + 5) == Unknown("the probe could not begin: can't start new thread")
