"""What the builders of all tables share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]

TABLES = Path(__file__).resolve().parent.parent / "envdoctor" / "data"
DATE_MODULE = TABLES.parent / "data_date.py"


def date() -> str:
    """Return the date of the facts, which stands in a module of its own."""
    found = re.search(r'^DATE = "([^"]+)"', DATE_MODULE.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise SystemExit(f"{DATE_MODULE} has no line DATE = ...; put it there")
    return found.group(1)


class Sources:
    """Numbers the sources, so that a row names its own in a few characters."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, *texts: str | Iterable[str] | None) -> list[int]:
        """Return the numbers of these sources; new ones are added."""
        numbers: list[int] = []
        for text in texts:
            for one in [text] if isinstance(text, str) else text or ():
                short = re.sub(r"\s*\((?:read (?:through|in)|name as in)[^()]*(?:\([^()]*\))?[^()]*\)", "", one)
                short = re.sub(r",? read in a stored public copy", "", short).strip()
                if short not in self.texts:
                    self.texts.append(short)
                if self.texts.index(short) not in numbers:
                    numbers.append(self.texts.index(short))
        return numbers


def read(folder: Path, name: str) -> Any:
    """Read one of the files of facts."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def key(version: str) -> tuple[int, ...]:
    """Turn "2.14.1" into what compares."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def python_of(tag: str) -> str:
    """Turn "cp310" or "cp314t" into "3.10" or "3.14"."""
    return re.sub(r"^cp(\d)(\d+)t?$", r"\1.\2", tag)


def macos_of(tag: str) -> str:
    """Turn "macosx_14_0_arm64" into "14.0"."""
    return ".".join(tag.split("_")[1:3])


def capability_of(number: int | None) -> str | None:
    """Turn 86 into "8.6", and 120 into "12.0"."""
    return None if number is None else f"{number // 10}.{number % 10}"


def first_word(text: str | None) -> str | None:
    """Return the number; words after it explain it."""
    return None if text is None else text.split()[0]
