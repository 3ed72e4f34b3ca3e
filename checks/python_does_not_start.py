import re
from collections.abc import Iterator

from envdoctor.facts import Failure, Python, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import said

ANEW = Fix("Make the environment anew with a working Python.", risk=Risk.CHANGES_ENVIRONMENT)
NO_LIBRARY = r"platform (?:in)?dependent libraries|No module named '?encodings|filesystem encoding|init_fs_encoding"
MISLEADING = {
    "PYTHONHOME": "look for its standard library",
    "PYTHONPLATLIBDIR": "look for its standard library",
    "PYTHONPATH": "look first for modules",
}
"""Variables that tell Python where to look, and for what."""
REFUSED = re.compile(r"Fatal Python error: .*\b(PYTHON[A-Z_\d]{3,})\b")
"""How Python ends when it does not understand the value of one of its own variables, and names it."""
REASONS = (
    # What it says → the cause, why, and what helps. The first that fits counts.
    (
        r"GLIBC_[\d.]+'? not found",
        "glibc-too-old",
        "It was built for a newer C library than this system has.",
        Fix("Use a Python that was built for this system.", risk=Risk.CHANGES_ENVIRONMENT),
    ),
    (
        r"no such program|which does not exist|No such file or directory$|not found$",
        "python-broken",
        "There is no such file, or it is a link to a base interpreter that was removed or upgraded away.",
        ANEW,
    ),
    (
        r"Permission denied",
        "python-broken",
        "It may not be run: no right to execute it, or a file system mounted with noexec.",
        Fix("Give the right to execute it, or put the environment on another file system."),
    ),
    (
        r"Exec format error|no program for this machine|Bad CPU type|cannot execute binary",
        "python-broken",
        "It is a program for another kind of processor or system.",
        ANEW,
    ),
    (
        r"error while loading shared libraries: (?:\S+)|Library not loaded",
        "python-broken",
        "A library that it is linked with (often libpython) is gone, or is looked for in another place.",
        ANEW,
    ),
    (
        r"cannot allocate memory|MemoryError|Resource temporarily unavailable|SIGKILL",
        "limits",
        "A limit of memory or processes is too small even to start it.",
        Fix("Raise the limit: see `ulimit -a`, the batch system's or the container's memory.", ("ulimit -a",)),
    ),
    (
        r"sitecustomize|usercustomize|\.pth\b|import the site module|addsitedir",
        "python-broken",
        "A file that Python runs at every start (sitecustomize, usercustomize, a .pth file) fails.",
        Fix("See which one with the command; mend or remove it.", ("python -v -c pass 2>&1 | tail -n 30",)),
    ),
)


@check("PYT001", Severity.ERROR, cause="python-broken")
def python_does_not_start(python: Python | None, environment: dict[str, str] | Unknown) -> Iterator[Finding]:
    """The examined Python does not start, or dies before it can say its version.

    Nothing else can be said about an environment whose interpreter does not run: its packages and its
    PyTorch are out of reach. Usual reasons are a virtual environment whose base interpreter was
    removed or upgraded away, a `PYTHONHOME` that names another installation, and a start-up file
    (`sitecustomize`, a `.pth` file) that fails.

    How to mend it: unset `PYTHONHOME` if it is set; otherwise make the environment anew.

    Source: https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHOME.
    """
    if python is None or python.failure is None:
        return
    cause, reason, fix = _reason(python.failure, {} if isinstance(environment, Unknown) else environment)
    yield Finding(
        what=f"The examined Python does not start: {python.executable}: {_last(python.failure)}",
        why=f"{reason} Nothing can be imported with it, PyTorch included.",
        fix=fix,
        cause=cause,
        evidence={"python.executable": python.executable, "python.failure.detail": python.failure.detail},
        verify=f"envdoctor check --python {python.executable}",
    )


def _reason(failure: Failure, environment: dict[str, str]) -> tuple[str, str, Fix]:
    message = said(failure)
    name = _refused(message, environment)
    if name is not None:
        fix = Fix(f"Unset {name}, and take it out of your shell's start-up file.", (f"unset {name}",))
        return "env-variable", f"The value of {name} is none that Python understands, and it stops on it.", fix
    known = next((row[1:] for row in REASONS if re.search(row[0], message, re.IGNORECASE | re.MULTILINE)), None)
    lost = re.search(NO_LIBRARY, message)
    for name, what in MISLEADING.items():
        value = environment.get(name)
        # A program that is not there, or may not be run, fails whatever its variables say.
        if value and (lost or (known is None and name == "PYTHONHOME")):
            fix = Fix(f"Unset {name}, and take it out of your shell's start-up file.", (f"unset {name}",))
            return "env-variable", f"{name}={value} tells it to {what} elsewhere.", fix
    if known is not None and not lost:
        return known
    if failure.kind == "hang":
        hangs = (
            "It never came to its first line: a start-up file waits for something, or the file system does not answer."
        )
        return (
            "python-broken",
            hangs,
            Fix("Try it without start-up files, and see where it waits.", ("python -I -S -c pass",)),
        )
    return "python-broken", "Its base interpreter or its standard library is gone or damaged.", ANEW


def _refused(message: str, environment: dict[str, str]) -> str | None:
    """Return the variable whose value Python refuses to start with, or None."""
    named = REFUSED.search(message)
    if named is not None:
        return named[1]
    # The encoding alone is named there, and nothing says where it comes from.
    return "PYTHONIOENCODING" if "unknown encoding" in message and environment.get("PYTHONIOENCODING") else None


def _last(failure: Failure) -> str:
    """Return how it ended and the last line that names an error: after it only the stack of a crash may follow."""
    telling = [
        line for line in failure.last_lines if re.search(r"error|cannot|not found|No module", line, re.IGNORECASE)
    ]
    last = (telling or list(failure.last_lines))[-1:]
    return "; ".join((failure.detail, *last))
