import pytest

from envdoctor.facts import Message, TorchRun
from envdoctor.testing import findings


@pytest.mark.parametrize("sign", ["cuda-unknown-error", "uvm-missing"])
def test_cuda_says_so(sign: str) -> None:
    [found] = findings("DRV059", messages=(Message(sign, "x"),))

    assert found.confidence == "proved"


@pytest.mark.parametrize("sign", ["launch-failure", "gpu-not-seen"])
def test_what_fails_after_sleep(sign: str) -> None:
    messages = (Message("after-suspend", "after suspend", output=False), Message(sign, "x"))

    [found] = findings("DRV059", messages=messages)

    assert "slept" in found.what
    assert found.confidence == "likely"


@pytest.mark.parametrize(
    ("messages", "run"),
    [
        pytest.param((Message("after-suspend", "x"),), None, id="sleep alone"),
        pytest.param((Message("launch-failure", "x"),), None, id="a kernel that failed alone"),
        pytest.param((Message("cuda-unknown-error", "x"),), TorchRun(available=True), id="CUDA works"),
        pytest.param((Message("compat-refused", "x"),), None, id="another code"),
    ],
)
def test_stays_silent(messages: tuple[Message, ...], run: TorchRun | None) -> None:
    assert not findings("DRV059", messages=messages, torch_run=run)
