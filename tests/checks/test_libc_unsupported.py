from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Failure, Host, Unknown
from envdoctor.findings import INSTALL, Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import CPU_RUN, CPU_TORCH, cpu_machine, gpu_machine, judged, mac, windows

ALPINE = BROKEN["SYS005"]
CENTOS7 = Host("linux", "CentOS Linux 7", "3.10", "x86_64", "glibc", "2.17")
GLIBC = "ImportError: /lib64/libc.so.6: version `GLIBC_2.28' not found (required by libtorch_cpu.so)"


def failed(detail: str) -> Any:
    return replace(CPU_RUN, failure=Failure("exception", "import torch", detail))


def test_musl_has_no_wheels() -> None:
    [found] = judged("SYS005", ALPINE)

    assert "musl" in found.what
    assert found.severity is Severity.ERROR


def test_an_old_glibc_leaves_old_releases() -> None:
    [found] = judged("SYS005", ALPINE, host=CENTOS7)

    assert "glibc 2.17" in found.what
    assert "2.28" in found.what
    assert found.severity is Severity.WARNING
    assert INSTALL in found.fix.commands


def test_a_very_old_one_leaves_nothing() -> None:
    [found] = judged("SYS005", ALPINE, host=replace(CENTOS7, libc_version="2.12"))

    assert found.severity is Severity.ERROR


def test_a_copied_torch_says_it_itself() -> None:
    [found] = judged("SYS005", ALPINE, host=CENTOS7, torch=CPU_TORCH, torch_run=failed(GLIBC))

    assert found.severity is Severity.ERROR


def test_the_last_lines_may_tell() -> None:
    run = replace(CPU_RUN, failure=Failure("exception", "import torch", "ImportError", ("", GLIBC)))

    assert judged("SYS005", ALPINE, host=CENTOS7, torch=CPU_TORCH, torch_run=run)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"torch": CPU_TORCH, "torch_run": CPU_RUN}, id="a distribution's own torch works on musl"),
        pytest.param({"host": replace(CENTOS7, libc_version="2.28")}, id="the floor itself"),
        pytest.param({"host": replace(CENTOS7, libc_version="2.39")}, id="a newer glibc"),
        pytest.param({"host": CENTOS7, "torch": CPU_TORCH, "torch_run": CPU_RUN}, id="an old torch works there"),
        pytest.param({"host": CENTOS7, "torch": CPU_TORCH, "torch_run": failed("SIGSEGV")}, id="another failure"),
        pytest.param({"host": CENTOS7, "torch": CPU_TORCH, "torch_run": Unknown("no")}, id="nobody ran it"),
        pytest.param({"host": replace(CENTOS7, libc=Unknown("no"))}, id="nobody knows the library"),
        pytest.param({"host": replace(CENTOS7, libc_version=Unknown("no"))}, id="nobody knows the version"),
        pytest.param({"host": replace(CENTOS7, arch="riscv64")}, id="no wheels are known for the processor"),
        pytest.param({"host": Host("darwin", libc=None)}, id="macOS"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("SYS005", ALPINE, **facts)


def test_sound_machines_are_sound() -> None:
    for machine in (gpu_machine(), cpu_machine(), mac(), windows()):
        assert not judged("SYS005", machine)
