from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.contract.read import KEYS, BadContractError, read
from envdoctor.facts import Contract

EVERYTHING = """
os = ["linux", "Windows"]
arch = "amd64"
python = ">=3.10,<3.13"
memory = "16 GB"
shm = "8 GiB"

[torch]
version = "2.8"          # any 2.8
build = ["cuda", "rocm"]

[gpu]
count = 2
memory = "23.5GB"
capability = "8.0"
driver = ">=550"

[packages]
NumPy = "<2"
"flash_attn" = "*"
timm = true

[compilers]
nvcc = ">=12.1"
gcc = "*"

[disk]
working = "0.5 TB"
cache = "500 MB"

[environment]
required = ["HF_HOME"]
forbidden = ["LD_PRELOAD", "LD_PRELOAD"]
"""


def test_everything_that_can_be_said() -> None:
    contract = read(EVERYTHING.encode(), "envdoctor.toml")

    assert contract == Contract(
        source="envdoctor.toml",
        os=("linux", "windows"),
        arch=("x86_64",),
        python="<3.13,>=3.10",
        torch="==2.8.*",
        torch_build=("cuda", "rocm"),
        packages={"numpy": "<2", "flash-attn": "", "timm": ""},
        driver=">=550",
        gpu_count=2,
        gpu_memory_bytes=23_500_000_000,
        gpu_capability="8.0",
        nvcc=">=12.1",
        gcc="",
        memory_bytes=16 * 10**9,
        shm_bytes=8 * 2**30,
        disk={"working": 5 * 10**11, "cache": 5 * 10**8},
        variables=("HF_HOME",),
        forbidden_variables=("LD_PRELOAD",),
    )


def test_nothing_need_be_said() -> None:
    assert read(b"", "x") == Contract(source="x")


def test_a_mark_of_windows_and_its_line_ends_do_no_harm() -> None:
    assert read("\ufeffpython = '>=3.10'\r\n".encode(), "x").python == ">=3.10"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('pythn = ">=3.10"', "line 1, pythn: there is no such key; did you mean 'python'?"),
        ("quantum = 1", "line 1, quantum: there is no such key; there are os, arch, python"),
        ('\n\n[torch]\nversio = "2"', "line 4, torch.versio: there is no such key; did you mean 'version'?"),
        ('[gpu]\nmemory = "24"', "line 2, gpu.memory: '24' is no size; write it like \"16 GB\""),
        ("[gpu]\nmemory = 24", 'line 2, gpu.memory: 24 has no unit; write it like "24 GB"'),
        ('[gpu]\nmemory = "24 apples"', "is no size"),
        ('memory = "0 GB"', "is no size"),
        ("[gpu]\ncount = 0", "line 2, gpu.count: 0 is no number of GPUs"),
        ('[gpu]\ncount = "two"', "is no number of GPUs"),
        ("[gpu]\ncount = true", "is no number of GPUs"),
        ('[gpu]\ncapability = "sm_80"', 'is no compute capability; write it like "8.0"'),
        ('torch = ">=2.4"', "line 1, torch: this is a table; write [torch]"),
        ('[torch]\nversion = "newest"', "line 2, torch.version: 'newest' is no range of versions"),
        ("[torch]\nversion = 2.4", 'line 2, torch.version: 2.4 is no text; write versions like ">=2.4,<2.9"'),
        ('[torch]\nbuild = "metal"', "line 2, torch.build: 'metal' is none of cuda, rocm, xpu, cpu"),
        ('os = "amiga"', "line 1, os: 'amiga' is none of linux"),
        ("os = 1", "1 is none of linux"),
        ("os = [[]]", "is none of linux"),
        ('[packages]\nnumpy = "old"', "line 2, packages.numpy: 'old' is no range of versions"),
        ('[packages]\n"-r x" = "*"', "is no name of a package"),
        ("packages = 1", "this is a table"),
        ('[disk]\nwork = "5 GB"', "line 2, disk.work: there is no such folder; did you mean 'working'?"),
        ("disk = 1", "this is a table"),
        ('[environment]\nrequired = "HF_HOME"', "line 2, environment.required"),
        ('[environment]\nrequired = ["a b"]', "is no list of names"),
        ("python = ", "no TOML: "),
        ("python = >=3", "no TOML: "),
        ("a = " + "[" * 5000, "no TOML"),
    ],
)
def test_a_mistake_is_one_line_with_its_place_and_cure(text: str, says: str) -> None:
    with pytest.raises(BadContractError) as caught:
        read(text.encode(), "envdoctor.toml")

    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("data", "says"), [(b'a = "x"\nb = "\xff"', "line 2: not UTF-8"), (b" " * 2_000_000, "megabyte")]
)
def test_what_is_no_text_is_one_line(data: bytes, says: str) -> None:
    with pytest.raises(BadContractError, match=says):
        read(data, "x")


@given(st.sampled_from([*KEYS, "gpu.memory", "torch.version", "x"]), st.text() | st.integers().map(str))
def test_whatever_stands_there_it_is_a_contract_or_one_line(key: str, value: str) -> None:
    try:
        read(f"{key} = {value}".encode("utf-8", "surrogatepass"), "x")
    except BadContractError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  # either is right


@given(st.binary())
def test_any_bytes_are_a_contract_or_one_line(data: bytes) -> None:
    try:
        read(data, "x")
    except BadContractError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  # either is right


def test_every_key_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")

    for key, inside in KEYS.items():
        assert f"`{key}" in page or f"`[{key}]" in page
        for name in inside if isinstance(inside, dict) else ():
            assert f"`{key}.{name}`" in page
