from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import INSTALL, Finding, Fix, Severity, check
from envdoctor.rules.import_errors import Reason
from envdoctor.rules.loading import loader_told, reason_of

OTHERWISE = Reason(
    "glibc-too-old",
    "The wheels are built for glibc, from 2.17 or 2.28 on; this system has less, or musl.",
    Fix("Use a newer system or container image, or the newest PyTorch whose wheels fit this one.", (INSTALL,)),
)


@check("LIB061", Severity.ERROR, cause="glibc-too-old", because_of=("SYS005", "TOR002"))
def libc_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The system's C or C++ library is older than the wheels need, or not glibc at all.

    PyTorch's Linux wheels need glibc 2.17, from 2.7 on 2.28 (CentOS 7 and Ubuntu 18.04 have less), and a
    libstdc++ of their time. Alpine Linux has musl, for which there are no wheels.

    How to mend it: use a newer system or container image, or the newest PyTorch whose wheels fit. An old
    libstdc++ of a module or of the system is put right by conda's libstdcxx-ng, or by taking it off
    LD_LIBRARY_PATH.

    Source: https://peps.python.org/pep-0600/; the symbols that libtorch_python asks for.
    """
    one = loader_told(messages, "glibc-too-old")
    if one is None:
        return
    reason = reason_of(one, OTHERWISE)
    version = one.value("version")
    yield Finding(
        what=f"The system's library does not have {version}."
        if version
        else f"The system's C library does not fit: {one.quote}.",
        why=reason.why,
        fix=reason.fix,
        verify="ldd --version | head -n 1",
        evidence=one.evidence,
        confidence=one.confidence,
    )
