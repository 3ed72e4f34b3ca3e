"""Says English texts in another language, by a gettext catalogue.

The catalogue's texts have numbered holes: "Driver {1} knows CUDA {2}." A text is looked up as it is, then by the
texts with holes, then sentence by sentence, then clause by clause. What is not found stays English, and what stood
in a hole is carried over as it is, unless it is a phrase of the catalogue itself. What is quoted is never touched.
"""

from __future__ import annotations

import functools
import gettext
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import IO

from envdoctor.report.holes import HOLE, Template, hidden, is_faithful, template
from envdoctor.report.language import Say
from envdoctor.report.punctuation import FULL, STOPS, is_wide, joined, separated, stop_of

SENTENCES = re.compile(r"((?<=[.?])\s+(?=\S))")
"""Between sentences; dots inside of versions and paths have no space after them."""
BRACKETS = re.compile(r"( \(|\)(?=$|[,;:. ]))")
CODE = re.compile(r"(`[^`]+`|“[^”]+”)")
MARKS = (SENTENCES, *map(re.compile, (r"(; )", r"(, )", r"(: )", r"( and | or )")), BRACKETS, CODE)
"""Where a text is taken apart, the strongest first."""
BOUNDARY = re.compile(r"[.?;,:] \S|\b[a-z]+ [a-z]+\b")
"""In what fills a hole: more than a value."""
SURE = 8
"""Letters: a template with so many of its own is meant where it fits."""
FEW = 5
"""Letters: enough where the rest is a message that follows a colon."""
DEEPEST = 8
"""How often a text within a text is looked up."""
MOST_TOGETHER = 4
"""Sentences that stand together in one text of the catalogue."""
LONGEST = 4_000
"""Of a text that is taken apart, in characters: what is longer is output of a machine."""
REMEMBERED = 10_000
WORDS = frozenset(
    (
        "none", "unknown", "yes", "no", "error", "warning", "note", "Nothing", "temporary", "home", "cache", "working",
        "GNU's", "Intel's", "LLVM's",
    )
)  # fmt: skip
"""Single words that are translated within a text; any other may be a name."""


class Speech:
    """Says texts by a catalogue."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        told = {english: said for english, said in messages.items() if english and said}
        self._exact = {english: said for english, said in told.items() if not HOLE.search(english)}
        holed = [template(english, said) for english, said in told.items() if HOLE.search(english)]
        # The one that says most by itself fits best.
        self._templates = sorted(holed, key=lambda one: -sum(map(len, one.literals)))
        self._longest = [max(one.literals, key=len) for one in self._templates]
        self._remembered: dict[str, str] = {}

    def say(self, text: str) -> str:
        """Return the text in the other language, as far as it is known there."""
        if text in self._remembered:
            return self._remembered[text]
        if len(self._remembered) > REMEMBERED:
            self._remembered.clear()
        body = text.strip()
        found = self._found(body, DEEPEST)
        # White space around is the caller's layout.
        said = text if found is None else text.replace(body, found, 1)
        self._remembered[text] = said
        return said

    def _found(self, text: str, depth: int) -> str | None:
        """Return the translation; None: there is none, not even of a part."""
        if not text or len(text) > LONGEST:
            return None
        if (exact := self._said_alike(text)) is not None:
            return exact
        if depth <= 0 or " " not in text:
            return None
        for stop, form, filled in self._fitting(text):
            if _is_sure(form, filled) or self._is_known(form.open(filled), depth):
                return self._filled(form, filled, depth) + stop_of(stop, form.said)
        for mark in MARKS:
            if (parts := self._parts(text, mark, depth)) is not None:
                return parts
        return None

    def _fitting(self, text: str) -> list[tuple[str, Template, dict[str, str]]]:
        """Return the stop that is missing, the template and what fills it; that with most words of its own first."""
        found = [(stop, *whole) for form, stop in _forms(text) if (whole := self._whole(form)) is not None]
        # Of two forms that fit the same template, the one that leaves no stop in a hole.
        return sorted(found, key=lambda one: (-sum(map(len, one[1].literals)), _ends_in_stop(*one[1:])))

    def _is_known(self, filled: Mapping[str, str], depth: int) -> bool:
        """Say whether a template with few words is meant: then what fills it is values, or known phrases."""
        return all(
            not _is_phrase(content)
            or (not SENTENCES.search(hidden(content)) and self._phrase(content, depth - 1) is not None)
            for content in filled.values()
        )

    def _said_alike(self, text: str) -> str | None:
        """Look a text up as it is, without its stop, and as it would stand within a sentence."""
        for form, stop in _forms(text):
            if (said := self._exact.get(form)) is not None:
                return said + stop_of(stop, said)
        return None

    def _whole(self, text: str) -> tuple[Template, dict[str, str]] | None:
        for one, longest in zip(self._templates, self._longest, strict=True):
            if longest in text and (filled := one.fit(text)) is not None:
                return one, filled
        return None

    def _filled(self, form: Template, filled: dict[str, str], depth: int) -> str:
        literals, opened = HOLE.split(form.said), form.open(filled)
        said = literals[0]
        for number, literal in zip(literals[1::2], literals[2::2], strict=True):
            content = self._within(opened[number], depth - 1) if number in opened else filled[number]
            if content in STOPS and number in form.attached() and is_wide(form.said):
                content = STOPS[content]  # the stop of a text, and no value
            said = joined(joined(said, content), literal)
        return said

    def _within(self, content: str, depth: int) -> str:
        """Say what stands in a hole: a phrase, or a value that stays as it is."""
        found = self._phrase(content, depth)
        return content if found is None else found

    def _phrase(self, text: str, depth: int) -> str | None:
        """Say a part of a text; a single word may be a name."""
        body = text.strip()
        found = self._found(body, depth) if " " in body or body in WORDS else None
        return None if found is None else text.replace(body, found, 1)

    def _parts(self, text: str, mark: re.Pattern[str], depth: int) -> str | None:
        """Say a text part by part; None: it has but one, or none is known."""
        split = _split(text, mark)
        parts, between = split[::2], [*split[1::2], ""]
        said, at, known = "", 0, False
        while at < len(parts) > 1:
            count, one = self._known(parts, between, at, depth)
            known = known or one is not None
            shown = parts[at] if one is None else one
            at += count
            after = between[at - 1]
            if after.strip() in self._exact and (known or _are_names(parts)):
                after, known = f" {self._exact[after.strip()]} ", True
            said = joined(said, shown) if mark is SENTENCES else separated(said, shown)
            said += "" if shown[-1:] in FULL and after.isspace() else after
        return said if known else None

    def _known(self, parts: list[str], between: list[str], at: int, depth: int) -> tuple[int, str | None]:
        """Return how many parts from here are known together, and what they are."""
        for count in range(min(MOST_TOGETHER, len(parts) - at), 1, -1):
            text = "".join(map("".join, zip(parts[at : at + count], [*between[at : at + count - 1], ""], strict=True)))
            if count < len(parts) and (found := self._exact.get(text)) is not None:
                return count, found
        return 1, self._phrase(parts[at], depth - 1)


def _is_sure(form: Template, filled: dict[str, str]) -> bool:
    """Say whether a text is meant by a template, and not one part of it alone."""
    opened = form.open(filled)
    if any(SENTENCES.search(hidden(content)) for content in opened.values()):
        return False
    own = sum(character.isalpha() for literal in form.literals for character in literal)
    begin = "" if form.literals[0] else filled[form.numbers[0]]
    long = sum(map(len, form.literals)) > sum(map(len, opened.values()))
    # What a template with few words begins with may be a text of its own: "… instead of …".
    if own >= SURE and (long or not _is_phrase(begin)):
        return True
    # What ends a text after a colon is mostly what another program said.
    said = {form.numbers[-1]} if own >= FEW and form.literals[-2].endswith(": ") and not form.literals[-1] else set()
    return not any(_is_phrase(content) for number, content in opened.items() if number not in said)


def _is_phrase(content: str) -> bool:
    return BOUNDARY.search(hidden(content, brackets=False)) is not None


def _ends_in_stop(form: Template, filled: dict[str, str]) -> bool:
    """Say whether the stop of the text is taken for a part of its last value."""
    last = filled[form.numbers[-1]]
    return not form.literals[-1] and re.search(r"[^.]\.$", last) is not None and not _is_phrase(last)


def _split(text: str, mark: re.Pattern[str]) -> list[str]:
    """Take a text apart, but for what is quoted or stands in brackets; every second piece is what is between."""
    bare = text if mark is CODE else hidden(text, brackets=mark is not BRACKETS)
    pieces, at = [], 0
    for match in mark.finditer(bare):
        pieces += [text[at : match.start()], text[match.start() : match.end()]]
        at = match.end()
    return [*pieces, text[at:]]


def _forms(text: str) -> list[tuple[str, str]]:
    """Return how a text may stand in the catalogue, each with the stop that is missing from it."""
    forms = [(text, "")]
    if text.endswith("."):
        forms.append((text[:-1], "."))
    if text[:1].isupper() and text[1:2].islower():
        forms += [(form[0].lower() + form[1:], stop) for form, stop in forms if form]
    return forms


def _are_names(parts: Iterable[str]) -> bool:
    return all(part and " " not in part for part in parts)


class _Catalogue(gettext.GNUTranslations):
    """What gettext read, with a way to list it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._catalog: dict[object, object] = {}
        super().__init__(file)

    def messages(self) -> Iterable[tuple[str, str]]:
        return ((key, said) for key, said in self._catalog.items() if isinstance(key, str) and isinstance(said, str))


@functools.cache
def sayer(locale: str) -> Say | None:
    """Return what says a text in a locale; None where there is no catalogue, or none that can be read."""
    place = files("envdoctor").joinpath("locale").joinpath(locale).joinpath("LC_MESSAGES").joinpath("envdoctor.mo")
    try:
        with place.open("rb") as file:
            messages = dict(_Catalogue(file).messages())
    except (OSError, ValueError, UnicodeError):
        return None
    return Speech({english: said for english, said in messages.items() if is_faithful(english, said)}).say
