from collections.abc import Iterator

from envdoctor.facts import Host, Message, Python, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.offered import why_not_offered


@check("PYT052", Severity.ERROR, cause="python-unsupported")
def python_not_served(
    messages: tuple[Message, ...], python: Python | None | Unknown, host: Host | Unknown
) -> Iterator[Finding]:
    """No wheel of the wanted PyTorch is published for this Python.

    Wheels are made for a handful of Python releases each: torch 1.13 ends at Python 3.10 (3.11 on Linux),
    torch 2.2 at 3.12, and so on. pip then offers only other releases, or "from versions: none".

    How to mend it: make an environment with a Python that the wanted release has wheels for, or take a
    release that is made for this Python.

    Source: the file names of the wheels on PyPI, in the table of releases.
    """
    reason = why_not_offered(messages, python, host)
    if reason is not None and reason.cause == "python-unsupported":
        version = python.version if isinstance(python, Python) and isinstance(python.version, str) else None
        yield Finding(
            what=reason.what,
            why="pip only takes wheels whose tag names this Python, and this release has none.",
            fix=Fix(
                f"Make an environment with {reason.better}, or install a release of PyTorch that this Python can have.",
                (f"uv venv --python {reason.python}", f"conda create -n torch python={reason.python}"),
                Risk.CHANGES_ENVIRONMENT,
            ),
            verify="python -m pip download --no-deps --dest . torch",
            evidence=reason.told.evidence | ({"python.version": version} if version else {}),
            confidence=reason.confidence,
        )
