from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Host, Unknown
from envdoctor.findings import Risk, Severity
from tests.machines_broken import BROKEN, TOOLKIT
from tests.machines_snapshots import CARD, CPU_TORCH, INTEL, R580, judged

HELD = BROKEN["DRV006"]
NOUVEAU = replace(CARD, bound="nouveau")


def test_an_installed_driver_is_kept_from_its_card() -> None:
    [found] = judged("DRV006", HELD)

    assert found.what == "The kernel driver nouveau holds the NVIDIA GPU 10de:2204 at 0000:01:00.0."
    assert found.severity is Severity.ERROR
    assert found.fix.risk is Risk.REBOOT
    assert found.fix.commands[0].startswith("printf 'blacklist nouveau\\n' | sudo tee /etc/modprobe.d/")
    assert "sudo update-initramfs -u" in found.fix.commands


def test_counts_several() -> None:
    [found] = judged("DRV006", HELD, pci_gpus=(NOUVEAU, replace(NOUVEAU, address="0000:02:00.0")))

    assert "(and 1 more)" in found.what


def test_nova_is_two_modules() -> None:
    [found] = judged(
        "DRV006", HELD, pci_gpus=(replace(CARD, bound="nova_core"),), host=Host("linux", "Fedora Linux 43")
    )

    assert "blacklist nova_drm\\nblacklist nova_core\\n" in found.fix.commands[0]
    assert "sudo dracut --force" in found.fix.commands


@pytest.mark.parametrize(
    ("torch", "toolkits", "severity"),
    [
        pytest.param(CPU_TORCH, (), Severity.WARNING, id="nothing asks for CUDA"),
        pytest.param(None, (), Severity.WARNING, id="no PyTorch"),
        pytest.param(CPU_TORCH, (TOOLKIT,), Severity.ERROR, id="a toolkit does"),
    ],
)
def test_is_as_bad_as_what_the_machine_is_for(torch: Any, toolkits: Any, severity: Severity) -> None:
    [found] = judged("DRV006", HELD, driver=None, torch=torch, toolkits=toolkits)

    assert found.severity is severity


def test_without_nvidias_driver_that_comes_first() -> None:
    [found] = judged("DRV006", HELD, driver=None)

    assert "sudo ubuntu-drivers install" in found.fix.commands
    assert not any("blacklist" in command for command in found.fix.commands)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"pci_gpus": (CARD,)}, id="nvidia holds it"),
        pytest.param({"pci_gpus": (replace(CARD, bound=None),)}, id="nobody holds it"),
        pytest.param({"pci_gpus": (replace(CARD, bound=Unknown("no")),)}, id="nobody knows who holds it"),
        pytest.param({"pci_gpus": (replace(CARD, bound="vfio-pci"),)}, id="it is set aside"),
        pytest.param({"pci_gpus": (INTEL,)}, id="another maker's card"),
        pytest.param({"pci_gpus": (NOUVEAU, CARD), "driver": R580}, id="another card runs CUDA, this one the display"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("DRV006", HELD, **facts)
