from typing import Any

import pytest

from envdoctor.facts import Host, SearchPath, Unknown
from tests.machines_snapshots import PATHS, gpu_machine, judged, wsl2


def on_path(*entries: str) -> tuple[SearchPath, ...]:
    return (*PATHS, *(SearchPath("PATH", entry, exists=True) for entry in entries))


def test_names_them() -> None:
    paths = on_path("/usr/local/cuda/lib64", "/usr/local/cuda/extras/CPUTI/lib64", "/usr/local/cuda/bin")

    [found] = judged("ENV003", gpu_machine(), search_paths=paths)

    assert found.what == ("PATH holds 2 library folders: /usr/local/cuda/lib64, /usr/local/cuda/extras/CPUTI/lib64.")
    assert found.evidence["search_paths.2.entry"] == "/usr/local/cuda/lib64"


def test_what_stands_on_both_variables_was_copied() -> None:
    paths = (*on_path("/opt/hpc/lib"), SearchPath("LD_LIBRARY_PATH", "/opt/hpc/lib/", exists=True))

    [found] = judged("ENV003", gpu_machine(), search_paths=paths)

    assert "1 library folder: /opt/hpc/lib." in found.what
    assert found.fix.commands == ()


@pytest.mark.parametrize(
    "paths",
    [
        pytest.param((), id="no PATH"),
        pytest.param(PATHS, id="programs only"),
        pytest.param(on_path("/usr/local/cuda/bin"), id="the toolkit's programs"),
        pytest.param(on_path("/usr/lib/wsl/lib"), id="WSL's own entry"),
        pytest.param(on_path("/opt/tool/lib"), id="a stray folder of something else"),
        pytest.param(on_path("/usr/lib/jvm/java-21/bin"), id="programs below lib"),
        pytest.param(on_path("/opt/cuda-libs"), id="a name that looks like it"),
        pytest.param((SearchPath("LD_LIBRARY_PATH", "/usr/local/cuda/lib64", exists=True),), id="where they belong"),
        pytest.param((SearchPath("PATH", "", Unknown("no")), SearchPath("LD_LIBRARY_PATH", "")), id="empty entries"),
    ],
)
def test_stays_silent(paths: Any) -> None:
    assert not judged("ENV003", gpu_machine(), search_paths=paths)


def test_windows_looks_for_libraries_there() -> None:
    paths = (SearchPath("PATH", "C:/CUDA/v13.0/lib/x64/lib", exists=True),)

    assert not judged("ENV003", gpu_machine(), search_paths=paths, host=Host("windows"))


def test_a_sound_wsl_is_sound() -> None:
    assert not judged("ENV003", wsl2())
