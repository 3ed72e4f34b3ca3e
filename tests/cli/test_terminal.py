import io

import pytest

from envdoctor.cli.terminal import NARROWEST, REDIRECTED_WIDTH, WIDEST, Terminal, look_at


class Stream(io.StringIO):
    def __init__(self, *, tty: bool, encoding: str | None = "utf-8") -> None:
        super().__init__()
        self._tty = tty
        self._encoding = encoding

    @property
    def encoding(self) -> str | None:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("environment", "tty", "color"),
    [
        ({}, True, True),
        ({"TERM": "xterm-256color"}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({}, False, False),
        ({"TERM": "xterm"}, False, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ({"FORCE_COLOR": ""}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ],
)
def test_color(environment: dict[str, str], tty: bool, color: bool) -> None:
    assert look_at(Stream(tty=tty), environment).color is color


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        ("80", 80),
        ("40", 40),
        ("200", WIDEST),
        ("3", NARROWEST),
        ("0", REDIRECTED_WIDTH),
        ("-5", REDIRECTED_WIDTH),
        ("", REDIRECTED_WIDTH),
        ("wide", REDIRECTED_WIDTH),
        ("9" * 400, WIDEST),
        ("²", REDIRECTED_WIDTH),
        (None, REDIRECTED_WIDTH),
    ],
)
def test_width(columns: str | None, width: int) -> None:
    environment = {} if columns is None else {"COLUMNS": columns}

    assert look_at(Stream(tty=False), environment).width == width


@pytest.mark.parametrize(
    ("encoding", "unicode"),
    [
        ("utf-8", True),
        ("UTF-16", True),
        ("ascii", False),
        ("latin-1", False),
        ("cp437", False),
        ("no-such-code", False),
        (None, False),
    ],
)
def test_unicode(encoding: str | None, unicode: bool) -> None:
    assert look_at(Stream(tty=False, encoding=encoding), {}).unicode is unicode


def test_all_at_once() -> None:
    assert look_at(Stream(tty=True), {"COLUMNS": "77"}) == Terminal(77, color=True, unicode=True)
