"""What the checks of a project's contract share."""

from __future__ import annotations

import shlex
from typing import Any

from envdoctor.facts import CannotTellError, Contract
from envdoctor.findings import Finding, Fix, Risk

SHOWN = 0.92
"""A machine of 32 GB, or a GPU of 24 GB, shows a little less than is built in: firmware, error correction and the
driver take some, and makers count in other units."""
UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def within(version: str, specifiers: str, name: str) -> bool:
    """Say whether a version is within specifiers; a variant ("+cu130") does not count unless they name one.

    Raises:
        CannotTellError: one of the two is none (an odd build, a report from elsewhere).
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  # slow to import
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    try:
        # Whoever asks for ">=2.4" means a nightly of 2.10 as well.
        return SpecifierSet(specifiers).contains(Version(version), prereleases=True)
    except InvalidVersion:
        raise CannotTellError(f"{name} is {version!r}, which is no version that can be compared") from None
    except InvalidSpecifier:
        raise CannotTellError(f"{specifiers!r} is no range of versions") from None


def size(count: float) -> str:
    """Say a size: "24 GB", "8.6 GB" (powers of ten)."""
    for unit, name in UNITS:
        if abs(count) >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count:.0f} bytes"


def violation(
    contract: Contract, what: str, needs: str, fix: str, *commands: str, evidence: dict[str, Any], changes: bool = False
) -> Finding:
    """Return a finding: what is there, what the project needs instead, and how to mend it.

    Args:
        contract: whose file is named.
        what: is true of the machine, without a full stop.
        needs: what the contract says, after "needs".
        fix: a sentence.
        commands: that mend it.
        evidence: path of a fact → its value.
        changes: the commands change the examined Python.
    """
    file = contract.source or "the contract"
    return Finding(
        what=f"{what}; {file} needs {needs}.",
        why="The project says that it does not work otherwise, and is not tried with anything else.",
        fix=Fix(fix, commands, Risk.CHANGES_ENVIRONMENT if changes else Risk.SAFE),
        evidence=evidence,
        verify=f"envdoctor check --against {shlex.quote(file)}" if contract.source else "",
    )
