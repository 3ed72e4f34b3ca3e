from pathlib import Path

import pytest

from envdoctor.facts import SearchPath, Unknown
from envdoctor.probes import search_paths
from envdoctor.probes.system import System
from tests.machines_snapshots import gpu_machine, judged


def system(root: Path, os: str = "linux", **variables: str) -> System:
    """A machine with a toolkit in /usr/local/cuda-12.4, and its link."""
    for folder in ("usr/bin", "usr/local/cuda-12.4/bin", "usr/local/cuda-12.4/lib64/stubs"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for file in ("bin/nvcc", "lib64/libcudart.so.12", "lib64/libcublas.so", "lib64/stubs/libcuda.so"):
        (root / "usr/local/cuda-12.4" / file).touch()
    (root / "usr/local/cuda").symlink_to("cuda-12.4")
    return System(root=root, environment=variables, os=os)


def test_keeps_the_order_and_says_what_lies_there(tmp_path: Path) -> None:
    here = system(tmp_path, PATH="/usr/local/cuda/bin:/usr/bin", LD_LIBRARY_PATH="/usr/local/cuda/lib64")

    assert search_paths.probe(here) == (
        SearchPath("PATH", "/usr/local/cuda/bin", exists=True, holds=("nvcc",)),
        SearchPath("PATH", "/usr/bin", exists=True),
        SearchPath("LD_LIBRARY_PATH", "/usr/local/cuda/lib64", exists=True, holds=("libcublas", "libcudart")),
    )


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param(
            {"LD_LIBRARY_PATH": "/usr/local/cuda/lib64/stubs"},
            SearchPath("LD_LIBRARY_PATH", "/usr/local/cuda/lib64/stubs", exists=True, holds=("libcuda",)),
            id="stubs",
        ),
        pytest.param(
            {"CUDA_HOME": "/usr/local/cuda"},
            SearchPath("CUDA_HOME", "/usr/local/cuda", exists=True, holds=("bin/nvcc",)),
            id="the root of a toolkit",
        ),
        pytest.param(
            {"CUDA_HOME": "/usr/local/cuda/bin"},
            SearchPath("CUDA_HOME", "/usr/local/cuda/bin", exists=True, holds=("nvcc",)),
            id="the folder of its programs",
        ),
        pytest.param({"PATH": "/gone"}, SearchPath("PATH", "/gone", exists=False), id="a folder that is not there"),
        pytest.param(
            {"PATH": "/usr/local/cuda/bin/nvcc"},
            SearchPath("PATH", "/usr/local/cuda/bin/nvcc", exists=False),
            id="a file is no folder",
        ),
        pytest.param(
            {"PATH": "bin"}, SearchPath("PATH", "bin", Unknown("it is no absolute path")), id="a relative folder"
        ),
        pytest.param(
            {"LD_LIBRARY_PATH": ":"},
            SearchPath("LD_LIBRARY_PATH", "", Unknown("it is no absolute path")),
            id="an empty entry",
        ),
        pytest.param(
            {"PATH": "/bad\udcff"}, SearchPath("PATH", "/bad\ufffd", exists=False), id="bytes that are no text"
        ),
    ],
)
def test_entries(tmp_path: Path, variables: dict[str, str], expected: SearchPath) -> None:
    assert search_paths.probe(system(tmp_path, **variables))[0] == expected


@pytest.mark.parametrize("variables", [{}, {"PATH": "", "LD_LIBRARY_PATH": "", "CUDA_HOME": ""}, {"HOME": "/usr/bin"}])
def test_nothing_set_is_nothing(tmp_path: Path, variables: dict[str, str]) -> None:
    assert search_paths.probe(system(tmp_path, **variables)) == ()


def test_a_null_byte_or_a_loop_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    nul, loop = search_paths.probe(system(tmp_path, PATH="/a\0b:/loop"))

    assert isinstance(nul.exists, Unknown)
    assert isinstance(loop.exists, Unknown)


def test_a_path_that_grows_with_every_shell_is_cut(tmp_path: Path) -> None:
    here = system(tmp_path, PATH=":".join(["/usr/bin"] * 5000), CUDA_HOME="/usr/local/cuda")

    found = search_paths.probe(here)

    assert len(found) == search_paths.MOST + 1
    assert found[-1].variable == "CUDA_HOME"


def test_windows_parts_with_semicolons() -> None:
    here = System(environment={"PATH": r"C:\gone\bin;D:\gone", "CUDA_PATH": r"C:\gone"}, os="windows")

    assert [path.entry for path in search_paths.probe(here)] == [r"C:\gone\bin", r"D:\gone", r"C:\gone"]


def test_a_faulty_shell_set_up_is_seen_in_all_its_parts(tmp_path: Path) -> None:
    """LD_LIBRARY_PATH misspelt, CUDA_HOME too deep, and both appended to PATH."""
    libraries = "/usr/local/cuda/lib64:/usr/local/cuda/extras/CPUTI/lib64"
    variables = {
        "LD_LIBRARY_PATH": libraries,
        "CUDA_HOME": "/usr/local/cuda/bin",
        "PATH": f"/usr/bin:{libraries}:/usr/local/cuda/bin",
    }
    paths = search_paths.probe(system(tmp_path, **variables))

    told = [
        found.what
        for code in ("ENV002", "ENV003", "ENV004")
        for found in judged(code, gpu_machine(), environment=variables, search_paths=paths)
    ]

    assert told == [
        "CUDA_HOME is /usr/local/cuda/bin, the folder of the programs instead of the one above it.",
        "PATH holds 2 library folders: /usr/local/cuda/lib64, /usr/local/cuda/extras/CPUTI/lib64.",
        "LD_LIBRARY_PATH holds 1 of 2 folders that do not exist: /usr/local/cuda/extras/CPUTI/lib64.",
    ]
