from collections.abc import Iterator

from envdoctor.facts import Host, Message, Python, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.offered import why_not_offered


@check("INS051", Severity.ERROR, cause="install-blocked", because_of=("PYT052",))
def torch_not_offered(
    messages: tuple[Message, ...], python: Python | None | Unknown, host: Host | Unknown
) -> Iterator[Finding]:
    """The index that is asked offers no build of PyTorch that fits what was asked for.

    Builds with a "+cu118" in their version lie on PyTorch's own index and not on PyPI; each release is
    published for some CUDA versions only; macOS has no CUDA builds, and Intel Macs none after 2.2.2; an old
    pip does not know today's file names.

    How to mend it: take the command for this release from pytorch.org, with its index, or ask for a release
    and variant that are published for this system.

    Source: https://pytorch.org/get-started/previous-versions/; the file names of the wheels on PyPI.
    """
    reason = why_not_offered(messages, python, host)
    if reason is not None and reason.cause == "install-blocked":
        yield Finding(
            what=reason.what,
            why=reason.why,
            fix=Fix(reason.better, ("python -m pip install --upgrade pip", INSTALL), Risk.CHANGES_ENVIRONMENT),
            verify="python -m pip index versions torch",
            evidence=reason.told.evidence,
            confidence=reason.confidence,
        )
