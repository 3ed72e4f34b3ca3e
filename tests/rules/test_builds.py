import pytest

from envdoctor.facts import Gpu, Host, Torch, TorchDevice, TorchRun, Unknown
from envdoctor.rules.builds import arch_list_of, capabilities_of

LINUX = Host("linux", arch="x86_64")


def test_what_torch_says_counts() -> None:
    told = arch_list_of(Torch("2.15.0+cu132", cuda="13.2"), TorchRun(arch_list=("sm_99",)), LINUX)

    assert told == (("sm_99",), True)


@pytest.mark.parametrize(
    ("torch", "host", "first", "last"),
    [
        pytest.param(Torch("2.15.0+cu132", cuda="13.2"), LINUX, "sm_75", "sm_120", id="what PyPI carries"),
        pytest.param(Torch("2.15.0", cuda="13.2"), LINUX, "sm_75", "sm_120", id="by the metadata's version"),
        pytest.param(Torch("2.15.0+cu132", cuda="13.2"), Host("linux", arch="aarch64"), "sm_80", "sm_120", id="ARM"),
        pytest.param(Torch("2.7.1+cu126", cuda="12.6"), LINUX, "sm_50", "sm_90", id="another variant"),
    ],
)
def test_the_table_tells_otherwise(torch: Torch, host: Host, first: str, last: str) -> None:
    codes, asked = arch_list_of(torch, None, host)

    assert (codes[0], codes[-1], asked) == (first, last, False)


@pytest.mark.parametrize(
    ("torch", "host"),
    [
        pytest.param(Torch("2.15.0+cpu", cuda=None), LINUX, id="a CPU build"),
        pytest.param(Torch("2.15.0+git1234", cuda="13.2"), LINUX, id="somebody's own build"),
        pytest.param(Torch("2.6.0a0+ecf3bae40a.nv25.01", cuda="12.8"), LINUX, id="NVIDIA's build"),
        pytest.param(Torch(cuda="13.2"), LINUX, id="no version"),
        pytest.param(Torch("2.15.0+cu132", cuda="13.2"), Host("darwin", arch="aarch64"), id="no such build there"),
    ],
)
def test_nobody_tells(torch: Torch, host: Host) -> None:
    assert arch_list_of(torch, Unknown("not run"), host) == ((), False)


@pytest.mark.parametrize(
    ("gpus", "run", "answer"),
    [
        pytest.param((Gpu(0, "A", compute_capability="8.0"),), None, {"GPU 0 (A)": ("8.0",)}, id="the driver tells"),
        pytest.param((Gpu(0, "NVIDIA GeForce RTX 5090"),), None, {"GPU 0 (NVIDIA GeForce RTX 5090)": ("12.0",)},
                     id="the name tells"),
        pytest.param((Gpu(0, "nothing like it"),), None, {}, id="no such name"),
        pytest.param((Gpu(0, "A", compute_capability="8.0"),),
                     TorchRun(devices=(TorchDevice(0, "B", compute_capability="9.0"),)), {"GPU 0 (B)": ("9.0",)},
                     id="what torch sees counts"),
        pytest.param((Gpu(0, "NVIDIA GeForce RTX 5090"),), TorchRun(devices=(TorchDevice(0, "B"),)), {},
                     id="torch sees one and does not know it"),
        pytest.param((Gpu(0, "x", compute_capability="unknown"),), None, {}, id="rubbish"),
    ],
)  # fmt: skip
def test_capabilities_of(gpus: tuple[Gpu, ...], run: TorchRun | None, answer: dict[str, tuple[str, ...]]) -> None:
    assert capabilities_of(gpus, run) == answer
