"""GitHub's Markdown: how to write a text of unknown origin so that it stays a text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from envdoctor.report.clean import line, printable, shorten, split_code
from envdoctor.report.language import spoken

BLANK = "\u200b"
"""Zero wide: `@` and a name with this between them mention nobody."""
ENTITIES = {character: f"&#{ord(character)};" for character in "|`*_[]$~\\"}
LENGTH = 1_500
"""Of one value, in characters."""


def prose(text: str, limit: int = LENGTH) -> str:
    """Return a text, in the language that is spoken, as one line of a paragraph or a table's cell.

    What stands between backticks becomes code.
    """
    written = "".join(
        code(part) if is_code else _words(part) for part, is_code in split_code(line(spoken(text), limit))
    )
    # Only at its beginning would a mark make a heading, a list or a rule of it.
    return re.sub(r"^(\s*)(?=[-+=#:])", r"\1\\", re.sub(r"^(\s*\d+)(?=[.)](?:\s|$))", r"\1\\", written))


def code(text: str, limit: int = LENGTH) -> str:
    """Return a text as code within a line, also in a table's cell."""
    shown = line(text, limit)
    if shown and not set(shown) & set("`|\\"):
        return f"`{shown}`"
    # Code between backticks can hold neither every run of backticks nor, in a table, a backslash before a bar.
    escaped = html.escape(shown, quote=False)
    return f"<code>{''.join(ENTITIES.get(character, character) for character in escaped)}</code>"


def _words(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"[\\*\[\]`~|$]", lambda m: ENTITIES[m[0]] if m[0] in "|$`" else f"\\{m[0]}", text)
    # Within a word an underscore is one: CUDA_VISIBLE_DEVICES.
    text = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)
    # Mentions, issue numbers and GH-12 are made into links after entities are resolved. "&#124;" stays.
    return re.sub(r"(?i)@(?=\w)|(?<!&)#(?=\d)|\bgh-(?=\d)", lambda m: m[0] + BLANK, text)


def block(text: str, language: str = "") -> str:
    """Return a text as a block of code whose fence is longer than any run of backticks in it."""
    body = printable(text).rstrip("\n")
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def commands(lines: Sequence[str], limit: int = LENGTH) -> str:
    """Return commands to paste."""
    return block("\n".join(shorten(command, limit) for command in lines), "bash")


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    lines = [[spoken(header) for header in headers], ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(title: str, body: str) -> str:
    """Return a part that opens on a click."""
    return f"<details>\n<summary>{html.escape(spoken(title))}</summary>\n\n{body}\n\n</details>"


def bar(share: float, width: int = 20) -> str:
    """Return a bar of blocks, in eighths of a character."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    return "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")


def size(text: str) -> int:
    """Return the length as GitHub may count it: in units of UTF-16, never less than in characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
