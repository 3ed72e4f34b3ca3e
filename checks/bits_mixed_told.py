from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("PYT053", Severity.ERROR, cause="python-unsupported")
def bits_mixed_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A 32-bit program meets a 64-bit library, or the reverse.

    PyTorch is published for 64-bit Pythons only. A 32-bit Python on Windows says "WinError 193", "not a valid
    Win32 application" or "The operating system cannot run %1"; Linux says "wrong ELF class".

    How to mend it: install a 64-bit Python and make a new environment with it.

    Source: https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499- (193); elf(5), EI_CLASS.
    """
    one = told(messages, "other-bits")
    if one is None:
        return
    yield Finding(
        what=f"A 32-bit Python meets 64-bit libraries: {one.quote}.",
        why="A process is of one word length, and PyTorch's libraries are 64-bit only.",
        fix=Fix(
            "Install a 64-bit Python, and make a new environment with it.",
            ("uv venv --python 3.12",),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import struct; print(struct.calcsize(\"P\") * 8)'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
