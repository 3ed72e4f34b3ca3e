"""Display and 3-D adapters as the PCI bus shows them, whether or not a driver knows them."""

from __future__ import annotations

import re

from envdoctor.facts import PciGpu, Unknown
from envdoctor.probes import wsl
from envdoctor.probes.reading import printable, whole
from envdoctor.probes.system import System

DEVICES = "/sys/bus/pci/devices"
DISPLAY = "03"
"""Class of VGA (0300), 3-D (0302) and other display controllers (0380). Source: PCI code and ID assignment."""
ACCELERATOR = "12"
"""Class "processing accelerator", which some of NVIDIA's data-centre boards carry."""
NVIDIA = "10de"


def probe(system: System) -> tuple[PciGpu, ...] | Unknown:
    """Look through the bus. Unknown where it is not shown; empty: it is, and has no such device."""
    if system.os != "linux":
        return Unknown("the PCI bus can only be read on Linux")
    if wsl.version(system):
        return Unknown("WSL does not show the PCI bus of the machine")
    addresses = system.listing(DEVICES)
    if addresses is None or isinstance(addresses, Unknown):
        return addresses or Unknown(f"there is no {DEVICES}")
    found = (_look(system, address) for address in addresses)
    return tuple(gpu for gpu in found if gpu)


def _look(system: System, address: str) -> PciGpu | None:
    folder = f"{DEVICES}/{address}"
    kind = (system.text(f"{folder}/class") or "").removeprefix("0x")[:2]
    if kind not in (DISPLAY, ACCELERATOR):
        return None
    vendor, device = (_id(system.text(f"{folder}/{name}")) for name in ("vendor", "device"))
    if vendor is None or device is None or (kind == ACCELERATOR and vendor != NVIDIA):
        return None
    driver = system.link(f"{folder}/driver")
    node = whole(system.text(f"{folder}/numa_node"))
    return PciGpu(
        address=printable(address),
        vendor=vendor,
        device=device,
        bound=printable(driver.rstrip("/").rpartition("/")[2]) if driver else None,
        name=None,
        numa_node=node if node is not None and node >= 0 else None,
    )


def _id(text: str | None) -> str | None:
    found = re.fullmatch(r"0x([0-9a-f]{4})", (text or "").lower())
    return found[1] if found else None
