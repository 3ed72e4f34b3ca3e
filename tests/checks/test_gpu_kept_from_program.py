import pytest

from envdoctor.facts import Driver, Platform, Torch, TorchRun
from envdoctor.testing import findings

CUDA = Torch("2.6.0+cu124", cuda="12.4")
NO = TorchRun(available=False)


@pytest.mark.parametrize(
    ("platform", "cause"),
    [
        (Platform(wsl=2), "wsl-driver"),
        (Platform(vm="virtualbox", wsl=None), "vm-no-passthrough"),
        (Platform(container="docker", vm=None, wsl=None), "container-no-gpu"),
    ],
)
def test_names_what_stands_between(platform: Platform, cause: str) -> None:
    [found] = findings("VIR055", messages=(), platform=platform, torch=CUDA, torch_run=NO)

    assert found.cause == cause
    assert found.confidence == "likely"


@pytest.mark.parametrize(
    ("platform", "torch", "run", "driver"),
    [
        pytest.param(Platform(vm=None, container=None, wsl=None), CUDA, NO, None, id="nothing stands between"),
        pytest.param(Platform(container="docker"), CUDA, TorchRun(available=True), None, id="it is available"),
        pytest.param(Platform(container="docker"), Torch("2.6.0", cuda=None), NO, None, id="a CPU build"),
        pytest.param(Platform(container="docker"), CUDA, NO, Driver("550.54"), id="the container has a driver"),
        pytest.param(Platform(vm="aws"), CUDA, NO, None, id="a cloud's guest has real cards"),
    ],
)
def test_stays_silent(platform: Platform, torch: Torch, run: TorchRun, driver: Driver | None) -> None:
    assert not findings("VIR055", messages=(), platform=platform, torch=torch, torch_run=run, driver=driver)
