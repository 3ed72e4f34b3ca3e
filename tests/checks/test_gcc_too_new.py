from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import CannotTellError, Compiler, Host, Unknown
from tests.machines_broken import BROKEN, HOME
from tests.machines_snapshots import gpu_machine, judged, windows

NEW = BROKEN["TKT003"]


def gcc(version: Any) -> tuple[Compiler, ...]:
    return (Compiler("clang", "/usr/bin/clang", "18.1.0"), Compiler("gcc", "/usr/bin/gcc", version))


def test_names_both_versions() -> None:
    [found] = judged("TKT003", NEW)

    assert "gcc is 14.2.0" in found.what
    assert "CUDA 12.4 (/usr/local/cuda-12.4) accepts gcc up to 13" in found.what
    assert "sudo apt-get install gcc-13 g++-13" in found.fix.commands


def test_the_first_gcc_counts() -> None:
    [found] = judged("TKT003", NEW, compilers=(*gcc("15.1.0"), Compiler("gcc", "/opt/gcc", "12.3.0")))

    assert found.evidence["compilers.1.version"] == "15.1.0"


def test_other_systems_get_no_apt() -> None:
    [found] = judged("TKT003", NEW, host=Host("linux", "Fedora Linux 43"))

    assert not any("apt" in command for command in found.fix.commands)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"compilers": gcc("13.3.0")}, id="the newest that it accepts"),
        pytest.param({"compilers": gcc("11.4.0")}, id="an older one"),
        pytest.param({"compilers": ()}, id="no gcc"),
        pytest.param({"compilers": gcc(None)}, id="a gcc without a version"),
        pytest.param({"toolkits": ()}, id="no toolkit"),
        pytest.param({"toolkits": (replace(HOME, cuda_home=False),)}, id="a toolkit that no build would take"),
        pytest.param({"toolkits": (replace(HOME, version="99.0"),)}, id="a toolkit newer than the table"),
        pytest.param({"toolkits": (replace(HOME, version=None),)}, id="a toolkit without a version"),
        pytest.param({"environment": {"CC": "gcc-12"}}, id="another compiler is named"),
        pytest.param({"environment": {"NVCC_PREPEND_FLAGS": "-allow-unsupported-compiler"}}, id="nvcc is told so"),
        pytest.param({"host": Host("windows")}, id="Windows builds with another compiler"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("TKT003", NEW, **facts)


def test_an_unknown_version_is_not_a_new_one() -> None:
    with pytest.raises(CannotTellError):
        judged("TKT003", NEW, compilers=gcc(Unknown("gcc does not start")))


def test_sound_machines_are_sound() -> None:
    assert not judged("TKT003", gpu_machine())
    assert not judged("TKT003", windows())
