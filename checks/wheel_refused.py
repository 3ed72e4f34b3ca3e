import re
from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Message, Python, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("INS057", Severity.ERROR, cause="install-blocked")
def wheel_refused(messages: tuple[Message, ...], python: Python | None | Unknown) -> Iterator[Finding]:
    """A wheel file is for another Python, system or processor than this one.

    The name of a wheel says what it is for: cp38 is Python 3.8, win_amd64 64-bit Windows, manylinux_2_28 a glibc
    from 2.28 on. pip refuses others as "not a supported wheel on this platform".

    How to mend it: take the file whose tags are among those that `pip debug --verbose` lists, or give pip the
    name and the index and let it choose.

    Source: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/.
    """
    one = told(messages, "wheel-not-supported")
    if one is None:
        return
    wheel = one.value("wheel") or ""
    tag = re.search(r"-cp(\d)(\d+)-", wheel)
    asked = python.version if isinstance(python, Python) and isinstance(python.version, str) else None
    other = bool(tag and asked and number(asked)[:2] != (int(tag[1]), int(tag[2])))
    yield Finding(
        what=f"{wheel} is not for this machine."
        if not (other and tag)
        else f"{wheel} is for Python {tag[1]}.{tag[2]}; this is Python {asked}.",
        why="pip takes only wheels whose tags name this Python, system and processor.",
        fix=Fix(
            "Take the wheel with this machine's tags.",
            ("python -m pip debug --verbose", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -m pip debug --verbose",
        cause="python-unsupported" if other else "install-blocked",
        evidence=one.evidence | ({"python.version": asked} if asked else {}),
        confidence=one.confidence,
    )
