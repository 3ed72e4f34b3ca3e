import pytest

from envdoctor.facts import Message, PciGpu, Torch
from envdoctor.testing import findings

ROCM = Torch("2.5.1+rocm6.2", cuda=None, hip="6.2")


@pytest.mark.parametrize("sign", ["hip-no-code", "rocm-library"])
def test_hip_says_so(sign: str) -> None:
    [found] = findings("GPU057", messages=(Message(sign, "x"),))

    assert found.confidence == "proved"
    assert found.cause == "rocm"


@pytest.mark.parametrize("sign", ["crash", "no-kernel-image", "hip-override"])
def test_beside_a_rocm_build_other_words_make_it_likely(sign: str) -> None:
    [found] = findings("GPU057", messages=(Message(sign, "x"),), torch=ROCM)

    assert found.confidence == "likely"


def test_an_amd_card_is_enough() -> None:
    card = PciGpu("", "1002", "", name="AMD Radeon RX 6600 XT")

    assert findings("GPU057", messages=(Message("crash", "x"),), pci_gpus=(card,))


@pytest.mark.parametrize(
    ("sign", "torch"),
    [
        pytest.param("crash", Torch("2.5.1+cu124", cuda="12.4"), id="a crash of a CUDA build"),
        pytest.param("no-kernel-image", None, id="an NVIDIA card"),
        pytest.param("gpu-memory-out", ROCM, id="another message"),
    ],
)
def test_stays_silent(sign: str, torch: Torch | None) -> None:
    assert not findings("GPU057", messages=(Message(sign, "x"),), torch=torch)
