from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import Library, Toolkit
from envdoctor.probes import cudnn
from envdoctor.probes.system import System
from tests.systems import system

HEADER = "#define CUDNN_MAJOR 8\n#define CUDNN_MINOR 9\n#define CUDNN_PATCHLEVEL 7\n"
DEBIAN = "/usr/lib/x86_64-linux-gnu"


def chain(folder: str, version: str) -> dict[str, str]:
    major = version.partition(".")[0]
    return {f"{folder}/libcudnn.so": f"libcudnn.so.{major}", f"{folder}/libcudnn.so.{major}": f"libcudnn.so.{version}"}


def test_links_to_one_file_are_one_copy(tmp_path: Path) -> None:
    machine = system(tmp_path, {f"{DEBIAN}/libcudnn.so.8.9.7": ""}, links=chain(DEBIAN, "8.9.7"))

    assert cudnn.probe(machine) == (Library("cudnn", f"{DEBIAN}/libcudnn.so.8.9.7", "8.9.7", "system"),)


def test_sublibraries_belong_to_it(tmp_path: Path) -> None:
    names = ("libcudnn.so.9.1.0", "libcudnn_ops.so.9.1.0", "libcudnn_graph.so.9.1.0", "libcudnn_static.a")

    assert len(cudnn.probe(system(tmp_path, {f"{DEBIAN}/{name}": "" for name in names}))) == 1


@pytest.mark.parametrize(
    ("files", "environment", "library"),
    [
        pytest.param(
            {"/usr/local/cuda-11.8/lib64/libcudnn.so.8": "", "/usr/local/cuda-11.8/include/cudnn_version.h": HEADER},
            {},
            Library("cudnn", "/usr/local/cuda-11.8/lib64/libcudnn.so.8", "8.9.7", "toolkit"),
            id="copied into a toolkit",
        ),
        pytest.param(
            {"/sw/cuda/lib64/libcudnn.so.8.9.7": ""},
            {"CUDA_HOME": "/sw/cuda"},
            Library("cudnn", "/sw/cuda/lib64/libcudnn.so.8.9.7", "8.9.7", "toolkit"),
            id="in the toolkit that CUDA_HOME names",
        ),
        pytest.param(
            {"/opt/cudnn/lib/libcudnn.so.8.6.0": ""},
            {"LD_LIBRARY_PATH": "/nowhere::/opt/cudnn/lib"},
            Library("cudnn", "/opt/cudnn/lib/libcudnn.so.8.6.0", "8.6.0", None),
            id="on LD_LIBRARY_PATH",
        ),
        pytest.param(
            {"/v/lib/python3.11/site-packages/nvidia/cudnn/lib/libcudnn.so.9": ""},
            {"LD_LIBRARY_PATH": "/v/lib/python3.11/site-packages/nvidia/cudnn/lib"},
            Library("cudnn", "/v/lib/python3.11/site-packages/nvidia/cudnn/lib/libcudnn.so.9", "9", "wheel"),
            id="a wheel's, put on LD_LIBRARY_PATH",
        ),
        pytest.param(
            {"/opt/conda/lib/libcudnn.so.9.3.0": ""},
            {"CONDA_PREFIX": "/opt/conda"},
            Library("cudnn", "/opt/conda/lib/libcudnn.so.9.3.0", "9.3.0", "conda"),
            id="conda's",
        ),
        pytest.param(
            {"/etc/ld.so.conf.d/cudnn.conf": "# here\n/opt/x/lib\n", "/opt/x/lib/libcudnn.so.7.6.5": ""},
            {},
            Library("cudnn", "/opt/x/lib/libcudnn.so.7.6.5", "7.6.5", "system"),
            id="in a folder of ldconfig's",
        ),
        pytest.param(
            {"/usr/lib64/libcudnn.so.9": "", "/usr/include/cudnn_version.h": HEADER},
            {},
            Library("cudnn", "/usr/lib64/libcudnn.so.9", "9", "system"),
            id="a header of another major",
        ),
        pytest.param(
            {"/usr/local/lib/libcudnn.so": ""},
            {},
            Library("cudnn", "/usr/local/lib/libcudnn.so", None, "system"),
            id="no version anywhere",
        ),
    ],
)
def test_copies(files: dict[str, str], environment: dict[str, str], library: Library, tmp_path: Path) -> None:
    assert cudnn.probe(system(tmp_path, files, environment=environment)) == (library,)


@pytest.mark.parametrize(
    ("files", "links"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({}, chain(DEBIAN, "8.9.7"), id="links to nothing"),
        pytest.param({f"{DEBIAN}/libcudnn_adv_infer.so.8": ""}, {}, id="a sublibrary alone"),
        pytest.param({f"{DEBIAN}/libcudnn.so.bak": "", f"{DEBIAN}/notes-on-cudnn.txt": ""}, {}, id="other names"),
        pytest.param({"/etc/ld.so.conf.d/x.conf": "include /etc/more\nrelative/lib\n\n"}, {}, id="no folders"),
    ],
)
def test_stays_silent(files: dict[str, str], links: dict[str, str], tmp_path: Path) -> None:
    assert cudnn.probe(system(tmp_path, files, links=links)) == ()


def test_a_toolkit_that_is_handed_in(tmp_path: Path) -> None:
    machine = system(tmp_path, {"/sw/lib64/libcudnn.so.8.9.7": ""})

    assert not cudnn.probe(machine)
    assert [library.owner for library in cudnn.probe(machine, (Toolkit("/sw"),))] == ["toolkit"]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param(HEADER, "8.9.7", id="whole"),
        pytest.param("#define CUDNN_MAJOR 8\n", None, id="a part"),
        pytest.param("#define CUDNN_MAJOR CUDNN_X\n", None, id="no number"),
        pytest.param(None, None, id="no header"),
    ],
)
def test_from_header(text: str | None, version: str | None) -> None:
    assert cudnn.from_header(text) == version


def test_windows(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/cudnn64_9.dll").touch()

    [found] = cudnn.probe(System(os="windows", environment={"PATH": str(tmp_path / "bin")}))

    assert (found.version, found.owner) == ("9", None)
