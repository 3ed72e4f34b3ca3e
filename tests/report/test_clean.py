import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Driver, Unknown
from envdoctor.report.clean import line, printable, say, shorten, split_code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – ✓ 中文 é", "plain – ✓ 中文 é"),  # noqa: RUF001
        ("a\tb\nc\r\nd", "a\tb\nc\nd"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link", "textlink"),
        ("\x1b", "\\x1b"),
        ("a\x00b\x7f\x85", "a\\x00b\\x7f\\x85"),
        ("abc\u202edef", "abc\\u202edef"),
        ("caf\udce9", "caf\\udce9"),
        ("zero\u200bwide\ufeff", "zero\\u200bwide\\ufeff"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_what_is_printable_stays_so(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert "\n" not in line(text)
    assert line(text).encode("utf-8").decode("utf-8") == line(text)


@given(st.text(), st.integers(10, 50))
def test_shorter_than_it_was_or_as_it_was(text: str, limit: int) -> None:
    made = shorten(text, limit)

    assert made == text or len(made) < limit + 60


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "not there"),
        (Unknown("slow"), "unknown: slow"),
        ({"unknown": "slow"}, "unknown: slow"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (1, "1"),
        ("", ""),
        ([], "none"),
        (("sm_80", "sm_90"), "sm_80, sm_90"),
        ({"a": None, "b": [1, True]}, "a: not there, b: 1, yes"),
    ],
)
def test_say(value: object, words: str) -> None:
    assert say(value) == words


def test_a_fact_is_said_by_its_fields() -> None:
    assert say(Driver("535")).startswith("version: 535, cuda: unknown: not asked")


def test_split_code() -> None:
    assert split_code("run `x y` and `z`") == [("run ", False), ("x y", True), (" and ", False), ("z", True)]
    assert split_code("a ` b") == [("a ` b", False)]
