"""The compatibility tables: PyTorch releases, CUDA toolkits, GPUs, drivers. Dated, every row with its sources.

`tools/build_data.py` makes them; README.md in this folder says how contradictory sources were decided.
"""

from __future__ import annotations

import functools
import re

from envdoctor.data.gpu_names import gpu_by_name, gpu_by_pci, possible_capabilities
from envdoctor.data.tables import (
    INDEX_URL,
    Branch,
    Capability,
    Companion,
    Drivers,
    Gpu,
    Gpus,
    LastBranch,
    Life,
    Package,
    Packages,
    Published,
    Release,
    Releases,
    Row,
    Toolkit,
    Toolkits,
    Variant,
    Wheel,
    Wheels,
    load,
)
from envdoctor.data_date import DATE
from envdoctor.facts import Unknown

__all__ = [
    "DATE",
    "INDEX_URL",
    "Branch",
    "Capability",
    "Companion",
    "Gpu",
    "LastBranch",
    "Life",
    "Package",
    "Published",
    "Release",
    "Row",
    "Toolkit",
    "Variant",
    "Wheel",
    "Wheels",
    "branch_of",
    "branches",
    "capabilities",
    "first_branch",
    "gpu_by_name",
    "gpu_by_pci",
    "gpus",
    "is_newer_than_data",
    "last_branches",
    "package",
    "packages",
    "possible_capabilities",
    "release",
    "releases",
    "sources",
    "toolkit",
    "toolkits",
]


def releases() -> tuple[Release, ...]:
    """Return the PyTorch releases, the newest first."""
    return load(Releases).releases


@functools.cache
def release(version: str) -> Release | None:
    """Return a release ("2.14.1"; a variant after "+" does not matter), or None if the table does not have it."""
    public = version.partition("+")[0]
    return next((one for one in releases() if one.version == public), None)


def is_newer_than_data(version: str) -> bool:
    """Say whether a PyTorch version is newer than all in the table: then the table is too old to judge it."""
    return _numbers(version) > _numbers(releases()[0].version)


def toolkits() -> tuple[Toolkit, ...]:
    """Return the CUDA toolkits, the oldest first."""
    return load(Toolkits).toolkits


@functools.cache
def toolkit(version: str) -> Toolkit | None:
    """Return the toolkit of a CUDA version ("12.6", "12.6.85"), or None if the table does not have it."""
    minor = ".".join(version.split(".")[:2])
    return next((one for one in toolkits() if one.cuda == minor), None)


def packages() -> tuple[Package, ...]:
    """Return the packages whose requirements of torch are known, by name."""
    return load(Packages).packages


def package(name: str) -> Package | None:
    """Return a package by its normalized name ("flash-attn"), or None if nothing is known of it."""
    return next((one for one in packages() if one.name == name), None)


def gpus() -> tuple[Gpu, ...]:
    """Return the GPUs by name. A name that NVIDIA spells with and without "NVIDIA" may stand here twice."""
    return load(Gpus).gpus


@functools.cache
def capabilities() -> dict[str, Capability]:
    """Return what holds for each compute capability, the oldest first."""
    return {one.capability: one for one in load(Gpus).capabilities}


def branches() -> tuple[Branch, ...]:
    """Return the driver branches, the oldest first."""
    return load(Drivers).branches


def last_branches() -> tuple[LastBranch, ...]:
    """Return the last driver branch of each architecture."""
    return load(Drivers).last


@functools.cache
def branch_of(driver: str) -> Branch | Unknown:
    """Return the branch that a driver ("535.183.01", on Windows "582.28") belongs to.

    A branch reaches up to the next one: on Windows R580 runs to 582. Below the first branch and well above the last
    one the answer is `Unknown`.
    """
    found = re.match(r"\d+", driver)
    if found is None:
        return Unknown(f"{driver!r} is no driver version")
    number, known = int(found.group()), branches()
    if number < known[0].number:
        return Unknown(f"driver {driver} is older than {known[0].branch}, the oldest in the data")
    if number >= known[-1].number + 5:
        return Unknown(f"driver {driver} is newer than {known[-1].branch}, the newest in the data of {DATE}")
    return [branch for branch in known if branch.number <= number][-1]


@functools.cache
def first_branch(capability: str) -> Branch | None:
    """Return the oldest driver branch that knows the GPUs of a compute capability, or None if the data does not tell.

    It is the first whose CUDA version can make code for them.
    """
    known = capabilities().get(capability)
    if known is None:
        return None
    return next((one for one in branches() if _numbers(one.cuda["linux"]) >= _numbers(known.first_cuda)), None)


def sources(row: Row) -> tuple[str, ...]:
    """Return where a row's facts come from."""
    kinds: dict[type[Row], type[Releases | Toolkits | Drivers | Gpus]] = {
        Toolkit: Toolkits, Branch: Drivers, LastBranch: Drivers, Gpu: Gpus, Capability: Gpus
    }  # fmt: skip
    texts = load(kinds.get(type(row), Releases)).sources
    return tuple(texts[place] for place in row.source)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0]))
