"""One name in all the forms in which programs write it: quoted for URLs, for JSON, decomposed, in capitals."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

SEPARATOR = r"(?:[/\\]{1,4}|%2[Ff]|%5[Cc]|\\u002[fF]|\\u005[cC])"
"""Between the parts of a path, also where it stands in JSON or in a URL."""


def spellings(name: str) -> tuple[str, ...]:
    """Return the forms of a name, the longest first; capital letters are the pattern's business."""
    forms: set[str] = set()
    for form in {name, *(unicodedata.normalize(kind, name) for kind in ("NFC", "NFD"))}:
        plain = form.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        forms |= {form, quote(plain, safe=""), quote(plain, safe="@+,=:; "), json.dumps(form)[1:-1], ascii(form)[1:-1]}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def pattern(name: str) -> str:
    """Return a regular expression that finds a name in any spelling; for use with `re.IGNORECASE`."""
    return f"(?:{'|'.join(map(re.escape, spellings(name)))})"


def needs(name: str) -> tuple[str, ...]:
    """Return, in small letters, what stands in a text that holds the name."""
    return tuple(form.lower() for form in spellings(name))


def path_pattern(folder: str) -> str:
    r"""Return a regular expression for a folder with any separators: `/home/ann`, `\/home\/ann`, `%2Fhome%2Fann`."""
    first, *rest = re.split(r"[\\/]+", folder.rstrip("\\/"))
    return re.escape(first) + "".join(SEPARATOR + pattern(part) for part in rest)


def longest_first(names: Iterable[str]) -> list[str]:
    """Return names so that none comes before a longer one that begins with it."""
    return sorted(set(names), key=lambda name: (-len(name), name))
