from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Compiler, Toolkit, Unknown
from envdoctor.findings import Finding, Severity
from tests.machines_snapshots import CPU_TORCH, PYTHON, gpu_machine, judged

NVCC = Toolkit("/usr/local/cuda-13.2", "13.2", "/usr/local/cuda-13.2/bin/nvcc", ("PATH",), first_on_path=True)
HEADERS = replace(PYTHON, headers="/usr/include/python3.12")
GCC = (Compiler("gcc", "/usr/bin/gcc", "13.3.0"),)
BOTH = (*GCC, Compiler("g++", "/usr/bin/g++", "13.3.0"))


def found(**facts: Any) -> list[Finding]:
    return judged("TKT006", gpu_machine(), **({"toolkits": (NVCC,), "python": HEADERS, "compilers": BOTH} | facts))


def test_no_cpp_compiler() -> None:
    [one] = found(compilers=GCC)

    assert "a C++ compiler is not there" in one.what
    assert one.severity is Severity.NOTE
    assert one.fix.commands == ("sudo apt-get install g++",)
    assert "ninja makes it faster" in one.fix.text


def test_neither_compiler_nor_headers() -> None:
    ninja = (Compiler("ninja", "/usr/bin/ninja"),)
    [one] = found(compilers=ninja, python=replace(PYTHON, headers=None))

    assert "a C++ compiler and the header Python.h of this Python are not there" in one.what
    assert one.fix.commands == ("sudo apt-get install g++", "sudo apt-get install python3-dev")
    assert "ninja" not in one.fix.text


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="all is there"),
        pytest.param({"compilers": (*GCC, Compiler("clang", "/usr/bin/clang"))}, id="clang will do"),
        pytest.param({"compilers": (), "environment": {"CXX": "/opt/g++"}}, id="CXX names one"),
        pytest.param({"compilers": (), "toolkits": ()}, id="nobody means to build"),
        pytest.param({"compilers": (), "toolkits": (replace(NVCC, first_on_path=False),)}, id="nvcc lies idle"),
        pytest.param({"compilers": (), "torch": CPU_TORCH}, id="a CPU build has no CUDA extensions"),
        pytest.param({"compilers": (), "torch": None}, id="no torch"),
        pytest.param({"python": replace(PYTHON, headers=Unknown("not asked"))}, id="headers are not known"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not found(**facts)
