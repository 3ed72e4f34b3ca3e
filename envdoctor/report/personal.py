"""The patterns of one person on one machine: home folders and names, in every spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from envdoctor.facts import Snapshot
from envdoctor.late import late
from envdoctor.report.identity import Identity, is_common
from envdoctor.report.shape import Shape
from envdoctor.report.shapes import OTHER_HOME, QUOTED_HOME
from envdoctor.report.spellings import needs, path_pattern, pattern

BELOW_PACKAGES = late(r"(?:site|dist)-packages[/\\][^\s:;\"']*\Z")
LEFT = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9a-f]{4}))"
"""Before a name: no letter of it, or an escape of JSON or a URL."""


def shapes_of(identity: Identity, facts: Snapshot) -> Iterable[Shape]:
    """Yield the patterns of this person and this machine."""
    packages = facts.packages if isinstance(facts.packages, dict) else {}
    for home in sorted(identity.homes, key=len, reverse=True):
        yield Shape("home", _home(home), "~", needs(re.split(r"[\\/]", home.rstrip("\\/"))[-1]))
    yield Shape("home", OTHER_HOME, "~", ("home", "users"))
    yield Shape("home", QUOTED_HOME, "~", ("home", "users"))
    if identity.user:
        yield from _user(identity.user, common=is_common(identity.user, packages))
    if identity.host:
        yield from _host(identity.host, common=is_common(identity.host.partition(".")[0], packages))


def _user(user: str, *, common: bool) -> Iterator[Shape]:
    """Yield the places in which a name stands for the user; one that is no common word stands for nothing else."""
    word, small = pattern(user), needs(user)
    parents = r"(?<![\w.])([/\\](?:run[/\\])?(?:media|scratch|home\w{0,8})[/\\])"
    yield Shape("user", late(rf"(?i){parents}{word}(?![\w.-])"), r"\1<user>", small)
    yield Shape("user", late(rf"(?i)([/\\](?:torchinductor_|pytest-of-)){word}(?!\w)"), r"\1<user>", small)
    named = rf"(?i)(\b(?:user(?:name)?|owner|login)[\"'\\]{{0,3}}\s?[=:]\s?[\"'\\]{{0,3}}){word}(?![\w-])"
    if not common or user.lower() not in ("root", "user", "none"):
        yield Shape("user", late(named), r"\1<user>", small)
    if not common:
        yield Shape("user", late(rf"(?i){LEFT}(?<!<){word}(?![A-Za-z0-9])"), "<user>", small, _below_packages)


def _host(host: str, *, common: bool) -> Iterator[Shape]:
    short = host.partition(".")[0]
    if not common:
        found = rf"(?i)(?<!<){LEFT}{pattern(short)}(?:\.[a-z][a-z0-9-]{{0,62}}){{0,8}}(?![A-Za-z0-9])"
        yield Shape("host", late(found), "<host>", needs(short), _below_packages)
    elif "." in host and host.lower() != "localhost.localdomain":
        yield Shape("host", late(rf"(?i){LEFT}{pattern(host)}(?![A-Za-z0-9])"), "<host>", needs(host))


def _below_packages(match: re.Match[str]) -> bool:
    return BELOW_PACKAGES.search(match.string, max(0, match.start() - 600), match.end()) is not None


def _home(home: str) -> re.Pattern[str]:
    """Match a home folder in any spelling, and nothing that only begins like it."""
    before = r"(?:(?<![\w.~])|(?<=-[A-Za-z])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
    return late(rf"(?i){before}{path_pattern(home)}(?![\w-]|\.\w)")
