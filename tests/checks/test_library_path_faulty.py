from typing import Any

import pytest

from envdoctor.facts import SearchPath, Unknown
from envdoctor.findings import Severity
from tests.machines_snapshots import PATHS, container, gpu_machine, judged

SOUND = SearchPath("LD_LIBRARY_PATH", "/usr/local/cuda/lib64", exists=True, holds=("libcudart",))


def entry(path: str, exists: Any) -> SearchPath:
    return SearchPath("LD_LIBRARY_PATH", path, exists)


def test_a_misspelt_folder_is_a_warning() -> None:
    wrong = entry("/usr/local/cuda/extras/CPUTI/lib64", exists=False)

    [found] = judged("ENV004", gpu_machine(), search_paths=(*PATHS, SOUND, wrong))

    assert "1 of 2 folders that do not exist: /usr/local/cuda/extras/CPUTI/lib64" in found.what
    assert "CUPTI" in found.why
    assert found.severity is Severity.WARNING


def test_a_removed_folder_is_worth_knowing() -> None:
    [found] = judged("ENV004", gpu_machine(), search_paths=(entry("/usr/local/cuda-10.1/lib64", exists=False),))

    assert found.severity is Severity.NOTE


def test_stubs_will_bite() -> None:
    [found] = judged("ENV004", gpu_machine(), search_paths=(entry("/usr/local/cuda/lib64/stubs/", exists=True),))

    assert found.severity is Severity.WARNING
    assert found.cause == "driver-stub-on-path"


@pytest.mark.parametrize(
    "paths",
    [
        pytest.param((), id="nothing set"),
        pytest.param((SOUND,), id="it exists"),
        pytest.param((entry("/net/libs", Unknown("denied")),), id="nobody may look"),
        pytest.param((entry("", Unknown("no absolute path")),), id="a colon at the end"),
        pytest.param((entry("relative/lib", Unknown("no absolute path")),), id="a relative folder"),
        pytest.param((SearchPath("PATH", "/gone", exists=False),), id="PATH may hold what is gone"),
        pytest.param((SearchPath("LIBRARY_PATH", "/cuda/lib64/stubs", exists=True),), id="stubs are right for linking"),
        pytest.param((SearchPath("CUDA_HOME", "/gone", exists=False),), id="CUDA_HOME is ENV002's"),
    ],
)
def test_stays_silent(paths: Any) -> None:
    assert not judged("ENV004", gpu_machine(), search_paths=paths)


def test_a_sound_container_is_sound() -> None:
    assert not judged("ENV004", container())
