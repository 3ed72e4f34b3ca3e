"""From what was seen to what decides."""

from typing import Any

import pytest

from envdoctor.facts import Driver, Gpu, Host, PciGpu, Platform, Python, Snapshot, Torch, Unknown
from envdoctor.pins.machine import Card, Machine, from_snapshot

LINUX = Host("linux", "Ubuntu 22.04.5 LTS", "6.8.0-45-generic", "x86_64", "glibc", "2.35")
METAL = Platform(vm=None, container=None, wsl=None)
PYTHON = Python("/usr/bin/python3", version="3.12.3", implementation="cpython", bits=64, free_threaded=False)
T4 = Gpu(0, name="Tesla T4", compute_capability="7.5")
T4_PCI = PciGpu("0000:01:00.0", "10de", "1eb8", bound="nvidia")
SILENT = Unknown("no answer in 5 s")


def seen(**facts: Any) -> Machine | Unknown:
    usual: dict[str, Any] = {
        "host": LINUX,
        "platform": METAL,
        "python": PYTHON,
        "packages": {},
        "torch": None,
        "driver": None,
        "gpus": (),
        "pci_gpus": (),
    }
    return from_snapshot(Snapshot(**(usual | facts)))


def machine(**facts: Any) -> Machine:
    found = seen(**facts)
    assert isinstance(found, Machine), found
    return found


def test_a_machine_with_a_gpu() -> None:
    found = machine(
        driver=Driver("580.65.06", cuda="13.0"), gpus=(T4,), pci_gpus=(T4_PCI,), packages={"numpy": "2.1.0"}
    )

    assert found == Machine(
        os="linux", python="3.12.3", glibc="2.35", driver="580.65.06", gpus=(Card("Tesla T4", "7.5"),), numpy="2.1.0"
    )
    assert found.platform == "linux_x86_64"
    assert found.python_minor == "3.12"


def test_a_machine_without() -> None:
    assert machine() == Machine(os="linux", python="3.12.3", glibc="2.35")


@pytest.mark.parametrize(
    ("facts", "os", "platform", "whose"),
    [
        ({}, "linux", "linux_x86_64", "linux"),
        ({"platform": Platform(wsl=2)}, "wsl2", "linux_x86_64", "windows"),
        ({"platform": Platform(wsl=1)}, "linux", "linux_x86_64", "linux"),
        ({"platform": SILENT}, "linux", "linux_x86_64", "linux"),
        (
            {"host": Host("windows", "Windows 11", "10.0.22631", "x86_64", None, None)},
            "windows",
            "windows_x86_64",
            "windows",
        ),
        ({"host": Host("darwin", "macOS 14.5", "23.5.0", "aarch64", None, None)}, "macos", "macos_arm64", "linux"),
        ({"host": Host("darwin", "macOS 13.6", "22.6.0", "x86_64", None, None)}, "macos", "macos_x86_64", "linux"),
        ({"host": Host("linux", None, None, "aarch64", "glibc", "2.39")}, "linux", "linux_aarch64", "linux"),
    ],
)
def test_systems(facts: dict[str, Any], os: str, platform: str, whose: str) -> None:
    found = machine(**facts)

    assert (found.os, found.platform, found.driver_os) == (os, platform, whose)


def test_libc_and_versions() -> None:
    assert machine(host=Host("linux", None, None, "x86_64", "musl", "1.2.4")).musl
    assert machine(host=Host("linux", None, None, "x86_64", "musl", "1.2.4")).glibc is None
    assert machine(host=Host("linux", None, None, "x86_64", SILENT, SILENT)).glibc is None
    assert machine(host=Host("darwin", "macOS 14.5", None, "aarch64", None, None)).os_version == "14.5"
    assert machine(host=Host("darwin", "macOS", None, "aarch64", None, None)).os_version is None


@pytest.mark.parametrize(
    ("facts", "cards"),
    [
        pytest.param({"gpus": (T4,), "driver": Driver("580.1")}, (Card("Tesla T4", "7.5"),), id="the driver lists it"),
        pytest.param({"gpus": (Gpu(0, name="Tesla T4"),)}, (Card("Tesla T4", "7.5"),), id="known by its name"),
        pytest.param({"pci_gpus": (T4_PCI,)}, (Card("Tesla T4", "7.5"),), id="no driver, but it is there"),
        pytest.param({"gpus": SILENT, "pci_gpus": (T4_PCI,)}, (Card("Tesla T4", "7.5"),), id="the driver is silent"),
        pytest.param({"gpus": SILENT, "pci_gpus": SILENT}, (), id="no driver and no way to look: nothing to use"),
        pytest.param(
            {"pci_gpus": (PciGpu("0000:01:00.0", "10de", "1eb8", bound="vfio-pci"),)},
            (),
            id="given to a virtual machine",
        ),
        pytest.param({"pci_gpus": (PciGpu("0000:00:02.0", "8086", "3e92"),)}, (), id="Intel"),
    ],
)
def test_gpus(facts: dict[str, Any], cards: tuple[Card, ...]) -> None:
    assert machine(**facts).gpus == cards


@pytest.mark.parametrize(
    "facts",
    [
        {"gpus": SILENT, "pci_gpus": SILENT, "driver": Driver("580.65.06")},
        {"gpus": SILENT, "pci_gpus": SILENT, "driver": SILENT},
        {"gpus": (Gpu(0, name="NVIDIA Something New"),)},
        {"gpus": (Gpu(0, problem="GPU is lost"),)},
        {"gpus": (Gpu(0, name="GeForce GT 730"),)},
        {"pci_gpus": (PciGpu("0000:01:00.0", "10de", "ffff"),)},
        {"gpus": (Gpu(0, name="Odd", compute_capability="?"),)},
    ],
)
def test_gpus_that_cannot_be_told(facts: dict[str, Any]) -> None:
    assert isinstance(machine(**facts).gpus, Unknown)


@pytest.mark.parametrize(("driver", "version"), [(Driver("580.1"), "580.1"), (Driver(None), None), (None, None)])
def test_drivers(driver: Driver | None, version: str | None) -> None:
    assert machine(driver=driver).driver == version


def test_a_driver_that_cannot_be_told() -> None:
    assert machine(driver=SILENT).driver == SILENT


def test_amd_and_jetson() -> None:
    tegra = Host("linux", None, "5.15.148-tegra", "aarch64", "glibc", "2.35")

    assert machine(pci_gpus=(PciGpu("0000:03:00.0", "1002", "744c"),)).amd
    assert machine(host=tegra).jetson
    assert machine(gpus=(Gpu(0, name="Orin", compute_capability="8.7"),)).jetson
    assert not machine(gpus=(T4,)).jetson


def test_the_interpreter() -> None:
    odd = Python("pypy3", version="3.10.14", implementation="pypy", bits=32, free_threaded=True)
    found = machine(python=odd, torch=Torch("2.15.0+cu132"))

    assert (found.implementation, found.bits, found.free_threaded) == ("pypy", 32, True)
    assert found.torch == "2.15.0+cu132"
    assert machine(python=Python("python", version="3.11.2")).implementation == "cpython"
    assert machine(packages=SILENT, torch=SILENT).numpy is None


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"host": SILENT}, "operating system"),
        ({"python": None}, "Python"),
        ({"python": SILENT}, "Python"),
        ({"python": Python("python", version=SILENT)}, "no answer"),
    ],
)
def test_what_must_be_known(facts: dict[str, Any], word: str) -> None:
    found = seen(**facts)

    assert isinstance(found, Unknown)
    assert word in found.reason
