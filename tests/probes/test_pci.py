from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import PciGpu, Unknown
from envdoctor.probes import pci
from envdoctor.probes.system import System
from tests.systems import system


def device(kind: str, vendor: str, number: str, address: str = "0000:01:00.0", node: str = "-1") -> dict[str, str]:
    folder = f"{pci.DEVICES}/{address}"
    return {
        f"{folder}/class": f"{kind}\n",
        f"{folder}/vendor": f"{vendor}\n",
        f"{folder}/device": f"{number}\n",
        f"{folder}/numa_node": f"{node}\n",
    }


@pytest.mark.parametrize(
    ("files", "gpu"),
    [
        pytest.param(
            device("0x030000", "0x10de", "0x1b06"), PciGpu("0000:01:00.0", "10de", "1b06", None, None, None), id="VGA"
        ),
        pytest.param(
            device("0x030200", "0x10DE", "0x20B2", node="1"),
            PciGpu("0000:01:00.0", "10de", "20b2", None, None, 1),
            id="3-D",
        ),
        pytest.param(
            device("0x120000", "0x10de", "0x22a3"),
            PciGpu("0000:01:00.0", "10de", "22a3", None, None, None),
            id="an accelerator of NVIDIA's",
        ),
        pytest.param(
            device("0x038000", "0x1002", "0x744c"), PciGpu("0000:01:00.0", "1002", "744c", None, None, None), id="AMD"
        ),
    ],
)
def test_adapters(files: dict[str, str], gpu: PciGpu, tmp_path: Path) -> None:
    assert pci.probe(system(tmp_path, files)) == (gpu,)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(device("0x020000", "0x10de", "0x0001"), id="a network card"),
        pytest.param(device("0x040300", "0x10de", "0x1aef"), id="the sound of a GPU"),
        pytest.param(device("0x120000", "0x8086", "0x0b25"), id="an accelerator of Intel's"),
        pytest.param(device("0x068000", "0x10de", "0x22a3"), id="an NVSwitch"),
        pytest.param(device("0x030000", "junk", "0x0001"), id="rubbish as vendor"),
        pytest.param(device("", "", ""), id="empty files"),
    ],
)
def test_others_are_none(files: dict[str, str], tmp_path: Path) -> None:
    assert pci.probe(system(tmp_path, files)) == ()


@pytest.mark.parametrize("driver", ["nvidia", "nouveau", "vfio-pci"])
def test_the_driver_that_holds_it(driver: str, tmp_path: Path) -> None:
    link = {f"{pci.DEVICES}/0000:01:00.0/driver": f"../../../../bus/pci/drivers/{driver}"}

    [gpu] = pci.probe(system(tmp_path, device("0x030000", "0x10de", "0x1b06"), links=link))  # type: ignore[misc]

    assert gpu.bound == driver


def test_two_of_three(tmp_path: Path) -> None:
    files = device("0x030000", "0x8086", "0x46a6", "0000:00:02.0") | device("0x030200", "0x10de", "0x1fb7")

    found = pci.probe(system(tmp_path, files | device("0x0c0330", "0x8086", "0x461e", "0000:00:0d.0")))

    assert [gpu.vendor for gpu in found] == ["8086", "10de"]  # type: ignore[union-attr]


def test_an_empty_bus_is_empty(tmp_path: Path) -> None:
    assert pci.probe(system(tmp_path, folders=("/sys/bus/pci/devices/",))) == ()


def test_no_bus_is_unknown(tmp_path: Path) -> None:
    assert pci.probe(system(tmp_path)) == Unknown("there is no /sys/bus/pci/devices")


@pytest.mark.parametrize("os", ["windows", "darwin"])
def test_elsewhere_it_is_unknown(os: str) -> None:
    assert isinstance(pci.probe(System(os=os)), Unknown)
