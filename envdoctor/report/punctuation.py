"""How pieces of a translation are put together: Chinese has punctuation of its own, and no spaces around it."""

from __future__ import annotations

FULL = "。，；：！？（）、"  # noqa: RUF001  # the punctuation of Chinese
STOPS = {".": "。", ",": "，", ";": "；", ":": "："}  # noqa: RUF001  # the punctuation of Chinese
WIDE = "\u2e80"
"""The first character of the scripts that are written without spaces."""


def joined(before: str, after: str) -> str:
    """Put two pieces together; the punctuation of Chinese has its space within."""
    left, right = before.rstrip(" ")[-1:], after.lstrip(" ")[:1]
    if left and right and (left in FULL or right in FULL or (_is_chinese(left) and _is_chinese(right))):
        return before.rstrip(" ") + after.lstrip(" ")
    return before + after


def separated(before: str, after: str) -> str:
    """Put two parts together; between two that are Chinese, so is the mark."""
    mark, left, right = before[-2:].strip(), before[-3:-2] or WIDE, after[:1]
    if mark in STOPS and before.endswith(" ") and (left in FULL or (left >= WIDE and right >= WIDE)):
        return before[:-2] + STOPS[mark] + after
    return joined(before, after)


def stop_of(stop: str, said: str) -> str:
    """Return the stop as the script of a text writes it."""
    return STOPS[stop] if stop and is_wide(said) else stop


def is_wide(text: str) -> bool:
    return max(text, default="") >= WIDE


def _is_chinese(character: str) -> bool:
    return WIDE <= character <= "\u9fff"
