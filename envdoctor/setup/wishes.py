"""From what was wished for to what is to be built: the recommendation for this machine, or what a lock lists."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import msgspec

from envdoctor.facts import Unknown
from envdoctor.lock import Lock, minor
from envdoctor.pins.choice import NoPins, Pins
from envdoctor.pins.describe import BadDescriptionError, Words, describe
from envdoctor.pins.formats import wanted
from envdoctor.pins.machine import Machine, from_snapshot
from envdoctor.pins.mirrors import with_mirror
from envdoctor.pins.recommend import BadSpecifierError, recommend
from envdoctor.probes.interpreter import Choice
from envdoctor.probes.snapshot import Look, take_snapshot
from envdoctor.setup.base import Base, find_base
from envdoctor.setup.outside import Outside
from envdoctor.setup.place import check_free
from envdoctor.setup.plan import Wish
from envdoctor.setup.problem import SetupError, WrongWishError


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What was wished of the versions."""

    torch: str | None = None
    torchvision: str | None = None
    vision: bool = True
    """Install torchvision as well."""
    needs: tuple[str, ...] = ()
    gpus: tuple[str, ...] = ()
    driver: str | None = None
    index: str | None = None
    """A URL; `configured`: what pip or uv is set up for; None: as recommended."""


def wish_for(
    folder: Path, python: str | None, lock: Lock | None, described: Described, outside: Outside
) -> tuple[Wish, Base]:
    """Say what is to be built, and with which Python.

    Args:
        folder: the new environment.
        python: a version, or an interpreter; None: that of the lock, or the one that is examined.
        lock: what is to be built exactly; None: what is recommended.
        described: what was wished of the versions.
        outside: the machine.

    Raises:
        SetupError: no version can work, or the lock is of another system.
        WrongWishError: a wish means nothing.
    """
    check_free(folder)  # before anything takes time
    if lock is not None:
        base = find_base(python or minor(lock.install.python), outside)
        _fits(lock, base)
        index = lock.install.index if described.index is None else _index(described.index)
        lines = tuple(f"{one.name}=={one.version}" for one in lock.install.packages)
        return Wish(folder=folder, requirements=lines, index=index, lock=lock), base
    base = find_base(python, outside)
    pins = _pins(base, described, outside)
    return _wish_of(folder, pins, described), base


def _wish_of(folder: Path, pins: Pins, described: Described) -> Wish:
    index: tuple[str, ...] = (pins.index,) if pins.index else ()
    if described.index is not None:
        index = _index(described.index)
        if not index:
            pins = _left_to_the_index(pins)
    kept = [one for one in wanted(pins) if described.vision or not one.startswith("torchvision")]
    plain = [one.requirement for one in pins.extras if not one.built]
    # Built against the torch that is there: when that one is in, and by whoever has the compilers for it.
    later = tuple(f"pip install --no-build-isolation {one.requirement}" for one in pins.extras if one.built)
    return Wish(folder=folder, requirements=(*kept, *plain), index=index, pins=pins, afterwards=later)


def _left_to_the_index(pins: Pins) -> Pins:
    """Return the pins without a variant: a configured index may carry another build of that version."""
    because = f"Which build comes is up to the configured index; `envdoctor pins` recommends the {pins.variant} build."
    return msgspec.structs.replace(
        pins, index=None, configured=False, variant="the configured index's build", because=(because,)
    )


def _index(wish: str) -> tuple[str, ...]:
    if wish == "configured":
        return ()
    if not wish.startswith(("https://", "http://", "file://")):
        raise WrongWishError("--index", f"{wish!r} is no URL; give https://…, or `configured`")
    return (wish,)


def _pins(base: Base, described: Described, outside: Outside) -> Pins:
    """Recommend for this machine, or for a GPU and a driver that it does not have yet."""
    machine = _machine(base, outside)
    if described.gpus or described.driver:
        machine = _with_words(machine, described)
    try:
        found = recommend(machine, torch=described.torch, torchvision=described.torchvision, needs=described.needs)
    except BadSpecifierError as error:
        raise WrongWishError(error.option, str(error)) from None
    if isinstance(found, NoPins):
        ways = " ".join(map(str, found.ways_out[:2]))
        raise SetupError(f"no version can work: {' '.join(found.because[:2])} {ways or '`envdoctor pins` says more.'}")
    return with_mirror(found, outside.system)


def _machine(base: Base, outside: Outside) -> Machine:
    look = Look(python=Choice(base.executable, "it is built with"), import_torch=False, gpu_test=False)
    machine = from_snapshot(take_snapshot(outside.system, look)[0])
    if isinstance(machine, Unknown):
        raise SetupError(f"too little can be seen of this machine: {machine.reason}; `envdoctor check` says more")
    # The new environment is empty, whatever the base has.
    return msgspec.structs.replace(machine, torch=None, numpy=None)


def _with_words(machine: Machine, described: Described) -> Machine:
    words = Words(os=machine.os, driver=described.driver, gpus=described.gpus, python=machine.python)
    try:
        told = describe(words).machine
    except BadDescriptionError as error:
        raise WrongWishError(error.option, str(error)) from None
    gpus = told.gpus if described.gpus else machine.gpus
    return msgspec.structs.replace(machine, gpus=gpus, amd=told.amd, driver=told.driver)


def _fits(lock: Lock, base: Base) -> None:
    """Refuse a lock of another Python or system: its files are for that one.

    Raises:
        SetupError: as said.
    """
    wanted = minor(lock.install.python)
    if wanted is not None and wanted != base.minor:
        raise WrongWishError("--python", f"the lock is of Python {wanted}, this is {base.version}; leave it out")
    machine = platform.machine().lower()
    arch = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    system = {"win32": "windows"}.get(sys.platform, sys.platform)
    if lock.install.platform not in (None, f"{system}_{arch}"):
        raise SetupError(
            f"the lock is of {lock.install.platform}, this machine is {system}_{arch}: its files do not fit; make a "
            "lock on a machine of this kind, or leave --from out"
        )
