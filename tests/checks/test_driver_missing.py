from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import CannotTellError, Driver, Host, NvidiaSmi, Platform, Unknown
from envdoctor.findings import Risk, Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import CARD, INTEL, R580, judged

BARE = BROKEN["DRV001"]
FAILS = NvidiaSmi(
    "/usr/bin/nvidia-smi",
    exit_code=9,
    message="NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
)
ONLY_NOUVEAU = Driver(kernel=None, library=None, module_on_disk=False, nouveau=True, cuinit=None, nvml=None)


def test_names_the_card() -> None:
    [found] = judged("DRV001", BARE)

    assert found.what.endswith("10de:2204 at 0000:01:00.0.")
    assert found.severity is Severity.ERROR
    assert "sudo ubuntu-drivers install" in found.fix.commands


def test_nouveau_is_no_nvidia_driver() -> None:
    [found] = judged("DRV001", BARE, driver=ONLY_NOUVEAU, pci_gpus=(INTEL, replace(CARD, bound="nouveau")))

    assert "held by nouveau" in found.why
    assert found.evidence["pci_gpus.1.bound"] == "nouveau"


def test_counts_several() -> None:
    [found] = judged("DRV001", BARE, pci_gpus=(CARD, replace(CARD, address="0000:02:00.0", name="GeForce RTX 3060")))

    assert "(and 1 more)" in found.what


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("Debian GNU/Linux 13 (trixie)", "sudo apt-get install linux-headers-$(uname -r) nvidia-driver"),
        ("Fedora Linux 43", "sudo dnf install akmod-nvidia"),
        ("Linux Mint 22", "sudo ubuntu-drivers install"),
    ],
)
def test_each_distribution_has_its_own_way(name: str, command: str) -> None:
    [found] = judged("DRV001", BARE, host=Host("linux", name))

    assert command in found.fix.commands
    assert found.fix.risk is Risk.REBOOT


def test_an_unknown_distribution_gets_no_command_that_may_be_wrong() -> None:
    [found] = judged("DRV001", BARE, host=Host("linux", Unknown("no os-release")))

    assert found.fix.commands == ()
    assert "nvidia.com" in found.fix.text


def test_a_card_for_virtual_machines_is_only_noted() -> None:
    [found] = judged("DRV001", BARE, pci_gpus=(replace(CARD, bound="vfio-pci"),))

    assert found.severity is Severity.NOTE
    assert "vfio-pci" in found.what


def test_one_card_for_virtual_machines_and_one_for_us() -> None:
    ours = replace(CARD, address="0000:02:00.0", bound=None)

    [found] = judged("DRV001", BARE, pci_gpus=(replace(CARD, bound="vfio-pci"), ours))

    assert "0000:02:00.0" in found.what
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"driver": R580}, id="a driver is there"),
        pytest.param(
            {"driver": replace(R580, kernel=None, cuinit=100, nvml=9)}, id="it is there and not loaded: DRV003"
        ),
        pytest.param({"driver": replace(ONLY_NOUVEAU, module_on_disk=True)}, id="a module without libraries"),
        pytest.param(
            {"driver": Driver(kernel=None, library=None, module_on_disk=False, cuinit=None, nvml=None, smi=FAILS)},
            id="its nvidia-smi is there, and reaches no module: DRV003",
        ),
        pytest.param({"pci_gpus": (INTEL,)}, id="no NVIDIA card"),
        pytest.param({"pci_gpus": ()}, id="no card at all"),
        pytest.param({"platform": Platform(None, "docker", None)}, id="a container is VIR001's"),
        pytest.param({"platform": Platform(None, None, 2)}, id="WSL has the driver of Windows"),
        pytest.param({"pci_gpus": (replace(CARD, bound="vfio-pci"),), "driver": R580}, id="set aside, driver runs"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("DRV001", BARE, **facts)


def test_an_unreadable_driver_is_not_a_missing_one() -> None:
    driver = Driver(kernel=Unknown("/proc: permission denied"), library=None, cuinit=None, nvml=None)

    with pytest.raises(CannotTellError, match="permission denied"):
        judged("DRV001", BARE, driver=driver)
