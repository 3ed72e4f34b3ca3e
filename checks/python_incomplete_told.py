from collections.abc import Iterator

from envdoctor.facts import Host, Message, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.loading import loader_told
from envdoctor.rules.remedies import family
from envdoctor.rules.told import told

SIGNS = (
    "standard-module-missing",
    "python-does-not-start",
    "python-library-missing",
    "python-library-mixed",
    "python-interpreter-missing",
    "python-launcher-broken",
    "python-store-alias",
    "python-prefix-missing",
    "python-c-api-missing",
)
REMOVED = ("distutils", "lib2to3")
"""Modules that Python 3.12 and 3.13 no longer have: setuptools brings the first."""
APART = {"distutils": "python3-distutils", "venv": "python3-venv", "ensurepip": "python3-venv"}
"""Modules that Debian and Ubuntu ship in packages of their own."""
DEVELOPMENT = "libffi-dev libbz2-dev liblzma-dev libsqlite3-dev libssl-dev zlib1g-dev libreadline-dev"


@check("PYT051", Severity.ERROR, cause="python-broken", because_of=("ENV053",))
def python_incomplete_told(messages: tuple[Message, ...], host: Host | Unknown) -> Iterator[Finding]:
    """The Python itself is incomplete: it does not start, or lacks a part of its own library.

    A Python that was compiled without a development package (libffi, xz, bzip2, sqlite, openssl) has no
    `_ctypes`, `_lzma`, …; PyTorch, NumPy and pandas import them. One that was moved or half updated does not
    find its own files, and an environment whose base Python is gone does not start at all.

    How to mend it: install the missing packages and compile this Python anew, or make a new environment with
    a complete one.

    Source: https://github.com/pyenv/pyenv/wiki (suggested build environment); CPython, Python/pylifecycle.c.
    """
    one = told(messages, *SIGNS) or loader_told(messages, "python-broken")
    if one is None:
        return
    module = one.value("module")
    yield Finding(
        what=f"This Python lacks its own module {module}." if module else f"This Python is damaged: {one.quote}.",
        why="It was compiled without a library that this module needs, or a distribution left it out."
        if module
        else "Its library, its prefix or the Python that it was made from is not where it expects it, or of another "
        "release.",
        fix=_fix(module, family(host)),
        verify=f"python -c 'import {module}'" if module else "python -c 'import ctypes, ssl, sqlite3, lzma, bz2'",
        evidence=one.evidence,
        confidence=one.confidence,
    )


def _fix(module: str | None, system: str) -> Fix:
    name = (module or "").partition(".")[0]
    if name in REMOVED:
        command = "python -m pip install setuptools"
        return Fix(
            "Install setuptools, which brings distutils, or use Python 3.11.", (command,), Risk.CHANGES_ENVIRONMENT
        )
    if system in ("ubuntu", "debian"):
        command = f"sudo apt-get install {APART.get(name, DEVELOPMENT)}"
        return Fix(
            "Install the packages that it lacks; a Python that you compiled (pyenv) must be compiled again after that.",
            (command,),
            Risk.NEEDS_ROOT,
        )
    return Fix(
        "Install a complete Python, and make a new environment with it.",
        ("uv venv --python 3.12", "conda create -n torch python=3.12"),
        Risk.CHANGES_ENVIRONMENT,
    )
