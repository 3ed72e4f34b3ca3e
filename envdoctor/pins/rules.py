"""The rules that a build must pass on a machine: one function each, in the order in which they are asked.

Each says why a variant of a release is rejected, or None. A rule that lacks a fact about the machine rejects nothing;
one that lacks a fact about the build rejects it: only what was verified is recommended.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

from envdoctor import compat
from envdoctor.data import Release, Variant, branch_of, capabilities, first_branch
from envdoctor.facts import Unknown
from envdoctor.pins.machine import Card, Machine, tegra

Rule = Callable[[Machine, Release, Variant], str | None]

OPEN_MODULES_ONLY = "Blackwell"
PROPRIETARY_MODULES_ONLY = ("Maxwell", "Pascal", "Volta")
CUDNN_FLOORS = (((8, 9, 5), (5, 0)), ((9, 11), (7, 5)))
"""From this cuDNN on, GPUs need this compute capability. Source: NVIDIA's cuDNN support matrices (8.9.5, 9.0.0 begin
at 5.0; 9.10.2 is the last with Maxwell, Pascal and Volta), and a K80 on which 2.7.1+cu118 fails."""

number = functools.cache(compat.number)


def platform(machine: Machine, release: Release, _variant: Variant) -> str | None:
    """Require wheels for the operating system and the processor."""
    if machine.platform in release.platforms:
        return None
    names = {"macos_x86_64": "macOS on Intel processors", "windows_aarch64": "Windows on ARM"}
    return f"there are no wheels for {names.get(machine.platform, machine.platform.replace('_', ' on '))}"


def c_library(machine: Machine, _release: Release, _variant: Variant) -> str | None:
    """Require glibc."""
    return "the wheels need glibc, and this system has musl" if machine.musl else None


def interpreter(machine: Machine, _release: Release, _variant: Variant) -> str | None:
    """Require a 64-bit CPython."""
    if machine.implementation != "cpython":
        return f"there are wheels for CPython only, and this is {machine.implementation}"
    return f"there are no wheels for a {machine.bits}-bit Python" if machine.bits < 64 else None  # noqa: PLR2004


def cards_together(machine: Machine, _release: Release, _variant: Variant) -> str | None:
    """Require that one driver can drive all the GPUs."""
    first, last = _first_branch(machine.cards), _last_branch(machine.cards)
    if first and last and first[0] > last[0]:
        return f"no driver knows both {first[1]} (R{first[0]} or newer) and {last[1]} (R{last[0]} is its last branch)"
    if machine.os != "linux":
        return None
    kinds = {capabilities()[card.capability].architecture: card.name for card in _known(machine.cards)}
    older = next((kinds[kind] for kind in PROPRIETARY_MODULES_ONLY if kind in kinds), None)
    if OPEN_MODULES_ONLY in kinds and older:
        return (
            f"Linux cannot drive {kinds[OPEN_MODULES_ONLY]} (open kernel modules only) together with {older} "
            "(proprietary kernel modules only)"
        )
    return None


def jetson(machine: Machine, _release: Release, variant: Variant) -> str | None:
    """Require, on a Jetson, code for exactly its GPU."""
    if not machine.jetson or (machine.cards and all(card.capability in variant.arch for card in machine.cards)):
        return None
    return "these wheels do not fit a Jetson, which needs NVIDIA's own builds for its JetPack"


def driver_knows_gpu(machine: Machine, _release: Release, _variant: Variant) -> str | None:
    """Require a driver that is neither too old nor too new for the GPUs."""
    if not isinstance(machine.driver, str):
        return None
    mine = number(machine.driver)
    first, last = _first_branch(machine.cards), _last_branch(machine.cards)
    if first and mine < (first[0],):
        return f"driver {machine.driver} does not know {first[1]}, which needs branch R{first[0]} or newer"
    if last and _branch_number(machine.driver) > last[0]:
        return f"driver {machine.driver} no longer knows {last[1]}: R{last[0]} is the last branch for it"
    return None


def python_version(machine: Machine, release: Release, variant: Variant) -> str | None:
    """Require wheels for the version of Python."""
    wheels = release.platforms[machine.platform]
    oldest, newest = wheels.python if variant.index == "pypi" else wheels.index_python
    mine = number(machine.python)[:2]
    if mine < number(oldest):
        return f"it needs Python {oldest} or newer, and this is {machine.python_minor}"
    if mine > number(newest):
        return f"its wheels end with Python {newest}, and this is {machine.python_minor}"
    if machine.free_threaded and machine.python_minor not in wheels.free_threaded:
        return f"there are no wheels for the free-threaded Python {machine.python_minor}"
    return None


def system_version(machine: Machine, release: Release, _variant: Variant) -> str | None:
    """Require a glibc, or a macOS, that is new enough."""
    wheels = release.platforms[machine.platform]
    python = machine.python_minor + "t" * machine.free_threaded
    floor = wheels.floors.get(python, wheels.floor)
    name, mine = ("macOS", machine.os_version) if machine.os == "macos" else ("glibc", machine.glibc)
    if floor is None or mine is None or number(mine) >= number(floor):
        return None
    return f"it needs {name} {floor} or newer, and this system has {mine}"


def published(_machine: Machine, _release: Release, variant: Variant) -> str | None:
    """Require that the build is known to exist, and that somebody read what it carries."""
    return None if variant.verified else "what this build carries, or whether it was published, is not verified"


def for_the_gpu(machine: Machine, _release: Release, variant: Variant) -> str | None:
    """Require a CUDA build where there are NVIDIA GPUs, and a ROCm build where only AMD's can compute."""
    if machine.gpus:
        return None if variant.cuda else "the only build for this platform leaves the GPU idle"
    if machine.rocm and not variant.name.startswith("rocm"):
        return "the CPU build leaves the AMD GPU idle, and no ROCm build for it is known"
    return None


def driver_floor(machine: Machine, _release: Release, variant: Variant) -> str | None:
    """Require a driver that runs programs of the build's CUDA major."""
    if variant.cuda is None:
        return None
    major = variant.cuda.partition(".")[0]
    floor = compat.driver_floor(variant.cuda, machine.driver_os)
    if floor is None:
        return f"no driver is known to run CUDA {major}"
    if isinstance(machine.driver, str):
        if number(machine.driver) < number(floor):
            return f"CUDA {major} needs driver {floor} or newer, and this machine has {machine.driver}"
        return None
    last = _last_branch(machine.cards)
    if last and last[0] < number(floor)[0]:
        return f"CUDA {major} needs driver {floor} or newer, and R{last[0]} is the last branch for {last[1]}"
    return None


def code_for_gpu(machine: Machine, _release: Release, variant: Variant) -> str | None:
    """Require machine code for every GPU.

    PTX does not count: it asks for a driver as new as the toolkit, and the libraries beside it carry none.
    """
    for card in machine.cards:
        if not _runs_on(card.capability, variant.arch):
            return f"it carries no code for {card.name} (compute capability {card.capability})"
    return None


def cudnn(machine: Machine, _release: Release, variant: Variant) -> str | None:
    """Require a bundled cuDNN that supports every GPU."""
    if variant.cudnn is None:
        return None
    for since, floor in CUDNN_FLOORS:
        for card in machine.cards:
            if number(variant.cudnn) >= since and number(card.capability) < floor:
                least = ".".join(map(str, floor))
                return (
                    f"its cuDNN {variant.cudnn} needs compute capability {least}, and {card.name} has {card.capability}"
                )
    return None


MACHINE_RULES: tuple[Rule, ...] = (c_library, interpreter, cards_together, driver_knows_gpu)
"""They look at the machine alone: one that they reject is rejected for every build."""
BUILD_RULES: tuple[Rule, ...] = (
    platform,
    jetson,
    python_version,
    system_version,
    published,
    for_the_gpu,
    driver_floor,
    code_for_gpu,
    cudnn,
)
RULES = (*MACHINE_RULES, *BUILD_RULES)


def first_broken(
    machine: Machine, release: Release, variant: Variant, rules: Iterable[Rule] = RULES
) -> tuple[str, str] | None:
    """Return (rule, reason) of the first rule that rejects a build, or None: it runs here."""
    for rule in rules:
        reason = rule(machine, release, variant)
        if reason is not None:
            return rule.__name__, reason
    return None


def covers(card: Card, release: Release, variant: Variant) -> bool:
    """Say whether a build carries code for a GPU, and a cuDNN that supports it."""
    return code_for_gpu(_with_only(card), release, variant) is None and supported_by_cudnn(card, release, variant)


def supported_by_cudnn(card: Card, release: Release, variant: Variant) -> bool:
    """Say whether the cuDNN of a build supports a GPU, as far as that is known."""
    return cudnn(_with_only(card), release, variant) is None


def _with_only(card: Card) -> Machine:
    return Machine(os="linux", python="3", gpus=(card,))


def minimum_driver(machine: Machine, variant: Variant) -> str | None:
    """Return the oldest driver with which a build runs on the machine's GPUs; None: it needs none."""
    if variant.cuda is None:
        return None
    floor, first = compat.driver_floor(variant.cuda, machine.driver_os), _first_branch(machine.cards)
    return str(first[0]) if first and floor and first[0] > number(floor)[0] else floor


@functools.cache
def _runs_on(capability: str, arch: tuple[str, ...]) -> bool:
    if capability in tegra():
        # A Jetson runs what was made for exactly its capability; nobody promises more.
        return capability in arch
    return compat.runs_on(capability, (f"sm_{one.replace('.', '')}" for one in arch))


def _known(cards: Iterable[Card]) -> list[Card]:
    return [card for card in cards if card.capability in capabilities()]


@functools.cache
def _first_branch(cards: tuple[Card, ...]) -> tuple[int, str] | None:
    """Return the oldest branch that knows all cards, and the card that asks for it."""
    found = [(branch.number, card.name) for card in cards if (branch := first_branch(card.capability))]
    return max(found, key=lambda pair: pair[0], default=None)


@functools.cache
def _last_branch(cards: tuple[Card, ...]) -> tuple[int, str] | None:
    """Return the newest branch that still knows all cards, and the card that holds it back; None: there is no end."""
    rows = [(capabilities()[card.capability].last_branch, card.name) for card in _known(cards)]
    found = [(int(branch[1:]), name) for branch, name in rows if branch]
    return min(found, key=lambda pair: pair[0], default=None)


@functools.cache
def _branch_number(driver: str) -> int:
    """Return the branch of a driver: 580 also for Windows' 582."""
    branch = branch_of(driver)
    return (*number(driver), 0)[0] if isinstance(branch, Unknown) else branch.number
