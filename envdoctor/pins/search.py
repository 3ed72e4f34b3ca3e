"""Goes through the releases, the newest first, and through the builds of each, the best first."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import msgspec

from envdoctor import compat
from envdoctor.data import Release, Variant, branch_of, first_branch, releases
from envdoctor.facts import Unknown
from envdoctor.pins.choice import Rejection, WayOut
from envdoctor.pins.machine import Card, Machine
from envdoctor.pins.rocm import rocm_builds
from envdoctor.pins.rules import BUILD_RULES, MACHINE_RULES, RULES, Rule, covers, first_broken, number, platform
from envdoctor.pins.wishes import NO_WISHES, Wishes

GENERATIONS = ("11.8", "12.6", "13.0")
"""One CUDA version of each major, for the drivers that a way out may ask for."""


def examine(machine: Machine, wishes: Wishes = NO_WISHES) -> Iterator[tuple[Release, Variant | None, Rejection | None]]:
    """Yield for each release the build that runs here, or the rejection of the one that is nearest to it."""
    hopeless = first_broken(machine, releases()[0], NOWHERE, MACHINE_RULES)
    rules = (*BUILD_RULES, *wishes.rules)
    for release in releases():
        if not wishes.allows(release.version):
            yield release, None, Rejection(release.version, None, "wish", "it is not what was asked for")
        elif hopeless is not None:
            yield release, None, Rejection(release.version, None, *hopeless)
        elif machine.platform not in release.platforms:
            reason = platform(machine, release, NOWHERE) or ""
            yield release, None, Rejection(release.version, None, platform.__name__, reason)
        else:
            yield _examine(machine, release, rules)


def _examine(
    machine: Machine, release: Release, rules: tuple[Rule, ...]
) -> tuple[Release, Variant | None, Rejection | None]:
    nearest: tuple[int, Rejection] | None = None
    for variant in builds(machine, release):
        broken = first_broken(machine, release, variant, rules)
        if broken is None:
            return release, variant, None
        place = NAMES.index(broken[0])
        if nearest is None or place > nearest[0]:
            nearest = place, Rejection(release.version, variant.name, *broken)
    return release, None, nearest[1] if nearest else None


def best(machine: Machine, wishes: Wishes = NO_WISHES) -> tuple[Release, Variant] | None:
    """Return the newest release and its best build that run here, or None."""
    return next(((release, variant) for release, variant, _ in examine(machine, wishes) if variant), None)


def builds(machine: Machine, release: Release) -> list[Variant]:
    """Return the builds of a release that are meant for such a machine, the best first.

    With an NVIDIA GPU: what `pip install torch` gives, if that is a CUDA build; then the newest CUDA whose features
    the driver has all; then the newest. With an AMD GPU: the ROCm build for it, if there is one. Without either: the
    CPU build.
    """
    wheels = release.platforms[machine.platform]
    if not machine.gpus:
        return [*rocm_builds(machine, release), *(one for one in wheels.variants if one.cuda is None)]
    meant = [variant for variant in wheels.variants if variant.cuda] or list(wheels.variants)
    ceiling = _ceiling(machine)

    def rank(variant: Variant) -> tuple[bool, bool, bool, tuple[int, ...]]:
        cuda = number(variant.cuda or "0")
        newest_first = tuple(-part for part in cuda)
        return not variant.verified, variant.index != "pypi", ceiling is not None and cuda > ceiling, newest_first

    return sorted(meant, key=rank)


NAMES = [*(rule.__name__ for rule in RULES), "need"]
NOWHERE = Variant(name="", index="pypi", verified=False)
"""Stands for a build of a release that has none for the platform."""


def _ceiling(machine: Machine) -> tuple[int, ...] | None:
    """Return the CUDA version that the driver reports; None: not known, or no limit."""
    if not isinstance(machine.driver, str):
        return None
    branch = branch_of(machine.driver)
    return None if isinstance(branch, Unknown) else number(branch.cuda[machine.driver_os])


# --- ways out --------------------------------------------------------------------------------------------------------


def ways_out(machine: Machine, wishes: Wishes, than: str | None = None) -> tuple[WayOut, ...]:
    """Return what one change of the machine would allow: the nearest of each kind, and only newer than a release."""
    kinds = (_other_pythons, _other_drivers, _newer_systems, _fewer_gpus)
    found = [way for kind in kinds if (way := _nearest(kind(machine), wishes, than))]
    if than is None:
        found += _last_resorts(machine, wishes, found)
    ways = (*found, *_fewer_wishes(machine, wishes, than))
    if ways or than is not None or not wishes.needs:
        return ways
    # Two things stand in the way: the machine as it is, and what is wanted besides.
    bare = wishes.bare()
    return tuple(
        WayOut(f"without --need, and {way.condition}", way.torch, way.variant) for way in ways_out(machine, bare)
    )


def _last_resorts(machine: Machine, wishes: Wishes, found: list[WayOut]) -> Iterator[WayOut]:
    """Yield what leads out where nothing runs: another system, no GPU, or two changes at once."""
    if machine.platform == "windows_x86_64" and (way := _nearest(iter([_wsl(machine)]), wishes, None)):
        yield way
    if not machine.gpus:
        return
    without = _nearest(iter([without_gpu(machine)]), wishes, None)
    if without is not None:
        yield without
    if not [way for way in found if way.variant != "cpu"] and all(map(ever_covered, machine.cards)):
        pairs = (_both(one, two) for one in _other_pythons(machine) for two in _other_drivers(one[1]))
        both = _nearest(pairs, wishes, None)
        if both is not None:
            yield both


def _wsl(machine: Machine) -> tuple[str, Machine]:
    return "under WSL 2", msgspec.structs.replace(machine, os="wsl2", os_version=None)


def _fewer_wishes(machine: Machine, wishes: Wishes, than: str | None) -> Iterator[WayOut]:
    """Yield what would run without one of the wishes."""
    fewer = [(f"--need {one.text}", wishes.without(one)) for one in wishes.needs]
    if than is None and wishes.torch:
        fewer.append(("the wish for certain versions of torch", msgspec.structs.replace(wishes, torch=())))
    if than is None and wishes.torchvision:
        fewer.append(("the wish for torchvision", msgspec.structs.replace(wishes, torchvision=())))
    for what, rest in fewer:
        answer = best(machine, rest)
        if answer is not None and (than is None or number(answer[0].version) > number(than)):
            yield WayOut(f"without {what}", answer[0].version, answer[1].name)


@functools.cache
def ever_covered(card: Card) -> bool:
    """Say whether any build of any release, on any platform, has code for a GPU."""
    every = ((release, wheels) for release in releases() for wheels in release.platforms.values())
    return any(covers(card, release, variant) for release, wheels in every for variant in wheels.variants)


def without_gpu(machine: Machine) -> tuple[str, Machine]:
    """Return the machine as it is without using its GPUs."""
    return "without the GPU", msgspec.structs.replace(machine, gpus=(), driver=None, jetson=False)


def _nearest(others: Iterator[tuple[str, Machine]], wishes: Wishes, than: str | None) -> WayOut | None:
    """Return the first of those changes that allow the newest release."""
    found: WayOut | None = None
    for condition, other in others:
        answer = best(other, wishes)
        if answer is None or (than is not None and number(answer[0].version) <= number(than)):
            continue
        if found is None or number(answer[0].version) > number(found.torch):
            found = WayOut(condition, answer[0].version, answer[1].name)
    return found


def _both(one: tuple[str, Machine], two: tuple[str, Machine]) -> tuple[str, Machine]:
    return f"{one[0]} and {two[0].removeprefix('with ')}", two[1]


def _other_pythons(machine: Machine) -> Iterator[tuple[str, Machine]]:
    """Yield the machine with other Pythons, the nearest first."""
    known = {minor for release in releases() for wheels in release.platforms.values() for minor in _span(wheels.python)}
    mine = (*number(machine.python), 0, 0)[:2]
    for minor in sorted(known, key=lambda one: (abs(one[1] - mine[1]) if one[0] == mine[0] else 99, -one[1])):
        text = ".".join(map(str, minor))
        usual = {"implementation": "cpython", "free_threaded": False, "bits": 64}
        if minor == mine and (machine.implementation, machine.free_threaded, machine.bits) == tuple(usual.values()):
            continue
        kind = "the usual " if minor == mine else ""
        yield f"with {kind}Python {text}", msgspec.structs.replace(machine, python=text, **usual)


def _span(python: tuple[str, str]) -> Iterator[tuple[int, int]]:
    (major, oldest), (_, newest) = (number(one)[:2] for one in python)
    return ((major, minor) for minor in range(oldest, newest + 1))


def _other_drivers(machine: Machine) -> Iterator[tuple[str, Machine]]:
    """Yield the machine with newer drivers, the oldest of them first; then with the last that knows its GPUs."""
    if not isinstance(machine.driver, str) or not machine.gpus:
        return
    floors = {compat.driver_floor(cuda, machine.driver_os) for cuda in GENERATIONS}
    floors |= {str(branch.number) for card in machine.cards if (branch := first_branch(card.capability))}
    for floor in sorted((floor for floor in floors if floor), key=number):
        if number(floor) > number(machine.driver):
            yield f"with driver {floor} or newer", msgspec.structs.replace(machine, driver=floor)
    for last in ("580", "470"):
        if number(last) < number(machine.driver):
            yield f"with a driver of branch R{last}", msgspec.structs.replace(machine, driver=f"{last}.999")


def _newer_systems(machine: Machine) -> Iterator[tuple[str, Machine]]:
    if machine.musl:
        yield "on a system with glibc", msgspec.structs.replace(machine, musl=False)
    name, field = ("macOS", "os_version") if machine.os == "macos" else ("glibc", "glibc")
    mine = getattr(machine, field)
    wheels = [release.platforms[machine.platform] for release in releases() if machine.platform in release.platforms]
    floors = {floor for one in wheels for floor in (one.floor, *one.floors.values()) if floor}
    for floor in sorted(floors, key=number):
        if mine is not None and number(floor) > number(mine):
            yield f"with {name} {floor} or newer", msgspec.structs.replace(machine, **{field: floor})


def _fewer_gpus(machine: Machine) -> Iterator[tuple[str, Machine]]:
    """Yield the machine with the GPUs of one kind only, as CUDA_VISIBLE_DEVICES can make it."""
    kinds = {card.capability: card for card in machine.cards}
    if len(kinds) > 1:
        for card in sorted(kinds.values(), key=lambda one: number(one.capability), reverse=True):
            yield f"for {card.name} alone", msgspec.structs.replace(machine, gpus=(card,))
