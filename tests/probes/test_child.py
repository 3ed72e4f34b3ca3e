"""Children that tell a story and die in every way in the middle of it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Failure, Unknown
from envdoctor.probes import last_words
from envdoctor.probes.child import Account, _Story, converse

HEAD = """
import json, os, signal, sys, time
channel = int(sys.argv[1])
def tell(**facts):
    line = (json.dumps(facts) + "\\n").encode()
    while line:
        line = line[os.write(channel, line):]
"""
Tell = Callable[..., Account]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="descriptors and signals of POSIX")


@pytest.fixture
def hear(tmp_path: Path) -> Tell:
    """Run a child whose program follows `HEAD`, and return its account."""

    def run(program: str, *, seconds: float = 10, **rest: Any) -> Account:
        script = tmp_path / "script.py"
        script.write_text(HEAD + program, encoding="utf-8")
        account = converse(sys.executable, script, {"x": "ü"}, seconds=seconds, flags=("-I", "-S"), **rest)
        assert isinstance(account, Account)
        return account

    return run


def test_facts_of_all_stages_come_together(hear: Tell) -> None:
    account = hear("tell(stage='one', a=1)\ntell(b=[2])\ntell(stage='two', a=3)\ntell(stage='end', done=True)")

    assert account.facts == {"a": 3, "b": [2]}
    assert account.stage == "end"
    assert account.failure is None
    assert list(account.seconds) == ["start", "one", "two", "end"]


def test_the_options_arrive(hear: Tell) -> None:
    assert hear("tell(options=json.loads(sys.argv[2]), done=True)").facts == {"options": {"x": "ü"}}


def test_time_is_counted_where_it_is_spent(hear: Tell) -> None:
    account = hear("tell(stage='slow'); time.sleep(0.3); tell(stage='fast', done=True)")

    assert account.seconds["slow"] >= 0.29
    assert account.seconds["fast"] < account.seconds["slow"]


def test_facts_are_heard_as_they_come(hear: Tell) -> None:
    heard: list[Mapping[str, Any]] = []
    hear("tell(stage='one'); tell(a=1, done=True)", on_facts=heard.append)

    assert heard == [{"stage": "one"}, {"a": 1, "done": True}]


@pytest.mark.parametrize(
    ("end", "kind", "detail"),
    [
        pytest.param("import faulthandler; faulthandler._sigsegv()", "signal", "SIGSEGV", id="segmentation fault"),
        pytest.param("os.abort()", "signal", "SIGABRT", id="abort"),
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", "signal", "SIGKILL", id="the kernel's memory killer"),
        pytest.param("os._exit(0)", "exit", "exit code 0", id="a silent exit"),
        pytest.param("sys.exit(9)", "exit", "exit code 9", id="an exit code"),
        pytest.param("raise ImportError('libx.so')", "exit", "exit code 1", id="an exception"),
        pytest.param("os.kill(os.getpid(), 40)", "signal", "signal 40", id="a signal without a name"),
    ],
)
def test_a_death_says_where_and_what_was_known(hear: Tell, end: str, kind: str, detail: str) -> None:
    account = hear(
        f"tell(stage='one', a=1)\ntell(stage='two')\nprint('last words', file=sys.stderr, flush=True)\n{end}"
    )

    assert account.failure is not None
    assert (account.failure.kind, account.failure.stage, account.failure.detail) == (kind, "two", detail)
    assert account.failure.last_lines[0] == "last words"
    assert account.facts == {"a": 1}


def test_a_hang(hear: Tell) -> None:
    account = hear("tell(stage='one', a=1)\ntell(stage='stuck')\ntime.sleep(60)", seconds=0.6)

    assert account.failure == Failure("hang", "stuck", "no end after 0.6 s")
    assert account.facts == {"a": 1}
    assert account.seconds["stuck"] > 0.2


def test_a_child_that_does_not_even_begin(hear: Tell) -> None:
    failure = hear("this is no Python").failure

    assert failure is not None
    assert (failure.kind, failure.stage, failure.detail) == ("exit", "start", "exit code 1")
    assert "SyntaxError" in failure.last_lines[-1]


def test_who_hangs_after_the_end_has_told_everything(hear: Tell) -> None:
    started = time.monotonic()
    account = hear("signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntell(a=1, done=True)\ntime.sleep(60)", seconds=30)

    assert account.failure is None
    assert account.facts == {"a": 1}
    assert time.monotonic() - started < 20


def test_a_grandchild_that_keeps_the_descriptor_cannot_hold_us_up(hear: Tell) -> None:
    program = "pid = os.fork()\nif pid == 0:\n    os.setsid()\n    time.sleep(60)\ntell(pid=pid, done=True)"
    account = hear(program, seconds=50)
    os.kill(account.facts["pid"], signal.SIGKILL)

    assert sum(account.seconds.values()) < 30


@pytest.mark.parametrize(
    "rubbish",
    [
        pytest.param(b"\xff\xfe\x00\x80", id="bytes"),
        pytest.param(b"Segmentation fault (core dumped)", id="text"),
        pytest.param(b"[1, 2]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"9" * 5000, id="a number without end"),
        pytest.param(b"[" * 200_000, id="a deep list"),
        pytest.param(b'{"a":' * 200_000, id="a deep object"),
        pytest.param(b'{"a": "' + b"x" * 70_000, id="half a line"),
        pytest.param(b'{"stage": {"deep": []}}', id="a stage that is no text"),
        pytest.param(b'{"done": "yes"}', id="done that is no truth"),
        pytest.param(b"", id="an empty line"),
    ],
)
def test_rubbish_between_the_lines_is_passed_over(hear: Tell, rubbish: bytes, tmp_path: Path) -> None:
    (tmp_path / "rubbish").write_bytes(rubbish + b"\n")
    program = f"""
tell(stage='one', b=1)
rubbish = open({str(tmp_path / "rubbish")!r}, 'rb').read()
while rubbish:
    rubbish = rubbish[os.write(channel, rubbish):]
tell(stage='two', c=2)
"""
    account = hear(program)

    assert (account.facts["b"], account.facts["c"]) == (1, 2)
    assert account.stage == "two"
    assert account.failure is not None


def test_half_a_line_at_the_end_is_no_fact(hear: Tell) -> None:
    account = hear("tell(stage='one', a=1)\nos.write(channel, b'{\"a\": 2, \"b\"')\nos.kill(os.getpid(), 9)")

    assert account.facts == {"a": 1}
    assert account.failure is not None
    assert account.failure.detail == "SIGKILL"


@pytest.mark.parametrize("block", ["b'x' * 65536", "b'{\"a\": 1}\\n' * 6000"])
def test_a_flood_of_the_descriptor_is_ended_and_bounded(hear: Tell, block: str) -> None:
    before = psutil.Process().memory_info().rss
    account = hear(f"tell(stage='one')\nblock = {block}\nwhile True: os.write(channel, block)", seconds=30)

    assert account.failure is not None
    assert account.failure.stage == "one"
    assert "more than could be kept" in account.failure.detail
    assert sum(account.seconds.values()) < 15
    assert psutil.Process().memory_info().rss - before < 60_000_000


def test_last_lines_are_few_and_short(hear: Tell) -> None:
    account = hear("for _ in range(100): print('x' * 5000, file=sys.stderr)\nos._exit(1)")

    assert account.failure is not None
    assert [len(line) for line in account.failure.last_lines] == [last_words.CHARACTERS] * last_words.LINES


def test_names_that_the_c_locale_could_not_decode_are_mended(hear: Tell) -> None:
    account = hear(r"tell(path='/caf\udcc3\udca9', odd='\udcff', done=True)")

    assert account.facts == {"path": "/café", "odd": "\udcff"}


def test_no_such_interpreter(tmp_path: Path) -> None:
    assert converse(str(tmp_path / "none"), tmp_path / "x.py", {}, seconds=1) is None


def test_an_interpreter_that_is_gone_is_not_absent(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(tmp_path / "base" / "python3.9")
    answer = converse(str(tmp_path / "python"), tmp_path / "x.py", {}, seconds=1)

    assert isinstance(answer, Unknown)
    assert "which does not exist" in answer.reason


@pytest.mark.parametrize("program", ["/bin/true", "/bin/cat"])
def test_a_program_that_is_no_python(program: str, tmp_path: Path) -> None:
    account = converse(program, tmp_path / "x.py", {}, seconds=2)

    assert isinstance(account, Account)
    assert account.failure is not None
    assert (account.failure.kind, account.failure.stage) == ("exit", "start")


def test_no_descriptor_is_left_open(hear: Tell) -> None:
    hear("tell(done=True)")
    before = psutil.Process().num_fds()
    hear("tell(done=True)")
    hear("os._exit(0)")
    until = time.monotonic() + 1
    while psutil.Process().num_fds() > before and time.monotonic() < until:
        time.sleep(0.01)

    assert psutil.Process().num_fds() <= before


INTERRUPTED = """
import os, signal, sys, threading
from pathlib import Path
from envdoctor.probes.child import converse
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    converse(sys.executable, Path(sys.argv[1]), {}, seconds=50)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_ends_the_child(tmp_path: Path) -> None:
    script = tmp_path / "sleeps.py"
    script.write_text("import time; time.sleep(60)", encoding="utf-8")
    argv = [sys.executable, "-c", INTERRUPTED, str(script)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True)

    assert done.stdout == "interrupted\n"
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(script) in (p.info["cmdline"] or [])]


@given(st.lists(st.binary(max_size=40)), st.integers(1, 7))
def test_no_bytes_can_break_the_listener(pieces: list[bytes], size: int) -> None:
    story = _Story()
    stream = b"\n".join([*pieces, json.dumps({"stage": "s", "zz": 1}).encode(), b""])
    for place in range(0, len(stream), size):
        story.hear(stream[place : place + size])
    story.finish()

    assert story.stage == "s"
    assert story.facts["zz"] == 1


def test_what_is_said_after_the_end_is_not_heard() -> None:
    story = _Story()
    story.finish()
    threading.Thread(target=story.hear, args=(b'{"late": 1}\n',)).run()

    assert story.facts == {}
