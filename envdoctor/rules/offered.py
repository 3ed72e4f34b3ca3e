"""Why an installer finds no build of PyTorch: judged from its message, the Python and the table of releases. Pure."""

from __future__ import annotations

import re

import msgspec

from envdoctor.compat import number
from envdoctor.data import release, releases
from envdoctor.facts import Host, Message, Python, Unknown
from envdoctor.rules.told import Told, told

OLD_PYTHONS = (((1, 0), 7), ((1, 4), 8), ((1, 7, 1), 9), ((1, 11), 10))
"""From this torch on, before the table begins: the newest Python 3 that wheels were made for (PyPI, file names)."""
OLD_END = (1, 13)
LAST_FOR_PYTHON = {"1.10.2": "3.6", "1.13.1": "3.7", "2.4.1": "3.8", "2.8.0": "3.9"}
"""The last torch for a Python: an index that ends there is asked by that Python."""
LAST_FOR_INTEL_MACS = "2.2.2"
YOUNG = (3, 12)
"""From this Python on, wheels of PyTorch came months after the Python did: an empty list then means "not yet"."""
OLDEST = (3, 7)
PYTHON, INDEX = "python-unsupported", "install-blocked"


class Refusal(msgspec.Struct, frozen=True):
    """Why nothing is offered."""

    cause: str
    told: Told
    what: str
    why: str
    better: str
    """What to ask for instead; for a Python, what it has to be."""
    confidence: str
    python: str = "3.11"
    """A Python that fits, as far as it is known."""


def why_not_offered(
    messages: tuple[Message, ...] | Unknown, python: Python | None | Unknown, host: Host | Unknown
) -> Refusal | None:
    """Return why an installer found no PyTorch to install, or None: no message says that it did not."""
    one = _fullest(messages)
    if one is None:
        return _of_another_package(messages)
    version = python.version if isinstance(python, Python) and isinstance(python.version, str) else None
    wanted = re.search(r"==? ?v?(\d[\d.]*\d|\d)(\+\w+)?", one.value("wanted") or "")
    public, variant = (wanted[1], wanted[2] or "") if wanted else ("", "")
    name = f"{one.value('package') or one.value('package_') or 'torch'} {public}{variant}".strip()
    if _is_python(one, public, version, host):
        range_ = _range(public, host)
        asked = f"this is Python {version}" if version else "the list that it found is of other releases"
        return Refusal(
            PYTHON,
            one,
            what=f"No wheel of {name} is made for this Python: {asked}.",
            why="",
            better=f"Python {range_[0]} to {range_[1]}" if range_ else "a Python that it has wheels for",
            confidence=one.confidence if range_ and version else "likely",
            python=range_[1] if range_ else "3.11",
        )
    why, better = _index(public, variant, host)
    return Refusal(
        INDEX,
        one,
        what=f"The installer finds no {name}: {one.quote}.",
        why=why,
        better=better,
        confidence=one.confidence,
    )


def _of_another_package(messages: tuple[Message, ...] | Unknown) -> Refusal | None:
    """Return why a package other than PyTorch, which a project asks for beside it, is not offered."""
    wants, missing = told(messages, "package-wants-other-python"), told(messages, "package-not-offered")
    if wants is not None:
        return Refusal(
            PYTHON,
            wants,
            what=f"{wants.value('package')} wants Python {wants.value('wanted')}; this is {wants.value('python')}.",
            why="",
            better=f"Python {wants.value('wanted')}",
            confidence=wants.confidence,
        )
    if missing is None:
        return None
    name = missing.value("package") or "torch"
    other = told(messages, "requires-other-python") is not None
    return Refusal(
        PYTHON if other else INDEX,
        missing,
        what=f"The installer finds no {name} that fits: {missing.quote}.",
        why="The index does not hold this release, or holds it for other systems and Pythons only.",
        better="a Python that it has wheels for" if other else "Ask for a release that is published for this system.",
        confidence="likely" if other else missing.confidence,
    )


def _fullest(messages: tuple[Message, ...] | Unknown) -> Told | None:
    """Return the message that says most: with the list of what was offered, else any."""
    one = told(messages, "no-wheel-for-tag")
    if one is not None or isinstance(messages, Unknown):
        return one
    listed = [message for message in messages if message.sign == "no-version-fits" and "offered" in message.values]
    if listed:
        return Told(f"messages.{messages.index(listed[0])}", listed[0])
    return told(messages, "no-version-fits")


def _is_python(one: Told, public: str, version: str | None, host: Host | Unknown) -> bool:
    if one.message.sign == "no-wheel-for-tag":
        return (one.value("tag") or "").startswith("Python")
    range_ = _range(public, host)
    if _has_no_builds(public, host):
        return False
    if version and range_:
        return not number(range_[0])[:2] <= number(version)[:2] <= number(range_[1])[:2]
    offered = re.findall(r"\d+\.\d+(?:\.\d+)*", one.value("offered") or "")
    if offered:
        return bool(public) and _is_of_another_python(public, offered)
    young = version is None or number(version)[:2] >= YOUNG or number(version)[:2] < OLDEST
    return young and one.value("offered") == "none"


def _is_of_another_python(public: str, offered: list[str]) -> bool:
    """Say whether a list of releases begins after the wanted one, or ends where some Python's last release is."""
    oldest, newest = min(offered, key=number), max(offered, key=number)
    if newest == LAST_FOR_INTEL_MACS:
        return False
    return number(public) < number(oldest) or (number(public) > number(newest) and newest in LAST_FOR_PYTHON)


def _range(public: str, host: Host | Unknown) -> tuple[str, str] | None:
    """Return the oldest and the newest Python that wheels of a release are made for, or None: not known."""
    if not public:
        return None
    row = release(public) or next((one for one in releases() if one.version.startswith(f"{public}.")), None)
    if row is not None:
        wheels = row.platforms.get(_platform(host)) or row.platforms["linux_x86_64"]
        return wheels.python
    if number(public)[:2] >= OLD_END:
        return None
    newest = [minor for first, minor in OLD_PYTHONS if first <= number(public)]
    return ("3.6", f"3.{newest[-1]}") if newest else None


def _platform(host: Host | Unknown) -> str:
    if isinstance(host, Unknown):
        return "linux_x86_64"
    if host.os == "darwin":
        return "macos_x86_64" if host.arch == "x86_64" else "macos_arm64"
    return f"{host.os}_{host.arch if isinstance(host.arch, str) and host.os == 'linux' else 'x86_64'}"


def _has_no_builds(public: str, host: Host | Unknown) -> bool:
    """Say whether a release that the table has is not published for this system at all."""
    row = release(public) if public else None
    return row is not None and not isinstance(host, Unknown) and _platform(host) not in row.platforms


def _index(public: str, variant: str, host: Host | Unknown) -> tuple[str, str]:
    mac = isinstance(host, Host) and host.os == "darwin"
    if mac and variant.startswith("+cu"):
        return "There are no CUDA builds for macOS.", "Leave out the variant: ask for the plain release."
    if mac and (_has_no_builds(public, host)):
        return (
            f"PyTorch {LAST_FOR_INTEL_MACS} was the last release for Macs with an Intel processor.",
            f"Install {LAST_FOR_INTEL_MACS}; on an Apple processor use a Python for arm64, not a translated one.",
        )
    if variant:
        why = f"Builds with {variant} in their version are on PyTorch's own index only, and not each for each release."
        return (
            why,
            "Ask PyTorch's own index for a variant that this release was published with.",
        )
    return (
        "The index that was asked does not hold it, this system has no build of it, or pip is too old for its files.",
        "Update pip, and ask PyPI or PyTorch's own index for a release that is published for this system.",
    )
