import pytest

from envdoctor.facts import Host, Message, TorchRun
from envdoctor.testing import findings


@pytest.mark.parametrize("sign", ["module-refused", "driver-not-communicating", "nodes-missing", "nodes-denied"])
def test_a_program_says_so(sign: str) -> None:
    [found] = findings("DRV053", messages=(Message(sign, "these words"),))

    assert found.confidence == "proved"
    assert "these words" in found.what


def test_a_new_kernel_and_no_gpu_make_it_likely() -> None:
    changed = Message("kernel-changed", "after the upgrade to kernel 6.14", output=False)

    [found] = findings("DRV053", messages=(changed,), torch_run=TorchRun(available=False))

    assert found.confidence == "likely"


def test_windows_builds_no_modules() -> None:
    [found] = findings("DRV053", messages=(Message("driver-not-communicating", "x"),), host=Host("windows"))

    assert "dkms" not in " ".join(found.fix.commands)


@pytest.mark.parametrize(
    ("messages", "run"),
    [
        pytest.param((), None, id="nothing is said"),
        pytest.param((Message("kernel-changed", "x"),), None, id="a new kernel alone"),
        pytest.param((Message("module-refused", "x"),), TorchRun(available=True), id="PyTorch reaches the GPU"),
        pytest.param((Message("driver-library-mismatch", "x"),), None, id="a module of another version runs"),
    ],
)
def test_stays_silent(messages: tuple[Message, ...], run: TorchRun | None) -> None:
    assert not findings("DRV053", messages=messages, torch_run=run)
