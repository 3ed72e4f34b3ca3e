import pytest

from envdoctor.facts import Gpu, Message, Platform, TorchRun
from envdoctor.testing import findings

BOARD = Message("jetson", "Jetson Orin Nano", output=False)
METAL = Platform(vm=None, container=None, wsl=None)


@pytest.mark.parametrize("sign", ["not-compiled-with-cuda", "no-gpus", "cuda-not-seen", "no-driver-found"])
def test_a_wheel_that_finds_no_gpu(sign: str) -> None:
    [found] = findings("GPU056", messages=(BOARD, Message(sign, "x")), platform=METAL)

    assert found.cause == "jetson-wheel"
    assert "JetPack" in found.fix.text


def test_the_card_names_the_board() -> None:
    gpus = (Gpu(0, name="Orin (nvgpu)"),)

    assert findings("GPU056", messages=(Message("cuda-not-seen", "x"),), gpus=gpus)


def test_cuda_is_not_available() -> None:
    assert findings("GPU056", messages=(BOARD,), platform=METAL, torch_run=TorchRun(available=False))


@pytest.mark.parametrize(
    ("messages", "run"),
    [
        pytest.param((BOARD,), None, id="a board alone"),
        pytest.param((Message("not-compiled-with-cuda", "x"),), None, id="no Jetson"),
        pytest.param((BOARD, Message("no-gpus", "x")), TorchRun(available=True), id="PyTorch reaches the GPU"),
        pytest.param((BOARD, Message("gpu-memory-out", "x")), None, id="another message"),
    ],
)
def test_stays_silent(messages: tuple[Message, ...], run: TorchRun | None) -> None:
    assert not findings("GPU056", messages=messages, platform=METAL, torch_run=run)
