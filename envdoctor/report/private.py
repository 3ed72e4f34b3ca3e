"""Takes out of a report what is nobody's business, before it leaves the machine.

Left as they are: versions, names of packages and of hardware, paths below `site-packages`, anything
that a diagnosis needs. Removed: home folders, the user's and the machine's name, tokens and keys,
credentials in URLs, e-mail, IP and MAC addresses, UUIDs and serial numbers. What was removed is
counted by kind. Doing it twice is like doing it once.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from envdoctor.facts import Fact, Snapshot
from envdoctor.findings import Finding
from envdoctor.judge import NotChecked
from envdoctor.report.identity import Identity, is_common, this_identity
from envdoctor.report.model import Probe, Report, Tool
from envdoctor.report.shapes import (
    GPU_UUID,
    OTHER_HOME,
    SECRET_VARIABLE,
    SERIAL_KEY,
    SHAPES,
    USER_VARIABLE,
    UUID,
    Shape,
)

T = TypeVar("T")
OWN_WORDS: dict[type, frozenset[str]] = {
    Report: frozenset({"schema", "tool", "created", "verdict", "primary", "checked", "removed"}),
    Finding: frozenset({"code", "name", "cause", "confidence", "because_of"}),
    NotChecked: frozenset({"code"}),
    Probe: frozenset({"name", "status"}),
    Tool: frozenset({"name", "version", "data"}),
}
"""Fields that hold envdoctor's own words, never the machine's."""
MOST_ROUNDS = 10
ZEROS = "-0000-0000-0000-000000000000"
REPLACED = re.compile(rf"0000\d{{4}}(?:{ZEROS})?")
"""What a UUID has been replaced by."""
BELOW_PACKAGES = re.compile(r"(?:site|dist)-packages[/\\][^\s:;\"']*\Z")


def make_private(report: Report, identity: Identity | None = None) -> Report:
    """Return the report without private data, and `removed` counting what is gone.

    Args:
        report: as it was made, or already private.
        identity: whose data to remove besides what has a telling shape; by default this machine's.
    """
    eraser = _Eraser(identity or this_identity(), report.facts)
    cleaned = eraser.walk(report)
    removed = Counter(report.removed) + eraser.counts
    return msgspec.structs.replace(cleaned, removed=dict(sorted(removed.items())))


class _Eraser:
    """Walks values and remembers what it removed."""

    def __init__(self, identity: Identity, facts: Snapshot) -> None:
        self.counts: Counter[str] = Counter()
        self._uuids = _numbered_uuids(facts)
        self._versions = frozenset(_versions(facts))
        self._shapes = (*SHAPES, *_shapes_of(identity, facts))

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
        """Return a text without private data."""
        # What has been removed may have stood between two halves of something else: look again until nothing is found.
        for _ in range(MOST_ROUNDS):
            before, text = text, self._cleaned_once(text)
            if text == before:
                break
        return text

    def _cleaned_once(self, text: str) -> str:
        if text in self._versions:
            return text
        text = GPU_UUID.sub(self._gpu_uuid, text)
        text = UUID.sub(self._uuid, text)
        small = text.lower()
        for shape in self._shapes:
            if any(part in small for part in shape.needs):
                text = self._erase(shape, text)
        return text

    def _erase(self, shape: Shape, text: str) -> str:
        def put(match: re.Match[str]) -> str:
            if (shape.keep is not None and shape.keep(match)) or match[0] in self._versions:
                return match[0]
            self.counts[shape.kind] += 1
            return match.expand(shape.replacement)

        return shape.pattern.sub(put, text)

    def _gpu_uuid(self, match: re.Match[str]) -> str:
        """Replace a GPU's UUID by a number in its form: equal ones stay equal, and checks still read it."""
        own = match[2].lower()
        if REPLACED.fullmatch(own):
            return match[0]
        self.counts["uuid"] += 1
        known = next((uuid for uuid in self._uuids if uuid.startswith(own)), own)
        number = self._uuids.setdefault(known, len(self._uuids) + 1)
        rest = ZEROS if len(own) > 8 else ""  # noqa: PLR2004  # not cut short
        return f"{match[1]}{number:08d}{rest}"

    def _uuid(self, match: re.Match[str]) -> str:
        if REPLACED.fullmatch(match[0]):
            return match[0]
        self.counts["uuid"] += 1
        return "<uuid>"

    def _struct(self, value: msgspec.Struct) -> msgspec.Struct:
        own = OWN_WORDS.get(type(value), frozenset())
        fields = [name for name in value.__struct_fields__ if name not in own]
        return msgspec.structs.replace(value, **{name: self._item(name, getattr(value, name)) for name in fields})

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        cleaned: dict[Any, Any] = {}
        for key, item in value.items():
            name = self.walk(key)
            while name in cleaned:  # two paths that differ in what was removed
                name += "'"
            cleaned[name] = self._item(key, item)
        return cleaned

    def _item(self, key: Any, item: Any) -> Any:
        """Clean what stands under a name: the name may tell that it is a secret, whatever it looks like."""
        if isinstance(key, str) and isinstance(item, str) and item and not item.startswith("<"):
            for pattern, kind in ((SECRET_VARIABLE, "token"), (USER_VARIABLE, "user"), (SERIAL_KEY, "serial")):
                if pattern.search(key):
                    self.counts[kind] += 1
                    return f"<{kind}>"
        return self.walk(item)

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


def _numbered_uuids(facts: Snapshot) -> dict[str, int]:
    gpus = facts.gpus if isinstance(facts.gpus, tuple) else ()
    found = [GPU_UUID.search(gpu.uuid) for gpu in gpus if isinstance(gpu.uuid, str)]
    return {match[2].lower(): number for number, match in enumerate((m for m in found if m), 1)}


def _versions(facts: Snapshot) -> Iterable[str]:
    """Yield what is known to be a version, so that 10.3.9.90 is not taken for an address."""
    if isinstance(facts.packages, dict):
        yield from (version for version in facts.packages.values() if re.fullmatch(r"[\d.]{1,20}", version))
    yield from _version_fields(facts)


def _version_fields(value: Any) -> Iterable[str]:
    if isinstance(value, tuple):
        for item in value:
            yield from _version_fields(item)
    elif isinstance(value, Fact):
        for name in value.__struct_fields__:
            item = getattr(value, name)
            if isinstance(item, str) and "version" in name and re.fullmatch(r"[\d.]{1,20}", item):
                yield item
            else:
                yield from _version_fields(item)


def _shapes_of(identity: Identity, facts: Snapshot) -> Iterable[Shape]:
    """Yield the patterns of this person and this machine."""
    packages = facts.packages if isinstance(facts.packages, dict) else {}
    slashes = ("/", "\\")
    for home in sorted(identity.homes, key=len, reverse=True):
        yield Shape("home", _home(home), "~", slashes)
    yield Shape("home", OTHER_HOME, "~", ("home", "users"))
    user, host = identity.user, identity.host
    if user:
        word, needs = re.escape(user), (user.lower(),)
        parents = r"(?<![\w.])([/\\](?:run[/\\])?(?:media|scratch|home\w{0,8})[/\\])"
        yield Shape("user", re.compile(rf"{parents}{word}(?![\w.-])"), r"\1<user>", needs)
        yield Shape("user", re.compile(rf"([/\\](?:torchinductor_|pytest-of-)){word}(?!\w)"), r"\1<user>", needs)
        if not is_common(user, packages):
            yield from _distinctive_user(word, needs)
    if host and not is_common(host.partition(".")[0], packages):
        short = host.partition(".")[0]
        pattern = rf"(?i)(?<![\w-]){re.escape(short)}(?:\.[a-z][a-z0-9-]{{0,62}}){{0,8}}(?![\w-])"
        yield Shape("host", re.compile(pattern), "<host>", (short.lower(),))


def _below_packages(match: re.Match[str]) -> bool:
    return BELOW_PACKAGES.search(match.string, max(0, match.start() - 600), match.end()) is not None


def _distinctive_user(word: str, needs: tuple[str, ...]) -> Iterable[Shape]:
    """Yield the places in which a name that is no common word stands for the user."""
    in_path = re.compile(rf"(?i)([/\\](?:[\w.-]{{0,64}}?[-_.])?){word}(?![A-Za-z0-9])")
    yield Shape("user", in_path, r"\1<user>", needs, _below_packages)
    yield Shape("user", re.compile(rf"(?i)(?<![\w.+-]){word}(?=@)"), "<user>", needs)
    named = re.compile(rf"(?i)(\b(?:user(?:name)?|owner|login)[\"']?\s?[=:]\s?[\"']?){word}\b")
    yield Shape("user", named, r"\1<user>", needs)


def _home(home: str) -> re.Pattern[str]:
    """Match a home folder with either separator, doubled or not, and nothing that only begins like it."""
    first, *rest = re.split(r"[\\/]+", home.rstrip("\\/"))
    parts = "".join(rf"[\\/]{{1,2}}{re.escape(part)}" for part in rest)
    before = r"(?:(?<![\w.~])|(?<=-[A-Za-z]))" if not first else r"(?<!\w)"
    return re.compile(rf"{before}{re.escape(first)}{parts}(?![\w-]|\.\w)")
