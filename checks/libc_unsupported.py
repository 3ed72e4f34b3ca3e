from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.data import releases
from envdoctor.facts import Host, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check

OLDEST_GLIBC = "2.17"
"""Below it no wheel of PyTorch since 2019 runs (manylinux2014; PEP 599)."""


@check("SYS005", Severity.ERROR, cause="glibc-too-old")
def libc_unsupported(host: Host, torch: Torch | None, torch_run: TorchRun | None | Unknown) -> Iterator[Finding]:
    """The system's C library is one for which PyTorch's wheels are not made.

    Wheels are built on glibc and need at least the version that they name. With musl (Alpine Linux) or an
    older glibc pip finds "no matching distribution", takes a much older release, or a copied torch fails
    with "GLIBC_2.28 not found".

    How to mend it: use a system or a container image with a newer glibc (Debian, Ubuntu, Rocky Linux); or
    the newest release whose wheels still fit.

    Source: PEP 600, PEP 656; glibc floors of the published wheels (envdoctor's table of releases).
    """
    if host.os != "linux" or not (torch is None or _failed(torch_run)):
        return
    if host.libc == "musl":
        yield Finding(
            what="The C library is musl; PyTorch publishes wheels for glibc only.",
            why="A program that is built for glibc does not load on musl, and pip finds no matching distribution.",
            fix=_other_system(),
            evidence={"host.libc": "musl"},
        )
    elif host.libc == "glibc" and isinstance(host.libc_version, str):
        yield from _glibc(host, host.libc_version, torch, torch_run)


def _glibc(host: Host, version: str, torch: Torch | None, run: TorchRun | None | Unknown) -> Iterator[Finding]:
    wheels = releases()[0].platforms.get(f"linux_{host.arch}")
    if wheels is None or wheels.floor is None or number(version) >= number(wheels.floor):
        return
    told = _says_glibc(run)
    if torch is not None and not told:
        return
    impossible = told or number(version) < number(OLDEST_GLIBC)
    yield Finding(
        what=f"The C library is glibc {version}; wheels of PyTorch {releases()[0].version} need {wheels.floor}.",
        why="A wheel that needs a newer glibc does not load, and pip passes over it.",
        fix=_other_system() if impossible else _older(),
        severity=Severity.ERROR if impossible else Severity.WARNING,
        evidence={"host.libc": "glibc", "host.libc_version": version},
    )


def _older() -> Fix:
    return Fix(
        "Install the newest release whose wheels fit, or use a newer system.", (INSTALL,), Risk.CHANGES_ENVIRONMENT
    )


def _other_system() -> Fix:
    return Fix("Use a system or a container image with a newer glibc: Debian, Ubuntu, Rocky Linux.")


def _failed(run: TorchRun | None | Unknown) -> bool:
    return isinstance(run, TorchRun) and run.failure is not None


def _says_glibc(run: TorchRun | None | Unknown) -> bool:
    if not isinstance(run, TorchRun) or run.failure is None:
        return False
    return any("GLIBC_" in line for line in (run.failure.detail, *run.failure.last_lines))
