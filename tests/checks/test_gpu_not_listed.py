import pytest

from envdoctor.facts import Driver, Gpu, PciGpu, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

METAL = Platform(vm=None, container=None, wsl=None)
DOCKER = Platform(vm=None, container="docker", wsl=None)
CARD = PciGpu("0000:01:00.0", vendor="10de", device="2b85", bound="nvidia")
RUNS = Driver("580.65.06", nvml=0)
NO_VARIABLES = Unknown("not asked")


def ask(
    driver: Driver | None,
    gpus: tuple[Gpu, ...],
    pci: tuple[PciGpu, ...],
    platform: Platform = METAL,
    run: TorchRun | None = None,
    environment: dict[str, str] | Unknown = NO_VARIABLES,
) -> list[Finding]:
    return findings(
        "DRV012", driver=driver, gpus=gpus, pci_gpus=pci, platform=platform, torch_run=run, environment=environment
    )


def test_names_card_and_driver() -> None:
    [found] = ask(RUNS, (), (CARD,))

    assert "10de:2b85" in found.what
    assert "580.65.06" in found.what
    assert found.cause == "gpu-fault"


def test_a_container_that_was_given_its_node_counts() -> None:
    given = Driver("580.65.06", nvml=0, device_nodes=("/dev/nvidia0", "/dev/nvidiactl"))

    [found] = ask(given, (), (CARD,), DOCKER)

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
    assert not ask(driver, gpus, pci, platform, run)


@pytest.mark.parametrize(
    ("driver", "card", "cause", "words"),
    [
        pytest.param(Driver("590.44.01", nvml=0), "1b06", "gpu-arch-too-old", "R580", id="the driver dropped it"),
        pytest.param(Driver("535.183.01", nvml=0), "2b85", "driver-too-old", "newer than the driver", id="too new"),
        pytest.param(Driver("580.65.06", nvml=0, kernel_flavor="proprietary"), "2b85", "driver-not-loaded",
                     "needs the open one", id="a module that cannot drive it"),
        pytest.param(Driver("580.65.06", nvml=0, kernel_flavor="open"), "1b06", "driver-not-loaded", "since Turing",
                     id="a card that is too old for the open module"),
        pytest.param(Driver("580.65.06", nvml=0, kernel_flavor="open"), "2b85", "gpu-fault", "could not start",
                     id="a card that fits"),
        pytest.param(Driver("590.44.01", nvml=0), "ffff", "gpu-fault", "could not start", id="a card of tomorrow"),
        pytest.param(Driver(Unknown("x"), nvml=0), "1b06", "gpu-fault", "could not start", id="an unknown driver"),
    ],
)  # fmt: skip
def test_says_why_a_card_is_not_started(driver: Driver, card: str, cause: str, words: str) -> None:
    [found] = ask(driver, (), (PciGpu("0000:01:00.0", "10de", card, bound="nvidia"),))

    assert found.cause == cause
    assert words in found.why


def test_a_card_that_the_driver_does_not_even_hold_is_told_where_the_reason_is_known() -> None:
    [found] = ask(Driver("590.44.01", nvml=0), (), (PciGpu("0000:01:00.0", "10de", "1b06", bound=None),))

    assert found.cause == "gpu-arch-too-old"


def on_bus(number: int, bound: str | None = "nvidia") -> PciGpu:
    return PciGpu(f"0000:0{number}:00.0", "10de", "20b2", bound=bound)


def listed(number: int) -> Gpu:
    return Gpu(number, pci_address=f"00000000:0{number}:00.0")


def test_one_of_several_is_a_warning() -> None:
    [found] = ask(RUNS, (listed(1), listed(3)), (on_bus(1), on_bus(2), on_bus(3)), environment={})

    assert found.severity is Severity.WARNING
    assert "3 NVIDIA GPUs" in found.what
    assert "lists 2: the one at 0000:02:00.0 is missing" in found.what


@pytest.mark.parametrize(
    ("driver", "gpus", "pci", "platform", "environment"),
    [
        pytest.param(RUNS, (listed(1), listed(2)), (on_bus(1), on_bus(2)), METAL, {}, id="all are listed"),
        pytest.param(RUNS, (listed(1),), (on_bus(1), on_bus(2, None)), METAL, {}, id="an old card nobody holds"),
        pytest.param(RUNS, (listed(1),), (on_bus(1), on_bus(2, "vfio-pci")), METAL, {}, id="one for a virtual machine"),
        pytest.param(RUNS, (listed(1),), (on_bus(1), on_bus(2)), DOCKER, {}, id="a container was given one"),
        pytest.param(RUNS, (listed(1),), (on_bus(1), on_bus(2)), METAL, {"SLURM_JOB_ID": "7"}, id="a job was, too"),
        pytest.param(RUNS, (listed(1),), (on_bus(1), on_bus(2)), METAL, Unknown("x"), id="that is not known"),
        pytest.param(Driver("580.65.06", nvml=0, denied_nodes=("/dev/nvidia1",)), (listed(1),), (on_bus(1), on_bus(2)),
                     METAL, {}, id="the other is closed to this user"),
        pytest.param(RUNS, (Gpu(0),), (on_bus(1), on_bus(2)), METAL, {}, id="an address is not known"),
        pytest.param(RUNS, (listed(7),), (on_bus(1), on_bus(2)), METAL, {}, id="addresses of another kind"),
        pytest.param(RUNS, (listed(1), listed(2)), (), METAL, {}, id="the bus shows none"),
    ],
)  # fmt: skip
def test_stays_silent_beside_gpus_that_are_listed(
    driver: Driver, gpus: tuple[Gpu, ...], pci: tuple[PciGpu, ...], platform: Platform, environment: dict[str, str]
) -> None:
    assert not ask(driver, gpus, pci, platform, environment=environment)
