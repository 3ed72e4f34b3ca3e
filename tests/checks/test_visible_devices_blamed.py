import pytest

from envdoctor.facts import Driver, Message, Platform
from envdoctor.findings import Severity
from envdoctor.testing import findings

SAID = Message("no-gpus", "No CUDA GPUs are available")
METAL = Platform(vm=None, container=None, wsl=None)


def test_the_variable_is_named() -> None:
    [found] = findings("ENV061", messages=(SAID,), environment={"CUDA_VISIBLE_DEVICES": "7"}, platform=METAL)

    assert '"7"' in found.what
    assert found.confidence == "proved"
    assert found.evidence["environment.CUDA_VISIBLE_DEVICES"] == "7"


def test_without_the_variable_it_is_likely() -> None:
    [found] = findings("ENV061", messages=(SAID,), platform=METAL)

    assert found.confidence == "likely"


def test_a_number_that_is_too_high_may_be_the_programs() -> None:
    [found] = findings("ENV061", messages=(Message("invalid-ordinal", "invalid device ordinal"),), environment={})

    assert found.severity is Severity.WARNING


def test_a_container_with_a_driver_was_given_one() -> None:
    facts = {"platform": Platform(container="docker"), "driver": Driver("550.54")}

    assert findings("ENV061", messages=(SAID,), **facts)


@pytest.mark.parametrize(
    ("said", "platform"),
    [
        pytest.param(SAID, Platform(container="docker"), id="a container that was given none"),
        pytest.param(SAID, Platform(wsl=2), id="WSL"),
        pytest.param(SAID, Platform(vm="virtualbox"), id="a guest without a card"),
        pytest.param(Message("no-gpus", "No GPU found"), METAL, id="some program's own words"),
        pytest.param(Message("no-driver-found", "x"), METAL, id="no driver at all"),
    ],
)
def test_stays_silent(said: Message, platform: Platform) -> None:
    assert not findings("ENV061", messages=(said,), platform=platform)


@pytest.mark.parametrize("value", ["-1", "2"])
def test_a_variable_beside_cuda_that_is_not_seen(value: str) -> None:
    said = Message("cuda-not-seen", "torch.cuda.is_available() returns False")

    [found] = findings("ENV061", messages=(said,), environment={"CUDA_VISIBLE_DEVICES": value}, platform=METAL)

    assert value in found.what


def test_the_first_gpu_in_the_variable_silent() -> None:
    said = Message("cuda-not-seen", "torch.cuda.is_available() returns False")

    assert not findings("ENV061", messages=(said,), environment={"CUDA_VISIBLE_DEVICES": "0"}, platform=METAL)


def test_a_message_that_lists_the_gpus_needs_no_variable() -> None:
    said = Message("gpu-number-absent", "You requested gpu: [1] But your machine only has: [0]")

    [found] = findings("ENV061", messages=(said,))

    assert found.severity is Severity.ERROR
