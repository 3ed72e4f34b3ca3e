"""The torchvision and torchaudio that go with a release of torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envdoctor.data import Companion, Release
from envdoctor.pins.machine import Machine
from envdoctor.pins.rules import number

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet


def lacks_companion(kind: str, specs: tuple[SpecifierSet, ...], machine: Machine, release: Release) -> str | None:
    """Say why no torchvision or torchaudio for a release is as wished."""
    if companion(kind, specs, machine, release) is not None:
        return None
    row: Companion = getattr(release, kind)
    if not _published(row, machine):
        return f"{kind} {row.version}, which belongs to it, is not published for Python {machine.python_minor}"
    return f"{kind}{specs[-1] if specs else ''} is wanted, and {' or '.join(row.serves)} belongs to it"


def _published(row: Companion, machine: Machine) -> bool:
    mine, oldest = number(machine.python)[:2], row.python_min.get(machine.platform)
    return not (row.python_max and mine > number(row.python_max)) and not (oldest and mine < number(oldest))


def companion(kind: str, specs: tuple[SpecifierSet, ...], machine: Machine, release: Release) -> str | None:
    """Return the torchvision or torchaudio for a release under the wishes; None: there is none.

    The one that came out with the release, unless another is wished for.
    """
    row: Companion = getattr(release, kind)
    if not _published(row, machine):
        return None
    allowed = [one for one in (row.version, *reversed(row.serves)) if all(spec.contains(one) for spec in specs)]
    return allowed[0] if allowed else None
