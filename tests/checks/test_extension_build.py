from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Compiler, Snapshot, Unknown
from envdoctor.findings import Finding, Severity
from tests.machines_snapshots import CPU_RUN, PACKAGES, PYTHON, cpu_machine, gpu_machine, judged, mac, windows

TRITON = PACKAGES | {"triton": "3.7.0"}
HEADERS = "/usr/include/python3.12"
BARE = replace(PYTHON, headers=None)
WHOLE = replace(PYTHON, headers=HEADERS)


def ask(machine: Snapshot | None = None, **facts: Any) -> list[Finding]:
    return judged("TKT005", machine or gpu_machine(), **({"packages": TRITON, "python": WHOLE} | facts))


def test_no_compiler() -> None:
    [found] = ask(compilers=())

    assert "Triton 3.7.0 is installed, and a C compiler is not there" in found.what
    assert found.fix.commands == ("sudo apt-get install gcc",)
    assert (found.severity, found.cause) == (Severity.NOTE, "triton-or-compile")


def test_no_header() -> None:
    [found] = ask(python=BARE)

    assert "Python.h" in found.what
    assert found.fix.commands == ("sudo apt-get install python3-dev",)
    assert found.evidence == {"python.headers": None, "packages.triton": "3.7.0"}


def test_the_headers_of_a_foreign_python_come_from_elsewhere() -> None:
    [found] = ask(python=replace(BARE, base_prefix="/opt/python"))

    assert not found.fix.commands


def test_both() -> None:
    assert len(ask(python=BARE, compilers=())) == 2


@pytest.mark.parametrize(
    ("machine", "facts"),
    [
        pytest.param(gpu_machine(), {}, id="all is there"),
        pytest.param(gpu_machine(), {"compilers": (Compiler("clang", "/usr/bin/clang", "18"),)}, id="clang will do"),
        pytest.param(gpu_machine(), {"compilers": (), "environment": {"CC": "/opt/gcc/bin/gcc"}}, id="CC names one"),
        pytest.param(gpu_machine(), {"compilers": (), "packages": PACKAGES}, id="there is no Triton"),
        pytest.param(gpu_machine(), {"compilers": (), "torch_run": CPU_RUN}, id="no GPU is reached"),
        pytest.param(cpu_machine(), {"compilers": ()}, id="a machine without a GPU"),
        pytest.param(windows(), {"compilers": ()}, id="Windows, where Triton brings its compiler"),
        pytest.param(mac(), {"compilers": ()}, id="macOS has no Triton"),
        pytest.param(gpu_machine(), {"python": PYTHON}, id="nobody asked for the headers"),
        pytest.param(gpu_machine(), {"python": replace(PYTHON, headers=Unknown("slow"))}, id="headers unknown"),
        pytest.param(gpu_machine(), {"python": None}, id="there is no Python to examine"),
    ],
)
def test_stays_silent(machine: Snapshot, facts: dict[str, Any]) -> None:
    assert not ask(machine, **facts)
