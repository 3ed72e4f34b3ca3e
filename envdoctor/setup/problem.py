"""Why an environment cannot be made."""

from __future__ import annotations

import re
from collections.abc import Sequence

from envdoctor.report.clean import line


class SetupError(Exception):
    """The environment cannot be made. The message is one line: what, where, cure."""

    def __init__(self, message: str) -> None:
        super().__init__(line(message))


class WrongWishError(SetupError):
    """What was asked for cannot be meant. `option` names what was given on the command line."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


SPACE = re.compile(
    r"No space left on device|\[Errno 28\]|os error 28|Disk quota exceeded|not enough space", re.IGNORECASE
)
NO_ROOM = "no room is left on the disk (of the folder, or of TMPDIR); free some, or set TMPDIR to a larger one"
UNREACHABLE = re.compile(
    r"NewConnectionError|Failed to establish a new connection|NameResolutionError|name resolution|"
    r"Name or service not known|nodename nor servname|ConnectTimeout|ReadTimeout|Connection refused|"
    r"Connection reset|RemoteDisconnected|Network is unreachable|No route to host|dns error|tcp connect error|"
    r"Could not connect|error sending request|operation timed out|ProxyError|Cannot connect to proxy|"
    r"HTTP error 5\d\d|status (?:code|server error).{0,4}5\d\d|There was a problem confirming the ssl|"
    r"SSLError|CERTIFICATE_VERIFY_FAILED|invalid peer certificate",
    re.IGNORECASE,
)
REFUSED = re.compile(r"\b(?:401|403)\b.{0,30}(?:Unauthorized|Forbidden|error)|HTTP error 40[13]", re.IGNORECASE)
HASHES = re.compile(r"DO NOT MATCH THE HASHES|Hash mismatch|THESE PACKAGES DO NOT MATCH", re.IGNORECASE)
NO_VERSION = re.compile(
    r"(No matching distribution found[^\n]*|Could not find a version that satisfies[^\n]*|No solution found[^\n]*|"
    r"ResolutionImpossible[^\n]*|because there (?:is|are) no versions? of [^\n]*)",
    re.IGNORECASE,
)
PATH = re.compile(r"': (/\S+)")
LOOKING = re.compile(r"Looking in indexes: (.*)")
INDEX = re.compile(r"https?://(?:[^/\s@]*@)?([^/\s]+)(/\S*)?")
HOST = re.compile(r"host='([^']+)'|https?://(?:[^/\s@']*@)?([\w.-]+)")


def from_words(what: str, lines: Sequence[str], exit_code: int | None = None) -> SetupError:
    """Make one line, with a cure, of what pip or uv said last.

    Args:
        what: was being done: "resolving", "installing".
        lines: what the program printed, the last lines of both its streams.
        exit_code: of the program; None: it was ended because it took too long.
    """
    text = "\n".join(lines)
    for pattern, say in CAUSES:
        found = pattern.search(text)
        if found is not None:
            return SetupError(f"{what} failed: {say(text, found)}")
    if exit_code is None:
        return SetupError(f"{what} took too long and was ended; look at the network, or give more time with --timeout")
    said = [one for one in lines if re.match(r"\s*(?:ERROR|error)\b", one)] or [one for one in lines if one.strip()]
    last = said[-1].strip() if said else f"exit code {exit_code}, without a word"
    return SetupError(f"{what} failed: {last}; the lines above say more")


def no_room(what: str) -> SetupError:
    """Say that the disk is full."""
    return SetupError(f"{what} failed: {NO_ROOM}")


def _space(_text: str, _found: re.Match[str]) -> str:
    return NO_ROOM


def _unreachable(text: str, found: re.Match[str]) -> str:
    start = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    name = _host(text, text[start : end if end >= 0 else len(text)])
    where = f"the index at {name}" if name else "the index"
    return (
        f"{where} cannot be reached ({found[0]}); check the network and the proxy, or name another index with --index "
        "(--index configured takes what pip or uv is set up for)"
    )


def _host(text: str, said: str) -> str:
    """Say which index a line is about: it names a host, or (pip before 24) a path below one of the indexes."""
    path = PATH.search(said)
    if path is not None:
        indexes = (INDEX.fullmatch(word.rstrip(",")) for line in LOOKING.findall(text) for word in line.split())
        below = [
            (found[2] or "", found[1])
            for found in indexes
            if found and path[1].startswith(f"{(found[2] or '').rstrip('/')}/")
        ]
        if below:
            return max(below, key=lambda one: len(one[0]))[1]
    place = HOST.search(said)
    return next(filter(None, place.groups()), "") if place else ""


def _refused(_text: str, found: re.Match[str]) -> str:
    return f"the index asks for credentials or forbids it ({found[0]}); check the configured index"


def _hashes(_text: str, _found: re.Match[str]) -> str:
    return "a file has another hash than the lock says: it is damaged or was replaced; lock a good machine again"


def _no_version(text: str, found: re.Match[str]) -> str:
    named = re.search(r"No matching distribution found[^\n]*", text)  # shorter than the list of all there are
    said = (named[0] if named else found[1]).strip()
    return f"{said if len(said) < 240 else said[:237] + '...'}; see `envdoctor pins` for what fits"  # noqa: PLR2004


CAUSES = (
    (SPACE, _space),
    (HASHES, _hashes),
    (REFUSED, _refused),
    (UNREACHABLE, _unreachable),
    (NO_VERSION, _no_version),
)
"""The first that is found counts: an unreachable index also ends in "no matching distribution"."""
