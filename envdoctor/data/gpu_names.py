"""Finds a GPU by its name, as drivers print it and as people write it, or by its PCI id."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from envdoctor.data.tables import Gpu, Gpus, load
from envdoctor.facts import Unknown

NOISE = re.compile(r"\((?:tm|r)\)|[®™]|\bnvidia\b|\bmig\b.*$|/pcie\b.*$", re.IGNORECASE)
MEMORY = re.compile(r"\b\d+ ?g(?:i?b)?\b")
GLUED = ((re.compile(r"\b(rtx|gtx|gt)(?=\d)"), r"\1 "), (re.compile(r"(?<=\d)(ti|super)\b"), r" \1"))
JETSONS = {
    "orin": "Orin",
    "xavier": "Xavier",
    "thor": "NVIDIA Thor",
    "tx2": "NVIDIA Tegra X2",
    "tx1": "NVIDIA Tegra X1",
    "nano": "NVIDIA Tegra X1",
}
"""A word of a board's name → the name of its GPU; "Jetson Orin Nano" has an Orin."""


def gpu_by_name(name: str) -> Gpu | None | Unknown:
    """Return the GPU of this name.

    The exact name comes first; then one that differs in "NVIDIA", "(TM)", case or spaces; then one without the
    memory's size; then a part of names ("V100", "RTX 4090") whose GPUs all have one compute capability.

    Returns:
        `None`: no name is like it. `Unknown`: GPUs of different compute capability share it; `possible_capabilities`
        names them, and a PCI id tells them apart.
    """
    found = _alike(name)
    if not found:
        return None
    capabilities = _capabilities(found)
    if len(capabilities) > 1:
        return Unknown(
            f"{name!r} may be a GPU of compute capability {' or '.join(capabilities)}; its PCI id would tell"
        )
    return min(found, key=lambda gpu: len(gpu.name))


def possible_capabilities(name: str) -> tuple[str, ...]:
    """Return the compute capabilities that a GPU of this name can have; none: no name is like it."""
    return _capabilities(_alike(name))


def gpu_by_pci(device: str) -> Gpu | None | Unknown:
    """Return the GPU with this PCI device id (four hexadecimal digits, "0x" and case do not matter).

    Returns:
        `None`: the table has no such id. `Unknown`: it has it under names that do not tell the compute capability.
    """
    number = device.lower().removeprefix("0x").rjust(4, "0")
    rows = _by_pci().get(number, ())
    if not rows:
        return None
    common = set(rows[0].capabilities).intersection(*(row.capabilities for row in rows))
    if len(common) != 1:
        known = " or ".join(sorted(common) or _capabilities(rows))
        return Unknown(f"the PCI device {number} ({rows[0].name}) may be of compute capability {known}")
    capability = common.pop()
    best = min(rows, key=lambda row: (len(row.capabilities), not row.name.startswith("NVIDIA")))
    return (
        best if best.capabilities == (capability,) else Gpu(name=best.name, capabilities=(capability,), pci=(number,))
    )


def _alike(name: str) -> tuple[Gpu, ...]:
    exact = _by_name().get(name)
    if exact is not None:
        return (exact,)
    plain = _plain(name)
    # "RTX 3050" is the GeForce, though other names hold these words.
    family = "geforce " if re.search(r"\d", plain) else ""
    for wanted in (plain, _sizeless(plain), family + plain, family + _sizeless(plain)):
        if wanted in _by_plain():
            return _by_plain()[wanted]
    return _jetson(plain) or _by_part(_sizeless(plain))


def _jetson(plain: str) -> tuple[Gpu, ...]:
    """Return the GPU of a Jetson board."""
    words = plain.split()
    board = next((JETSONS[word] for word in JETSONS if word in words), None) if "jetson" in words else None
    return () if board is None else (_by_name()[board],)


def _by_part(plain: str) -> tuple[Gpu, ...]:
    words = plain.split()
    # "8" or "gpu" alone names nothing.
    if not any(re.search(r"\d", word) and len(word) > 1 for word in words) and "titan" not in words:
        return ()
    inside = f" {plain} "
    return tuple(gpu for other, gpus in _by_plain().items() if inside in f" {other} " for gpu in gpus)


def _plain(name: str) -> str:
    """Return a name without what does not tell GPUs apart: its words in lower case."""
    plain = re.sub(r"[-_,]", " ", NOISE.sub(" ", name)).lower()
    for pattern, apart in GLUED:
        plain = pattern.sub(apart, plain)
    return " ".join(plain.split())


def _sizeless(plain: str) -> str:
    return " ".join(MEMORY.sub(" ", plain).split()) or plain


def _capabilities(gpus: Iterable[Gpu]) -> tuple[str, ...]:
    found = {capability for gpu in gpus for capability in gpu.capabilities}
    return tuple(sorted(found, key=lambda one: [int(part) for part in one.split(".")]))


@functools.cache
def _by_name() -> dict[str, Gpu]:
    return {gpu.name: gpu for gpu in load(Gpus).gpus}


@functools.cache
def _by_plain() -> dict[str, tuple[Gpu, ...]]:
    found: dict[str, tuple[Gpu, ...]] = {}
    for gpu in load(Gpus).gpus:
        plain = _plain(gpu.name)
        found[plain] = (*found.get(plain, ()), gpu)
    return found


@functools.cache
def _by_pci() -> dict[str, tuple[Gpu, ...]]:
    found: dict[str, tuple[Gpu, ...]] = {}
    for gpu in load(Gpus).gpus:
        for number in gpu.pci:
            found[number] = (*found.get(number, ()), gpu)
    return found
