import pytest

from envdoctor.facts import Driver, Gpu, PciGpu, Platform, TorchRun, Unknown
from envdoctor.testing import findings

METAL = Platform(vm=None, container=None, wsl=None)
DOCKER = Platform(vm=None, container="docker", wsl=None)
CARD = PciGpu("0000:01:00.0", vendor="10de", device="2b85", bound="nvidia")
RUNS = Driver("580.65.06", nvml=0)


def test_names_card_and_driver() -> None:
    [found] = findings("DRV012", driver=RUNS, gpus=(), pci_gpus=(CARD,), platform=METAL, torch_run=None)

    assert "10de:2b85" in found.what
    assert "580.65.06" in found.what
    assert found.cause == "gpu-fault"


def test_a_container_that_was_given_its_node_counts() -> None:
    given = Driver("580.65.06", nvml=0, device_nodes=("/dev/nvidia0", "/dev/nvidiactl"))

    [found] = findings("DRV012", driver=given, gpus=(), pci_gpus=(CARD,), platform=DOCKER, torch_run=None)

    assert found.cause == "gpu-fault"


@pytest.mark.parametrize(
    ("driver", "gpus", "pci", "platform", "run"),
    [
        pytest.param(RUNS, (Gpu(0),), (CARD,), METAL, None, id="it lists one"),
        pytest.param(RUNS, (), (), METAL, None, id="there is no card: a login node"),
        pytest.param(RUNS, (), (CARD,), DOCKER, None, id="a container was given none"),
        pytest.param(
            Driver("580", nvml=0, device_nodes=("/dev/nvidiactl",)), (), (CARD,), DOCKER, None, id="nor any GPU's node"
        ),
        pytest.param(None, (), (CARD,), METAL, None, id="no driver is another check's"),
        pytest.param(Driver("580", nvml=9), (), (CARD,), METAL, None, id="a driver that is not loaded, too"),
        pytest.param(Driver("580", nvml=Unknown("slow")), (), (CARD,), METAL, None, id="NVML could not be asked"),
        pytest.param(
            RUNS, (), (PciGpu("0", "10de", "2b85", bound="vfio-pci"),), METAL, None, id="given to a virtual machine"
        ),
        pytest.param(RUNS, (), (PciGpu("0", "10de", "2b85", bound="nouveau"),), METAL, None, id="nouveau holds it"),
        pytest.param(RUNS, (), (PciGpu("0", "1002", "744c", bound="amdgpu"),), METAL, None, id="an AMD card"),
        pytest.param(RUNS, (), (CARD,), METAL, TorchRun(available=True), id="CUDA works all the same"),
    ],
)
def test_stays_silent(
    driver: Driver | None, gpus: tuple[Gpu, ...], pci: tuple[PciGpu, ...], platform: Platform, run: TorchRun | None
) -> None:
    assert not findings("DRV012", driver=driver, gpus=gpus, pci_gpus=pci, platform=platform, torch_run=run)
