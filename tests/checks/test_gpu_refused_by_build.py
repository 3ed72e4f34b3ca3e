import pytest

from envdoctor.facts import Gpu, Host, Message, Torch
from envdoctor.testing import findings

NO_IMAGE = Message("no-kernel-image", "no kernel image is available for execution on the device")
LINUX = Host("linux", arch="x86_64")


def card(capability: str) -> tuple[Gpu, ...]:
    return (Gpu(0, name="a card", compute_capability=capability),)


@pytest.mark.parametrize(
    ("capability", "torch", "cause"),
    [
        ("12.0", Torch("2.5.0+cu121", cuda="12.1"), "gpu-arch-too-new"),
        ("12.0", None, "gpu-arch-too-new"),
        ("8.0", Torch("1.7.1+cu101", cuda="10.1"), "gpu-arch-too-new"),
        ("8.6", Torch("1.6.0", cuda="10.2"), "gpu-arch-too-new"),
        ("6.1", Torch("2.8.0+cu128", cuda="12.8"), "gpu-arch-too-old"),
        ("3.5", Torch("1.3.0", cuda="10.1"), "gpu-arch-too-old"),
        ("7.0", None, "gpu-arch-too-old"),
    ],
)
def test_tells_new_from_old(capability: str, torch: Torch | None, cause: str) -> None:
    [found] = findings("GPU055", messages=(NO_IMAGE,), gpus=card(capability), torch=torch, host=LINUX)

    assert found.cause == cause


def test_the_message_names_the_card() -> None:
    said = Message("sm-not-compatible", "with CUDA capability sm_120 is not compatible", {"sm": "120"})

    [found] = findings("GPU055", messages=(said,))

    assert found.cause == "gpu-arch-too-new"
    assert "12.0" in found.what


def test_the_message_lists_what_the_build_has() -> None:
    said = Message("sm-not-compatible", "sm_61 is not compatible", {"sm": "61"})
    listed = Message("sm-list", "supports sm_75 sm_80", {"list": "sm_75 sm_80 sm_86"})

    [found] = findings("GPU055", messages=(said, listed))

    assert found.cause == "gpu-arch-too-old"


def test_where_pytorch_covers_the_card_an_extension_does_not() -> None:
    torch = Torch("2.9.1+cu128", cuda="12.8")

    [found] = findings("GPU055", messages=(NO_IMAGE,), gpus=card("8.6"), torch=torch, host=LINUX)

    assert "extension" in found.fix.text


@pytest.mark.parametrize(
    ("message", "torch"),
    [
        pytest.param(Message("sm-list", "supports sm_50", {"list": "sm_50"}), None, id="a list accuses nobody"),
        pytest.param(NO_IMAGE, Torch("2.9.1+rocm6.4", cuda=None, hip="6.4"), id="a ROCm build is another check's"),
        pytest.param(Message("driver-too-old", "x"), None, id="the driver is old, not the card"),
        pytest.param(Message("hip-no-code", "x"), None, id="an AMD card"),
    ],
)
def test_stays_silent(message: Message, torch: Torch | None) -> None:
    assert not findings("GPU055", messages=(message,), torch=torch)
