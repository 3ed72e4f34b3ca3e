from typing import Any

import pytest

from envdoctor.facts import SearchPath, Unknown
from tests.machines_snapshots import gpu_machine, judged


def home(value: str, *paths: SearchPath) -> Any:
    return judged("ENV002", gpu_machine(), environment={"CUDA_HOME": value}, search_paths=paths)


@pytest.mark.parametrize(
    ("value", "words", "right"),
    [
        ("/usr/local/cuda/bin", "the folder of the programs", "export CUDA_HOME=/usr/local/cuda"),
        ("/usr/local/cuda/bin/", "the folder of the programs", "export CUDA_HOME=/usr/local/cuda"),
        ("/usr/local/cuda/bin/nvcc", "a program", "export CUDA_HOME=/usr/local/cuda"),
        (":/usr/local/cuda", "a list", "export CUDA_HOME=/usr/local/cuda"),
        ("/usr/local/cuda:/opt/cuda", "a list", "unset CUDA_HOME"),
    ],
)
def test_the_words_alone_can_be_wrong(value: str, words: str, right: str) -> None:
    [found] = home(value)

    assert f"CUDA_HOME is {value}, {words}" in found.what
    assert found.fix.commands == (right,)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (SearchPath("CUDA_HOME", "/opt/cuda", exists=False), "does not exist"),
        (SearchPath("CUDA_HOME", "/opt/cuda", exists=True, holds=("libcudart",)), "no bin/nvcc"),
    ],
)
def test_the_folder_can_be_wrong(path: SearchPath, words: str) -> None:
    [found] = home("/opt/cuda", path)

    assert words in found.what
    assert found.fix.commands == ("unset CUDA_HOME",)


def test_cuda_path_counts_where_cuda_home_is_not_set() -> None:
    environment = {"CUDA_HOME": "", "CUDA_PATH": "/usr/local/cuda/bin"}

    [found] = judged("ENV002", gpu_machine(), environment=environment)

    assert found.what.startswith("CUDA_PATH is /usr/local/cuda/bin")


@pytest.mark.parametrize(
    ("environment", "paths"),
    [
        pytest.param({}, (), id="not set"),
        pytest.param({"CUDA_HOME": ""}, (), id="empty counts as not set"),
        pytest.param(
            {"CUDA_HOME": "/usr/local/cuda"},
            (SearchPath("CUDA_HOME", "/usr/local/cuda", exists=True, holds=("bin/nvcc",)),),
            id="right",
        ),
        pytest.param({"CUDA_HOME": "/usr/local/cuda"}, Unknown("nobody looked"), id="nobody looked"),
        pytest.param({"CUDA_HOME": "/x"}, (SearchPath("CUDA_HOME", "/x", Unknown("denied")),), id="may not look"),
        pytest.param(
            {"CUDA_HOME": "/a", "CUDA_PATH": "/b/bin"},
            (SearchPath("CUDA_HOME", "/a", exists=True, holds=("bin/nvcc",)),),
            id="CUDA_HOME comes first",
        ),
        pytest.param(
            {"CUDA_PATH": r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v13.0"},
            (SearchPath("CUDA_PATH", r"C:\…\v13.0", exists=True, holds=("bin/nvcc",)),),
            id="Windows' drive letter is no list",
        ),
        pytest.param({"CUDA_HOME": "/opt/cuda-bin"}, (), id="a name that ends in bin"),
    ],
)
def test_stays_silent(environment: dict[str, str], paths: Any) -> None:
    assert not judged("ENV002", gpu_machine(), environment=environment, search_paths=paths)
