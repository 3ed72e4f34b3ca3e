from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("INS052", Severity.ERROR, cause="install-blocked")
def environment_managed_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Pip or uv refuses to install, because the system manages this Python.

    Distributions mark their Python (PEP 668) so that pip does not write over files of their packages: Debian 12,
    Ubuntu 23.04, Fedora 38, Homebrew and newer.

    How to mend it: make a virtual environment and install into it. `--break-system-packages` does what it says.

    Source: https://peps.python.org/pep-0668/.
    """
    one = told(messages, "environment-managed")
    if one is None:
        return
    yield Finding(
        what=f"The installer refuses to change this Python: {one.quote}.",
        why="It belongs to the system, whose package manager alone may change it.",
        fix=Fix(
            "Make a virtual environment and install there.",
            ("python3 -m venv .venv", ". .venv/bin/activate", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify=".venv/bin/python -c 'import torch'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
