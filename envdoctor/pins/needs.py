"""Which version of a well-known package goes with a build of torch on a machine."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from envdoctor.data import Package, Published, Release, Variant, Wheel, capabilities, toolkit, toolkits
from envdoctor.pins.choice import Extra
from envdoctor.pins.machine import Machine
from envdoctor.pins.rules import number

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

Rows = tuple[tuple[Published, tuple[str, ...]], ...]
GCC_MIN = (((2, 12), 10), ((0,), 9))
"""From this torch on, extensions are compiled as C++20, before as C++17, which need this GCC. Source: the flags in
torch/utils/cpp_extension.py of the wheels 2.0.1 to 2.15.0, read."""
BEFORE_BUILDING = "setuptools wheel packaging ninja"
SYSTEMS = {
    "linux_x86_64": "Linux on x86_64",
    "linux_aarch64": "Linux on aarch64",
    "windows_x86_64": "Windows",
    "macos_arm64": "macOS on Apple silicon",
    "macos_x86_64": "macOS on Intel processors",
}


def matching(package: Package, spec: SpecifierSet) -> Rows:
    """Return the rows of a package with those of their versions that are wanted, the newest first."""
    pairs = [(row, tuple(one for one in row.versions if spec.contains(one))) for row in reversed(package.rows)]
    return tuple((row, versions) for row, versions in pairs if versions)


def fitting(
    package: Package, rows: Rows, spec: SpecifierSet, machine: Machine, release: Release, variant: Variant
) -> Extra | str:
    """Return the newest version of a package that goes with a build, or why none does."""
    hindrance = _machine(package, machine)
    if hindrance is not None:
        return hindrance
    nearest: tuple[int, str] | None = None
    for row, versions in rows:
        place, reason = _row(package, row, versions, machine, release, variant)
        if reason is None:
            return _extra(package, row, versions[-1], machine, variant)
        if nearest is None or place > nearest[0]:
            nearest = place, reason
    if nearest is None:
        newest = package.rows[-1].versions[-1]
        return f"{package.name}{spec} is wanted, and the data knows no such version (its newest is {newest})"
    return nearest[1]


def _machine(package: Package, machine: Machine) -> str | None:
    """Say why a package does not work on a machine, whatever its version."""
    if package.gpu and not machine.cards:
        return f"{package.name} needs an NVIDIA GPU"
    if package.nvcc and machine.os == "macos":
        return f"{package.name} is built with nvcc, and there is none for macOS"
    return _too_old(package.name, package.capability_min, machine)


def _too_old(name: str, floor: str | None, machine: Machine) -> str | None:
    for card in machine.cards:
        if floor and number(card.capability) < number(floor):
            return f"{name} needs compute capability {floor} or newer, and {card.name} has {card.capability}"
    return None


def _row(
    package: Package, row: Published, versions: tuple[str, ...], machine: Machine, release: Release, variant: Variant
) -> tuple[int, str | None]:
    """Return how near some versions come, and why they do not do."""
    name = f"{package.name} {versions[-1]}"
    for place, hindrance in enumerate(
        (
            _python(name, row, machine),
            _too_old(name, row.capability_min, machine),
            None if package.built else _wheels(name, row, machine),
            _torch(name, row, release),
            _fixed_by_torch(package, versions, machine, release, variant),
            None if package.built else _cuda(name, package, row, machine, release, variant),
        )
    ):
        if hindrance is not None:
            return place, hindrance
    return 9, None


def _python(name: str, row: Published, machine: Machine) -> str | None:
    if not row.python or _in(f"{machine.python_minor}.99", row.python):
        return None
    return f"{name} needs Python {row.python}, and this is {machine.python_minor}"


def _torch(name: str, row: Published, release: Release) -> str | None:
    fits = not row.torch or _in(release.version, row.torch)
    return None if fits else f"{name} needs torch{row.torch}"


def _cuda(
    name: str, package: Package, row: Published, machine: Machine, release: Release, variant: Variant
) -> str | None:
    """Say whether wheels that hold CUDA code find the CUDA libraries that they are linked with."""
    mine = row.cuda or _usual_cuda(package, release, machine)
    if not package.gpu or mine is None or variant.cuda is None or mine == variant.cuda.partition(".")[0]:
        return None
    return f"the wheel of {name} is built for CUDA {mine}, and this build of torch is for CUDA {variant.cuda}"


def _fixed_by_torch(
    package: Package, versions: tuple[str, ...], machine: Machine, release: Release, variant: Variant
) -> str | None:
    """Say why a build of torch, which has its own requirements, does not go with any of some versions."""
    if package.name == "triton" and variant.cuda and release.triton:
        fits = any(_in(one, release.triton) for one in versions)
        return None if fits else f"it requires triton{release.triton}, and triton {versions[-1]} is wanted"
    if package.name == "numpy" and not release.platforms[machine.platform].numpy2:
        fits = any(number(one)[0] < 2 for one in versions)  # noqa: PLR2004  # NumPy 2
        return None if fits else f"it knows the C interface of NumPy 1 only, and numpy {versions[-1]} is wanted"
    return None


def _usual_cuda(package: Package, release: Release, machine: Machine) -> str | None:
    """Return the CUDA major of PyPI's torch, which wheels on PyPI that hold CUDA code are built with."""
    default = release.platforms[machine.platform].default
    if not package.gpu or not default.startswith("cu") or any("any" in row.wheels for row in package.rows[-1:]):
        return None
    return default[2:4]


def _wheels(name: str, row: Published, machine: Machine) -> str | None:
    wheel = row.wheels.get("any") or row.wheels.get(machine.platform)
    if wheel is None:
        return f"{name} has no wheels for {SYSTEMS.get(machine.platform, machine.platform)}"
    if wheel.python and not any(_serves(one, machine) for one in wheel.python):
        free = "the free-threaded " if machine.free_threaded else ""
        return f"{name} has no wheels for {free}Python {machine.python_minor}"
    return _system(name, wheel, machine)


def _serves(python: str, machine: Machine) -> bool:
    if python.startswith(">="):
        return not machine.free_threaded and number(machine.python)[:2] >= number(python)
    return python == machine.python_minor + "t" * machine.free_threaded


def _system(name: str, wheel: Wheel, machine: Machine) -> str | None:
    what, mine = ("macOS", machine.os_version) if machine.os == "macos" else ("glibc", machine.glibc)
    if wheel.floor is None or mine is None or number(mine) >= number(wheel.floor):
        return None
    return f"the wheels of {name} need {what} {wheel.floor} or newer, and this system has {mine}"


def _extra(package: Package, row: Published, version: str, machine: Machine, variant: Variant) -> Extra:
    requirement = f"{package.name}=={version}"
    asks = f"asks for torch{row.torch}" if row.torch else "asks for no particular torch"
    if not package.built or "any" in row.wheels or machine.platform in row.wheels:
        because = f"{package.name} {version} {asks}."
        return Extra(name=package.name, requirement=requirement, version=version, bound=package.gpu, because=because)
    return Extra(
        name=package.name,
        requirement=requirement,
        version=version,
        built=True,
        bound=True,
        nvcc=variant.cuda if package.nvcc or variant.cuda else None,
        because=f"{package.name} {version} {asks}; PyPI has its source, to be built against the torch that is there.",
    )


def compilers(machine: Machine, release: Release, variant: Variant) -> tuple[str, ...]:
    """Return what a build of extensions against torch needs: sentences."""
    if machine.os == "windows":
        host = "Visual Studio 2022 with C++"
    elif machine.os == "macos":
        return ("Building needs clang (xcode-select --install).",)
    else:
        host = _gcc(release, variant)
    if variant.cuda is None:
        return (f"Building needs {host}.",)
    major = variant.cuda.partition(".")[0]
    oldest = max([f"{major}.0", *_first_cuda(machine)], key=number)
    span = f"any {major}.x will do" if number(oldest) <= number(f"{major}.0") else f"{oldest} or a newer {major}.x"
    nvcc = f"Building needs nvcc of CUDA {major}: {variant.cuda} is what this torch was built with, {span}"
    return f"{nvcc}; torch refuses an nvcc of another major.", f"It needs {host}."


def _gcc(release: Release, variant: Variant) -> str:
    least = next(gcc for since, gcc in GCC_MIN if number(release.version) >= since)
    known = toolkit(variant.cuda) if variant.cuda else None
    newest = f" to {known.gcc_max} (newer ones nvcc {variant.cuda} refuses)" if known and known.gcc_max else " or newer"
    return f"GCC {least}{newest}"


def _first_cuda(machine: Machine) -> list[str]:
    """Return for each GPU the oldest toolkit that makes code for it."""
    first = [capabilities()[one.capability].first_cuda for one in machine.cards if one.capability in capabilities()]
    released = [one.cuda for one in toolkits() if one.released]
    return [one for one in first if one in released]


@functools.cache
def _in(version: str, specifier: str) -> bool:
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  # rarely needed

    return SpecifierSet(specifier).contains(version)
