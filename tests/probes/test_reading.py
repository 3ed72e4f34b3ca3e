from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.probes import reading


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), (" 7\n", 7), ("-1", -1), ("", None), (None, None), ("1.5", None), ("²", None), ("9" * 30, None)],
)
def test_whole(text: str | None, number: int | None) -> None:
    assert reading.whole(text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", 1.5), ("nan", None), ("inf", None), ("1e999", None), ("", None), (None, None)]
)
def test_decimal(text: str | None, number: float | None) -> None:
    assert reading.decimal(text) == number


def test_fields_keep_the_first() -> None:
    assert reading.fields("a : 1\nb:2:3\na: 4\nnothing\n") == {"a": "1", "b": "2:3"}


@given(st.text(st.characters(categories=None)))
def test_any_text_becomes_valid(text: str) -> None:
    assert msgspec.json.decode(msgspec.json.encode(reading.printable(text))) == reading.printable(text)


@given(st.text())
def test_valid_text_stays_as_it_is(text: str) -> None:
    assert reading.printable(text) == text
