import pytest

from envdoctor.facts import Driver, NvidiaSmi, Platform, TorchRun
from envdoctor.testing import findings

WSL = Platform(vm=None, container=None, wsl=2)
BLOCKED = Driver("551.61", nvml=17)
BY_SMI = Driver(
    None,
    smi=NvidiaSmi(
        "/usr/bin/nvidia-smi", 17, message="Failed to initialize NVML: GPU access blocked by the operating system"
    ),
)


@pytest.mark.parametrize(
    "driver", [pytest.param(BLOCKED, id="NVML says it"), pytest.param(BY_SMI, id="nvidia-smi says it")]
)
def test_speaks(driver: Driver) -> None:
    [found] = findings("VIR006", platform=WSL, driver=driver, torch_run=None)

    assert found.cause == "wsl-driver"
    assert "blocks access" in found.what


@pytest.mark.parametrize(
    ("platform", "driver", "run"),
    [
        pytest.param(WSL, Driver("551.61", nvml=0), None, id="NVML works"),
        pytest.param(WSL, None, None, id="no driver is another check's"),
        pytest.param(WSL, Driver("551.61", nvml=9), None, id="refused for another reason"),
        pytest.param(WSL, BLOCKED, TorchRun(available=True), id="CUDA works all the same"),
        pytest.param(Platform(vm=None, container=None, wsl=None), BLOCKED, None, id="not on WSL"),
        pytest.param(Platform(vm=None, container=None, wsl=1), BLOCKED, None, id="WSL 1 is another check's"),
    ],
)
def test_stays_silent(platform: Platform, driver: Driver | None, run: TorchRun | None) -> None:
    assert not findings("VIR006", platform=platform, driver=driver, torch_run=run)
