from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Driver, Host, Platform, Unknown
from envdoctor.findings import Risk
from tests.machines_broken import BROKEN, NOT_LOADED
from tests.machines_snapshots import CARD, INTEL, R580, cpu_machine, judged, wsl2

ASLEEP = BROKEN["DRV003"]
DOCKER = Platform(None, "docker", None)


def test_names_the_version_that_is_installed() -> None:
    [found] = judged("DRV003", ASLEEP)

    assert "580.65.06 is installed, and its kernel module is not loaded" in found.what
    assert found.confidence == "proved"
    assert found.evidence["driver.nvml"] == 9
    assert "sudo modprobe nvidia" in found.fix.commands


def test_a_module_for_another_kernel_must_be_built() -> None:
    [found] = judged("DRV003", ASLEEP, driver=replace(NOT_LOADED, module_on_disk=False))

    assert "none for the running kernel" in found.what
    assert "sudo apt-get install linux-headers-$(uname -r)" in found.fix.commands
    assert found.fix.risk is Risk.NEEDS_ROOT


@pytest.mark.parametrize(
    ("version", "card", "cause"),
    [("590.44.01", "1b06", "gpu-arch-too-old"), ("535.183.01", "2b85", "driver-too-old"),
     ("580.65.06", "2204", "driver-not-loaded"), ("580.65.06", "1b06", "driver-not-loaded")],
)  # fmt: skip
def test_a_module_that_finds_no_card_that_it_knows_is_not_loaded(version: str, card: str, cause: str) -> None:
    driver = replace(NOT_LOADED, version=version, library=version)

    [found] = judged("DRV003", ASLEEP, driver=driver, pci_gpus=(replace(CARD, device=card, bound=None),))

    assert found.cause == cause


def test_files_and_a_card_are_proof_without_nvml() -> None:
    [found] = judged("DRV003", ASLEEP, driver=replace(NOT_LOADED, nvml=None))

    assert found.confidence == "proved"
    assert "driver.nvml" not in found.evidence


def test_without_a_view_of_the_bus_it_is_likely() -> None:
    [found] = judged("DRV003", ASLEEP, driver=replace(NOT_LOADED, nvml=None), pci_gpus=Unknown("no /sys"))

    assert found.confidence == "likely"


def test_nvml_may_be_the_only_one_that_tells() -> None:
    driver = Driver(nvml=9, library="580.65.06")

    [found] = judged("DRV003", ASLEEP, driver=driver, pci_gpus=Unknown("no /sys"))

    assert found.confidence == "proved"


@pytest.mark.parametrize(
    ("secure_boot", "words", "told"),
    [
        (True, "Secure Boot is on", True),
        (False, None, False),
        (None, None, False),
        (Unknown("a container"), "means Secure Boot", False),
    ],
)
def test_secure_boot_is_named_where_it_may_be_the_reason(secure_boot: Any, words: str | None, told: bool) -> None:
    [found] = judged("DRV003", ASLEEP, driver=replace(NOT_LOADED, secure_boot=secure_boot))

    assert words in found.fix.text if words else "Secure Boot" not in found.fix.text
    assert ("driver.secure_boot" in found.evidence) == told


def test_windows_has_no_modprobe() -> None:
    [found] = judged("DRV003", ASLEEP, host=Host("windows"), pci_gpus=Unknown("Windows"))

    assert found.fix.commands == ()


def test_in_a_container_it_is_the_hosts_module() -> None:
    [found] = judged("DRV003", ASLEEP, platform=DOCKER)

    assert found.confidence == "proved"
    assert "on the host" in found.fix.text
    assert found.evidence["driver.kernel"] is None


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"driver": None}, id="no driver is DRV001's"),
        pytest.param({"driver": R580}, id="it runs"),
        pytest.param({"driver": replace(NOT_LOADED, cuinit=0)}, id="cuInit works"),
        pytest.param({"pci_gpus": (INTEL,)}, id="no card: the driver has nothing to load for"),
        pytest.param({"pci_gpus": ()}, id="a login node with the driver's files"),
        pytest.param({"pci_gpus": (replace(CARD, bound="vfio-pci"),)}, id="the card is set aside"),
        pytest.param(
            {"platform": DOCKER, "pci_gpus": Unknown("no /sys")}, id="in a container of whose host nothing is known"
        ),
        pytest.param(
            {"platform": DOCKER, "pci_gpus": (replace(CARD, bound="nvidia"),)}, id="the host's driver holds its card"
        ),
        pytest.param(
            {"platform": DOCKER, "driver": replace(NOT_LOADED, nvml=None)}, id="a container without the driver's files"
        ),
        pytest.param({"platform": DOCKER, "driver": replace(NOT_LOADED, kernel=Unknown("?"))}, id="nobody could look"),
        pytest.param({"platform": Platform(None, None, 2)}, id="WSL has no module"),
        pytest.param(
            {"driver": replace(NOT_LOADED, nvml=None, library=None, module_on_disk=False)}, id="no file of a driver"
        ),
        pytest.param(
            {"driver": replace(NOT_LOADED, kernel=Unknown("it does not tell its version"), nvml=0)},
            id="a module runs that does not tell its version",
        ),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("DRV003", ASLEEP, **facts)


def test_sound_machines_are_sound() -> None:
    assert not judged("DRV003", wsl2())
    assert not judged("DRV003", cpu_machine())
