"""Whether an NVIDIA driver can start a card at all, by the card's PCI id: too old, too new, or the wrong module."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from envdoctor.compat import number
from envdoctor.data import Branch, Gpu, branch_of, branches, capabilities, first_branch, gpu_by_pci
from envdoctor.facts import Driver, PciGpu
from envdoctor.findings import Fix, Risk

WITH_GSP = (7, 5)
"""Capability of the first cards that NVIDIA's open kernel module can drive (Turing)."""
OPEN_ONLY = (10, 0)
"""And of the first that its proprietary module cannot (Blackwell)."""


class Unfit(msgspec.Struct, frozen=True):
    """Why a driver does not start a card."""

    cause: str
    why: str
    fix: Fix


def unfit(card: PciGpu, driver: Driver) -> Unfit | None:
    """Return why this driver cannot start this card; None: it can, or the data does not tell.

    Sources: README of https://github.com/NVIDIA/open-gpu-kernel-modules (Turing and newer; Blackwell by the open
    module alone); NVIDIA's Unix deprecation schedule for the last branch of an architecture; the first CUDA
    that makes code for a capability.
    """
    model = gpu_by_pci(card.device) if card.vendor == "10de" else None
    version = next((text for text in (driver.kernel, driver.version, driver.library) if isinstance(text, str)), None)
    if not isinstance(model, Gpu) or len(model.capabilities) != 1 or version is None:
        return None
    capability = model.capabilities[0]
    branch = branch_of(version)
    return (_by_branch(model, version, branch) if isinstance(branch, Branch) else None) or _by_module(
        model, driver, number(capability)
    )


def all_unfit(cards: Iterable[PciGpu], driver: Driver) -> Unfit | None:
    """Return why this driver cannot start any of these cards; None: it can start one, or that is not known."""
    found = [unfit(card, driver) for card in cards]
    return found[0] if found and all(found) else None


def _by_branch(model: Gpu, version: str, branch: Branch) -> Unfit | None:
    known = capabilities().get(model.capabilities[0])
    if known is None:
        return None
    if known.last_branch is not None and branch.number > int(known.last_branch[1:]):
        return Unfit(
            "gpu-arch-too-old",
            f"{model.name} is of the generation {known.architecture}, and {known.last_branch} was the last branch of "
            f"the driver that supports it; {version} is newer.",
            Fix(f"Install the driver of branch {known.last_branch[1:]}.", (), Risk.NEEDS_ROOT),
        )
    first = first_branch(known.capability)
    if first is not None and branch.number < first.number and first.number > branches()[0].number:
        return Unfit(
            "driver-too-old",
            f"{model.name} is newer than the driver: {first.branch} is the first branch that knows it; this is "
            f"{version}.",
            Fix("Update the NVIDIA driver.", (), Risk.NEEDS_ROOT),
        )
    return None


def _by_module(model: Gpu, driver: Driver, capability: tuple[int, ...]) -> Unfit | None:
    if driver.kernel_flavor == "open" and capability < WITH_GSP:
        return Unfit(
            "driver-not-loaded",
            f"The open kernel module runs, and it drives cards since Turing only; {model.name} is older.",
            Fix("Install the driver with its proprietary kernel module.", (), Risk.NEEDS_ROOT),
        )
    if driver.kernel_flavor == "proprietary" and capability >= OPEN_ONLY:
        return Unfit(
            "driver-not-loaded",
            f"The proprietary kernel module runs, and {model.name} needs the open one, as all cards since Blackwell.",
            Fix("Install the driver with its open kernel module.", (), Risk.NEEDS_ROOT),
        )
    return None
