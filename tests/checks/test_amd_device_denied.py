import pytest

from envdoctor.facts import Message, PciGpu, Platform, Torch, TorchRun
from envdoctor.testing import findings

ROCM = Torch("2.5.1+rocm6.2", cuda=None, hip="6.2")


@pytest.mark.parametrize("sign", ["kfd-denied", "hip-no-gpu"])
def test_rocm_says_so(sign: str) -> None:
    [found] = findings("GPU058", messages=(Message(sign, "x"),))

    assert found.confidence == "proved"


def test_a_rocm_build_that_sees_nothing() -> None:
    [found] = findings("GPU058", messages=(Message("gpu-not-seen", "x"),), torch=ROCM)

    assert found.confidence == "likely"


def test_a_container_needs_both_nodes() -> None:
    [found] = findings("GPU058", messages=(Message("kfd-denied", "x"),), platform=Platform(container="docker"))

    assert "--device /dev/kfd" in found.fix.text


@pytest.mark.parametrize(
    ("sign", "torch", "run"),
    [
        pytest.param("gpu-not-seen", Torch("2.5.1", cuda="12.4"), None, id="a CUDA build"),
        pytest.param("kfd-denied", ROCM, TorchRun(available=True), id="it works"),
        pytest.param("gpu-memory-out", ROCM, None, id="another message"),
    ],
)
def test_stays_silent(sign: str, torch: Torch, run: TorchRun | None) -> None:
    assert not findings("GPU058", messages=(Message(sign, "x"),), torch=torch, torch_run=run)


def test_a_cuda_build_beside_an_amd_card() -> None:
    card = PciGpu("", "1002", "", name="AMD Radeon RX 6800 XT")
    torch = Torch("2.5.1+cu124", cuda="12.4")

    [found] = findings("GPU058", messages=(), torch=torch, torch_run=TorchRun(available=False), pci_gpus=(card,))

    assert "built for CUDA" in found.what
    assert not findings("GPU058", messages=(), torch=ROCM, torch_run=TorchRun(available=False), pci_gpus=(card,))
