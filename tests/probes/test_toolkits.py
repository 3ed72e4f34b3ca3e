from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import Toolkit, Unknown
from envdoctor.probes import toolkit_version, toolkits
from envdoctor.probes.command import Output
from tests.systems import answering, no_programs, system

JSON = '{"cuda": {"name": "CUDA SDK", "version": "12.4.20240611"}, "cuda_nvcc": {"version": "12.4.131"}}'
NVCC_11_8 = Output(0, "nvcc: NVIDIA (R) Cuda compiler driver\nCuda compilation tools, release 11.8, V11.8.89\n", "")
ELF = "\x7fELF"


def header(number: int) -> str:
    return f"/* top */\n#define CUDA_VERSION {number}\n"


def test_links_to_one_folder_are_one_toolkit(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/usr/local/cuda-12.4/version.json": JSON},
        programs={"/usr/local/cuda-12.4/bin/nvcc": ELF},
        links={"/usr/local/cuda": "cuda-12.4"},
        environment={"PATH": "/usr/bin:/usr/local/cuda/bin", "CUDA_HOME": "/usr/local/cuda/"},
    )

    assert toolkits.probe(machine) == (
        Toolkit(
            "/usr/local/cuda-12.4",
            "12.4",
            "/usr/local/cuda-12.4/bin/nvcc",
            ("PATH", "CUDA_HOME", "/usr/local"),
            first_on_path=True,
            cuda_home=True,
        ),
    )


def test_the_first_on_path_wins(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/usr/local/cuda-11.8/include/cuda.h": header(11080), "/usr/lib/cuda/version.txt": "CUDA Version 10.1.243\n"},
        programs={"/usr/local/cuda-11.8/bin/nvcc": ELF, "/usr/lib/cuda/bin/nvcc": ELF},
        environment={"PATH": "/usr/lib/cuda/bin:/usr/local/cuda-11.8/bin"},
    )

    old, new = toolkits.probe(machine)

    assert (old.version, old.first_on_path, old.found_by) == ("10.1", True, ("PATH", "/usr/lib"))
    assert (new.version, new.first_on_path, new.found_by) == ("11.8", False, ("PATH", "/usr/local"))


def test_a_variable_that_names_the_folder_bin(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/usr/local/cuda/version.json": JSON},
        programs={"/usr/local/cuda/bin/nvcc": ELF},
        environment={"CUDA_HOME": "/usr/local/cuda/bin"},
    )

    [found] = toolkits.probe(machine)

    assert found.path == "/usr/local/cuda"
    assert found.found_by == ("CUDA_HOME (its bin)", "/usr/local")
    assert not found.cuda_home
    assert not found.first_on_path


@pytest.mark.parametrize(
    ("script", "environment"),
    [
        pytest.param('#!/bin/sh\nexec /usr/lib/nvidia-cuda-toolkit/bin/nvcc "$@"\n', {}, id="Debian's"),
        pytest.param(
            '#!/bin/bash\n"${CUDA_HOME}/bin/nvcc" "$@"\n',
            {"CUDA_HOME": "/usr/lib/nvidia-cuda-toolkit"},
            id="by variable",
        ),
        pytest.param("#!/bin/sh\nexec ccache /usr/lib/nvidia-cuda-toolkit/bin/nvcc $*\n", {}, id="through ccache"),
    ],
)
def test_a_script_leads_to_its_toolkit(script: str, environment: dict[str, str], tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/usr/include/cuda.h": header(11050)},
        programs={"/usr/bin/nvcc": script, "/usr/lib/nvidia-cuda-toolkit/bin/nvcc": ELF},
        environment={"PATH": "/usr/bin", **environment},
    )

    found = toolkits.probe(machine)

    assert [(toolkit.path, toolkit.version, toolkit.first_on_path) for toolkit in found] == [
        ("/usr/lib/nvidia-cuda-toolkit", "11.5", True)
    ]


def test_a_link_to_ccache_is_no_toolkit_and_does_not_win(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/usr/local/cuda/version.json": JSON},
        programs={"/usr/bin/ccache": ELF, "/usr/local/cuda/bin/nvcc": ELF},
        links={"/usr/lib/ccache/nvcc": "../../bin/ccache"},
        environment={"PATH": "/usr/lib/ccache:/usr/local/cuda/bin"},
    )

    [found] = toolkits.probe(machine)

    assert found.path == "/usr/local/cuda"
    assert found.first_on_path


def test_pieces_that_a_package_linked_together_are_one(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/usr/lib/cuda/version.txt": "CUDA Version 11.5.119\n"},
        programs={"/usr/lib/nvidia-cuda-toolkit/bin/nvcc": ELF},
        links={"/usr/lib/cuda/bin": "../nvidia-cuda-toolkit/bin"},
        environment={"PATH": "/usr/lib/nvidia-cuda-toolkit/bin"},
    )

    [found] = toolkits.probe(machine)

    assert found.version == "11.5"
    assert found.found_by == ("PATH", "/usr/lib")


def test_without_files_the_compiler_is_asked(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        programs={"/sw/cuda/bin/nvcc": ELF},
        environment={"PATH": "/sw/cuda/bin"},
        run=answering({"nvcc": NVCC_11_8}),
    )

    [found] = toolkits.probe(machine)

    assert found.version == "11.8"


def test_with_files_nobody_is_asked(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/sw/cuda/include/cuda.h": header(13000)},
        programs={"/sw/cuda/bin/nvcc": ELF},
        environment={"PATH": "/sw/cuda/bin"},
        run=answering({"nvcc": NVCC_11_8}),
    )

    assert toolkits.probe(machine)[0].version == "13.0"


def test_conda(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/opt/conda/envs/ml/targets/x86_64-linux/include/cuda.h": header(12040)},
        programs={"/opt/conda/envs/ml/bin/nvcc": ELF},
        environment={"CONDA_PREFIX": "/opt/conda/envs/ml"},
    )

    assert toolkits.probe(machine) == (
        Toolkit("/opt/conda/envs/ml", "12.4", "/opt/conda/envs/ml/bin/nvcc", ("conda",)),
    )


def test_runtime_libraries_alone_have_no_compiler(tmp_path: Path) -> None:
    machine = system(
        tmp_path,
        {"/usr/local/cuda-12.2/lib64/libcudart.so.12.2.140": ""},
        links={"/usr/local/cuda-12.2/lib64/libcudart.so": "libcudart.so.12.2.140"},
    )

    assert toolkits.probe(machine) == (Toolkit("/usr/local/cuda-12.2", "12.2", None, ("/usr/local",)),)


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({}, {"CUDA_HOME": "/usr/local/cuda"}, id="a variable that names nothing"),
        pytest.param({}, {"CUDA_HOME": "/usr/local/cuda:/usr/local/cuda"}, id="a list as variable"),
        pytest.param({}, {"CUDA_HOME": ""}, id="an empty variable"),
        pytest.param({}, {"CUDA_HOME": "bin"}, id="no path"),
        pytest.param({"/usr/local/cuda-samples/README": ""}, {}, id="samples"),
        pytest.param({"/opt/cudnn/include/cudnn.h": ""}, {}, id="cuDNN"),
        pytest.param({"/usr/local/bin/nvcc": ELF}, {"PATH": "/usr/local/bin"}, id="a file that may not be executed"),
        pytest.param({}, {"CONDA_PREFIX": "/opt/conda", "PATH": "/opt/conda/bin"}, id="conda without nvcc"),
    ],
)
def test_stays_silent(files: dict[str, str], environment: dict[str, str], tmp_path: Path) -> None:
    assert toolkits.probe(system(tmp_path, files, environment=environment)) == ()


@pytest.mark.parametrize(
    ("files", "version"),
    [
        pytest.param({"version.json": JSON}, "12.4", id="version.json"),
        pytest.param({"version.json": '{"cuda": {"version": "11.8.20220929"}}'}, "11.8", id="without nvcc"),
        pytest.param({"version.json": "{", "version.txt": "CUDA Version 10.2.89"}, "10.2", id="half a JSON file"),
        pytest.param({"version.json": '{"x": ' + "[" * 100_000}, None, id="a JSON file of brackets"),
        pytest.param({"version.json": '{"cuda": {"version": 12}}'}, None, id="a number for a text"),
        pytest.param(
            {"include/cuda_runtime_api.h": "#define CUDART_VERSION  12060\n"}, "12.6", id="the runtime's header"
        ),
        pytest.param({"include/cuda.h": header(13000)}, "13.0", id="the driver's header"),
        pytest.param({"include/cuda.h": "#define CUDA_VERSION 7"}, None, id="no version"),
        pytest.param({"include/cuda.h": f"#define CUDA_VERSION {'9' * 5000}"}, None, id="a number of 5000 digits"),
        pytest.param({"lib64/libcudart.so.11.0": ""}, None, id="a soname is no version"),
        pytest.param({"lib/libcudart.so.11.8.89": ""}, "11.8", id="a library"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_from_files(files: dict[str, str], version: str | None, tmp_path: Path) -> None:
    machine = system(tmp_path, {f"/x/{path}": text for path, text in files.items()})

    assert toolkit_version.from_files(machine, "/x") == version


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        pytest.param(NVCC_11_8, "11.8", id="works"),
        pytest.param(Unknown("slow"), Unknown("slow"), id="timed out"),
        pytest.param(None, Unknown("nvcc does not start"), id="a script without its program"),
        pytest.param(Output(1, "", "no"), Unknown("nvcc --version ended with 1 and told no release"), id="fails"),
    ],
)
def test_from_nvcc(answer: Output | None | Unknown, version: str | Unknown) -> None:
    assert toolkit_version.from_nvcc(answer) == version


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    folder = tmp_path / "usr/local"
    folder.mkdir(parents=True)
    (Path(str(folder).encode().decode()) / "cuda-\udcff").mkdir()
    (folder / "cuda-\udcff" / "version.txt").write_text("CUDA Version 9.0.176")

    [found] = toolkits.probe(system(tmp_path, run=no_programs))

    assert found.path == "/usr/local/cuda-�"
