"""Columns, wrapping and colours: held against the library that does the same at a higher price."""

import io

import pytest
import rich.cells
import rich.console
import rich.text
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.report.layout import Piece, drawn, in_columns, width_of, wrapped

WORDS = st.text(st.sampled_from("abc äé日本—… "), max_size=120)


def lines(text: str, width: int) -> list[str]:
    return [drawn(line, color=False) for line in wrapped((Piece(text),), width)]


def theirs(text: str, width: int) -> list[str]:
    console = rich.console.Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    return [line.plain.rstrip() for line in rich.text.Text(text).wrap(console, width, overflow="fold")]


@given(st.lists(st.text(st.sampled_from("abcäé—…"), min_size=1, max_size=25), max_size=12), st.integers(5, 40))
def test_lines_break_where_the_library_breaks_them(words: list[str], width: int) -> None:
    text = " ".join(word[:width] for word in words)

    assert lines(text, width) == theirs(text, width)


@given(WORDS, st.integers(2, 40))
def test_every_line_fits_and_nothing_is_lost(text: str, width: int) -> None:
    broken = lines(text, width)

    assert all(width_of(line) <= width for line in broken)
    assert "".join("".join(broken).split()) == "".join(text.split())


@given(st.text(st.sampled_from("abc äé日本ﾊ—…\u0301"), max_size=60))
def test_characters_are_as_wide_as_terminals_draw_them(text: str) -> None:
    assert width_of(text) == rich.cells.cell_len(text)


def test_a_style_goes_on_after_a_break() -> None:
    pieces = (Piece("one two ", "bold"), Piece("three four", "red"))

    assert [drawn(line, color=True) for line in wrapped(pieces, 9)] == [
        "\x1b[1mone two\x1b[0m",
        "\x1b[31mthree\x1b[0m",
        "\x1b[31mfour\x1b[0m",
    ]


def test_colours_off_are_no_colours() -> None:
    assert drawn((Piece("a", "bold red"), Piece(" b")), color=False) == "a b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("", ["  mark label"], id="an empty cell"),
        pytest.param("one two three", ["  mark label one two", "             three"], id="a second line stands below"),
    ],
)
def test_columns(text: str, shown: list[str]) -> None:
    fixed = ((Piece("mark"), 4), (Piece("label"), 5))

    assert [drawn(line, color=False) for line in in_columns(fixed, (Piece(text),), 20, indent=2)] == shown


TOKENS = st.sampled_from(
    ("中", "文字", "中，", "（中", "中）", "中）。", "「中文」", "中：（x）；", "abc", " 12.4 ", "a-b", "中),", "“中”")
)


@given(st.lists(TOKENS, max_size=40), st.integers(12, 40))
def test_chinese_marks_stay_with_their_words(tokens: list[str], width: int) -> None:
    broken = lines("中" + "".join(tokens), width)

    assert all(width_of(line) <= width for line in broken)
    assert not [line for line in broken if line[:1] in tuple("，。：；）」”),")]
    assert not [line for line in broken if line[-1:] in tuple("（「“")]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        pytest.param("会失败（“operator", 13, ["会失败", "（“operator"], id="before the bracket, not behind it"),
        pytest.param("中文字中文，中", 10, ["中文字中", "文，中"], id="a comma stays with its word"),
        pytest.param("中文字中文), b", 10, ["中文字中", "文), b"], id="one of ASCII too"),
    ],
)
def test_where_chinese_lines_break(text: str, width: int, shown: list[str]) -> None:
    assert lines(text, width) == shown
