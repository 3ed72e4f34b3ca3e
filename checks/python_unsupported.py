from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.data import Release, Wheels, releases
from envdoctor.facts import CannotTellError, Host, Python, Torch, Unknown, known
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check

OLDEST_EXAMINED = (3, 6)
"""Older Pythons tell their version alone; whether they have a torch is not known."""
SIXTY_FOUR = 64


@check("PYT002", Severity.ERROR, cause="python-unsupported")
def python_unsupported(python: Python | None, torch: Torch | None | Unknown, host: Host) -> Iterator[Finding]:
    """PyTorch publishes no wheel for the examined Python, or only older releases have one.

    A release comes as one wheel for each Python that it supports. For another Python pip says "Could not
    find a version that satisfies the requirement torch (from versions: none)", or quietly takes an older
    release. A free-threaded Python (3.14t) needs wheels of its own.

    A Python that has PyTorch already is left alone.

    How to mend it: make the environment with a Python that the newest release supports.

    Source: the wheel tags of torch on PyPI (envdoctor's table of releases).
    """
    if python is None or python.failure is not None:
        return
    version = number(known(python.version, "python.version"))[:2]
    if version >= OLDEST_EXAMINED and known(torch, "torch") is not None:
        return
    if python.bits not in (SIXTY_FOUR, None) and not isinstance(python.bits, Unknown):
        return  # PYT003's business
    wheels = _wheels(host)
    newest, offered = wheels[0]
    fitting = [release for release, one in wheels if _has_wheel(one, python, version)]
    if fitting and fitting[0] is newest:
        return
    name = _name(python, version)
    where = f"{'macOS' if host.os == 'darwin' else host.os.capitalize()} on {host.arch}"
    yield Finding(
        what=_what(name, where, fitting, newest, wheels[-1][0]),
        why="A wheel is made for one version and one kind of Python; pip passes over all others.",
        fix=_fix(fitting, newest, offered),
        severity=Severity.WARNING if fitting else Severity.ERROR,
        evidence={"python.version": python.version, "python.implementation": python.implementation}
        | ({"python.free_threaded": True} if python.free_threaded is True else {}),
    )


def _wheels(host: Host) -> list[tuple[Release, Wheels]]:
    """Return the releases that have wheels for this system, the newest first.

    Raises:
        CannotTellError: the table knows no wheel for this system, or the processor is not known.
    """
    arch = known(host.arch, "host.arch")
    arch = "arm64" if host.os == "darwin" and arch == "aarch64" else arch
    system = f"{'macos' if host.os == 'darwin' else host.os}_{arch}"
    found = [(release, release.platforms[system]) for release in releases() if system in release.platforms]
    if not found:
        raise CannotTellError(f"the table of releases has no wheels for {system}")
    return found


def _has_wheel(wheels: Wheels, python: Python, version: tuple[int, ...]) -> bool:
    if isinstance(python.implementation, str) and python.implementation != "cpython":
        return False
    if python.free_threaded is True:
        return ".".join(map(str, version)) in wheels.free_threaded
    oldest, newest = wheels.python
    return number(oldest) <= version <= number(newest)


def _name(python: Python, version: tuple[int, ...]) -> str:
    kind = python.implementation
    other = f" ({kind})" if isinstance(kind, str) and kind != "cpython" else ""
    free = " (free-threaded)" if python.free_threaded is True else ""
    return f"Python {'.'.join(map(str, version))}{other}{free}"


def _what(name: str, where: str, fitting: list[Release], newest: Release, oldest: Release) -> str:
    if fitting:
        return (
            f"{name} on {where} has no wheel of PyTorch {newest.version}; the newest that it can have is "
            f"{fitting[0].version}."
        )
    return f"No PyTorch from {oldest.version} to {newest.version} has a wheel for {name} on {where}."


def _fix(fitting: list[Release], newest: Release, offered: Wheels) -> Fix:
    first, last = offered.python
    other = f"make an environment with Python {first} to {last} for {newest.version}"
    if not fitting:
        return Fix(f"M{other[1:]} (uv venv --python {last} makes one).", (), Risk.CHANGES_ENVIRONMENT)
    return Fix(f"Install {fitting[0].version}, or {other}.", (INSTALL,), Risk.CHANGES_ENVIRONMENT)
