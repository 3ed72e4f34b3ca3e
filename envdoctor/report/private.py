"""Takes out of a report what is nobody's business, before it leaves the machine.

Left as they are: versions, names of packages, libraries and hardware, paths below `site-packages`, anything
that a diagnosis needs. Removed: home folders, the user's and the machine's name in every spelling, names of
other folders, tokens and keys, credentials in URLs, private indexes and mirrors, e-mail, IP and MAC
addresses, UUIDs and serial numbers. What was removed is counted by kind and by place. Doing it twice is
like doing it once.
"""

from __future__ import annotations

import enum
import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from envdoctor.facts import Snapshot
from envdoctor.findings import Finding
from envdoctor.report.identity import Identity, this_identity
from envdoctor.report.known import LONGEST_NAME, numbered_uuids, paths, versions
from envdoctor.report.model import Report, Tool
from envdoctor.report.personal import shapes_of
from envdoctor.report.places import Places
from envdoctor.report.shape import Shape
from envdoctor.report.shapes import (
    GPU_UUID,
    SECRET_VARIABLE,
    SECRETS,
    SERIAL_KEY,
    SHAPES,
    USER_VARIABLE,
    UUID,
)

T = TypeVar("T")
OWN_WORDS: dict[type, frozenset[str]] = {
    Report: frozenset({"schema", "tool", "created", "verdict", "primary", "checked", "removed"}),
    Finding: frozenset({"code", "name", "cause", "confidence", "because_of"}),
    Tool: frozenset({"name", "version", "data"}),
}
"""Fields that hold envdoctor's own words, never the machine's."""
MOST_ROUNDS = 10
LONGEST = 200_000
"""Characters of one text: more of it helps nobody, and looking through many millions takes minutes."""
TOLD = 60
"""Characters in which it says so."""
CUT = re.compile(r" … \([\d,]+ characters left out\)\Z")
REMEMBERED = 200
"""Texts from this length on are remembered: the same message may stand in many places."""
ZEROS = "-0000-0000-0000-000000000000"
REPLACED = re.compile(rf"0000\d{{4}}(?:{ZEROS})?")
"""What a UUID has been replaced by."""
REMOVED = re.compile(r"<[a-z]+>")


class Removal(msgspec.Struct, frozen=True):
    """That something was removed somewhere; never what."""

    place: str
    """The path of the field in the report: "facts.environment.PATH"."""
    kind: str
    count: int


def make_private(report: Report, identity: Identity | None = None) -> Report:
    """Return the report without private data, and `removed` counting what is gone.

    Args:
        report: as it was made, or already private.
        identity: whose data to remove besides what has a telling shape; by default this machine's.
    """
    return privately(report, identity)[0]


def privately(report: Report, identity: Identity | None = None) -> tuple[Report, list[Removal]]:
    """Return the report without private data, and from which places what kinds were removed."""
    eraser = _Eraser(identity or this_identity(), report.facts)
    cleaned = eraser.walk(report)
    removed = Counter(report.removed)
    for (_, kind), count in eraser.places.items():
        removed[kind] += count
    removals = [Removal(place, kind, count) for (place, kind), count in eraser.places.items()]
    return msgspec.structs.replace(cleaned, removed=dict(sorted(removed.items()))), removals


def without_secrets(report: Report) -> Report:
    """Return the report without tokens, keys and passwords; names, paths and addresses stay.

    For a person's own terminal: what is seen there is pasted somewhere, too.
    """
    cleaned: Report = _Eraser(Identity(), report.facts, secrets_alone=True).walk(report)
    return cleaned


class _Eraser:
    """Walks values and remembers what it removed, and where."""

    def __init__(self, identity: Identity, facts: Snapshot, *, secrets_alone: bool = False) -> None:
        self._secrets_alone = secrets_alone
        self.places: Counter[tuple[str, str]] = Counter()
        self._path: list[str] = []
        self._now: Counter[str] = Counter()
        self._known: dict[str, tuple[str, Counter[str]]] = {}
        self._uuids = numbered_uuids(facts)
        self._versions = frozenset(versions(facts))
        self._shapes = SECRETS if secrets_alone else (*SHAPES, *shapes_of(identity, facts))
        self._hints = [(word, place) for place, one in enumerate(self._shapes) for word in one.needs]
        self._folders = Places(facts.packages if isinstance(facts.packages, dict) else (), self._removed)
        for path in () if secrets_alone else paths(facts):
            self._folders.know(self._shaped(path))

    def _removed(self, kind: str) -> None:
        self._now[kind] += 1

    def walk(self, value: T) -> T:
        """Return a value of the same kind whose strings are clean."""
        cleaned: Any = value
        if isinstance(value, enum.Enum):
            return value
        if isinstance(value, str):
            cleaned = self.clean(value)
        elif isinstance(value, msgspec.Struct):
            cleaned = self._struct(value)
        elif isinstance(value, dict):
            cleaned = self._dict(value)
        elif isinstance(value, list | tuple):
            cleaned = type(value)(self._sequence(value))
        elif isinstance(value, set | frozenset):
            cleaned = type(value)(self.walk(item) for item in value)
        return cleaned  # type: ignore[no-any-return]

    def clean(self, text: str) -> str:
        """Return a text without private data, and note what was removed from it."""
        if text in self._known:
            cleaned, counts = self._known[text]
        else:
            self._now = Counter()
            cleaned, counts = self._cleaned(text), self._now
            if len(text) >= REMEMBERED:
                self._known[text] = cleaned, counts
        for kind, count in counts.items():
            self.places[".".join(self._path), kind] += count
        return cleaned

    def _cleaned(self, text: str) -> str:
        text = cut(text)
        # How much was left out is no value of the name that stands before it: "password … (20 characters left out)".
        said = CUT.search(text, max(0, len(text) - TOLD))
        text, ending = (text[: said.start()], said[0]) if said else (text, "")
        if self._secrets_alone:
            return self._erased(text) + ending
        # What has been removed may have stood between two halves of something else: look again until nothing is found.
        for _ in range(MOST_ROUNDS):
            before, text = text, self._cleaned_once(text)
            if text == before:
                break
        return cut(text + ending)  # what stands in the place of a name may be longer

    def _cleaned_once(self, text: str) -> str:
        if text in self._versions:
            return text
        return self._folders.clean(self._shaped(text))

    def _shaped(self, text: str) -> str:
        text = GPU_UUID.sub(self._gpu_uuid, text)
        text = UUID.sub(self._uuid, text)
        return self._erased(text)

    def _erased(self, text: str) -> str:
        small = text.lower()
        for place in sorted({place for word, place in self._hints if word in small}):
            text = self._erase(self._shapes[place], text)
        return text

    def _erase(self, shape: Shape, text: str) -> str:
        def put(match: re.Match[str]) -> str:
            if (shape.keep is not None and shape.keep(match)) or match[0] in self._versions:
                return match[0]
            self._removed(shape.kind)
            return match.expand(shape.replacement)

        return shape.pattern.sub(put, text)

    def _gpu_uuid(self, match: re.Match[str]) -> str:
        """Replace a GPU's UUID by a number in its form: equal ones stay equal, and checks still read it."""
        own = match[2].lower()
        if REPLACED.fullmatch(own):
            return match[0]
        self._removed("uuid")
        known = next((uuid for uuid in self._uuids if uuid.startswith(own)), own)
        number = self._uuids.setdefault(known, len(self._uuids) + 1)
        rest = ZEROS if len(own) > 8 else ""  # noqa: PLR2004  # not cut short
        return f"{match[1]}{number:08d}{rest}"

    def _uuid(self, match: re.Match[str]) -> str:
        if REPLACED.fullmatch(match[0]):
            return match[0]
        self._removed("uuid")
        return "<uuid>"

    def _struct(self, value: msgspec.Struct) -> msgspec.Struct:
        own = OWN_WORDS.get(type(value), frozenset())
        fields = [name for name in value.__struct_fields__ if name not in own]
        return msgspec.structs.replace(value, **{name: self._item(name, name, getattr(value, name)) for name in fields})

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        cleaned: dict[Any, Any] = {}
        for key, item in value.items():
            name = self.walk(key)
            while name in cleaned:  # two paths that differ in what was removed
                name += "'"
            cleaned[name] = self._item(key, str(name), item)
        return cleaned

    def _item(self, key: Any, shown: str, item: Any) -> Any:
        """Clean what stands under a name: the name may tell that it is a secret, whatever it looks like."""
        self._path.append(shown)
        try:
            kind = _secret_kind(key, item)
            if kind is None:
                return self.walk(item)
            self.places[".".join(self._path), kind] += 1
            return f"<{kind}>"
        finally:
            self._path.pop()

    def _sequence(self, values: Sequence[Any]) -> Iterable[Any]:
        """Clean the items; a key in PEM form may go over several lines."""
        inside = False
        for item in values:
            inside = inside or (isinstance(item, str) and "-----BEGIN " in item)
            if inside and isinstance(item, str):
                last = "-----END " in item
                yield self.clean(item) if "-----BEGIN " in item else "<key>"
                inside = not last
            else:
                yield self.walk(item)


def cut(text: str) -> str:
    """Return a text of bearable length, cut where a blank stands: half a token is not known for one."""
    if len(text) <= LONGEST or CUT.search(text, len(text) - TOLD):
        return text
    end = max(text.rfind(" ", 0, LONGEST), text.rfind("\n", 0, LONGEST), 0)
    return f"{text[:end]} … ({len(text) - end:,} characters left out)"


def _secret_kind(key: Any, item: Any) -> str | None:
    if not isinstance(item, str) or not item or not isinstance(key, str) or len(key) > LONGEST_NAME:
        return None
    return None if item[0] == "<" and REMOVED.fullmatch(item) else _kind_of_name(key)


@functools.lru_cache(maxsize=1000)
def _kind_of_name(key: str) -> str | None:
    kinds = ((SECRET_VARIABLE, "token"), (USER_VARIABLE, "user"), (SERIAL_KEY, "serial"))
    return next((kind for pattern_, kind in kinds if pattern_.search(key)), None)
