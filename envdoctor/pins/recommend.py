"""The recommendation: the newest PyTorch that runs on a machine, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from envdoctor.data import Package, Release, Variant, releases
from envdoctor.facts import Unknown
from envdoctor.pins import reasons
from envdoctor.pins.choice import Candidate, NoPins, Pins, Rejection
from envdoctor.pins.companions import companion
from envdoctor.pins.machine import Machine
from envdoctor.pins.needs import compilers
from envdoctor.pins.rocm import takes_rocm
from envdoctor.pins.rules import minimum_driver, number
from envdoctor.pins.search import best, examine, ways_out
from envdoctor.pins.wishes import BadSpecifierError, Wishes, extras, wish_for

__all__ = ["BadSpecifierError", "numpy_range", "recommend"]

OTHERS = 4
"""So many further candidates are named."""
NO_CANDIDATE = Candidate(torch="", variant="", index=None, torchvision=None, driver=None)


def recommend(
    machine: Machine,
    *,
    torch: str | None = None,
    torchvision: str | None = None,
    needs: Sequence[str] = (),
    known: Sequence[Package] = (),
) -> Pins | NoPins:
    """Return the best versions for a machine, or why there are none.

    Args:
        machine: examined (`from_snapshot`) or described.
        torch: which releases may be considered: "2.4.1", ">=2.4", "==2.4.*".
        torchvision: the same for torchvision.
        needs: packages that have to go with it: "numpy<2", "cuda-toolkit==11.8", "flash-attn".
        known: packages that were asked about, beside those in the data.

    Raises:
        BadSpecifierError: a wish is none.
    """
    wishes = wish_for(torch, torchvision, needs, known=known)
    if machine.os == "macos":  # no NVIDIA driver there for any torch in the data
        machine = msgspec.structs.replace(machine, gpus=(), driver=None)
    if machine.rocm and not (takes_rocm(machine) and best(machine, wishes)):
        machine = msgspec.structs.replace(machine, rocm=())
    missing = _missing(machine)
    if missing is not None:
        return NoPins(python=machine.python_minor, because=(missing,))
    fitting: list[tuple[Release, Variant]] = []
    rejected: list[Rejection] = []
    for release, variant, rejection in examine(machine, wishes):
        if variant is not None:
            fitting.append((release, variant))
        elif rejection is not None:
            rejected.append(rejection)
    if not fitting:
        ways = ways_out(machine, wishes)
        because = reasons.for_nothing(machine, rejected, ",".join(map(str, wishes.torch)))
        return NoPins(python=machine.python_minor, because=because, rejected=tuple(rejected), ways_out=ways)
    return _pins(machine, fitting, rejected, wishes)


def _pins(machine: Machine, fitting: list[tuple[Release, Variant]], rejected: list[Rejection], wishes: Wishes) -> Pins:
    release, variant = fitting[0]
    newest = release is releases()[0]
    found = extras(wishes, machine, release, variant)
    pins = Pins(
        torch=release.version,
        variant=variant.name,
        index=variant.url,
        torchvision=companion("torchvision", wishes.torchvision, machine, release),
        torchaudio=companion("torchaudio", wishes.torchaudio, machine, release),
        python=machine.python_minor,
        numpy=_numpy(wishes, machine, release),
        triton=release.triton if machine.platform.startswith("linux") and variant.cuda else None,
        cuda=variant.cuda,
        driver=minimum_driver(machine, variant),
        because=(),
        rejected=tuple(rejected),
        better=() if newest else ways_out(machine, wishes, release.version),
        extras=found,
        build=compilers(machine, release, variant) if any(one.built for one in found) else (),
        others=_others(machine, fitting, wishes),
    )
    return msgspec.structs.replace(pins, because=reasons.for_pins(machine, release, variant, pins))


def _others(machine: Machine, fitting: list[tuple[Release, Variant]], wishes: Wishes) -> tuple[Candidate, ...]:
    """Return the next best: of each older minor release the newest patch."""
    minors: dict[tuple[int, ...], Candidate] = {number(fitting[0][0].version)[:2]: NO_CANDIDATE}
    for release, variant in fitting:
        minors.setdefault(
            number(release.version)[:2],
            Candidate(
                torch=release.version,
                variant=variant.name,
                index=variant.url,
                torchvision=companion("torchvision", wishes.torchvision, machine, release),
                driver=minimum_driver(machine, variant),
            ),
        )
    return tuple(minors.values())[1 : OTHERS + 1]


def _numpy(wishes: Wishes, machine: Machine, release: Release) -> str | None:
    """Return what NumPy must satisfy for the build and by the wishes."""
    own = numpy_range(machine, release)
    parts = [part for one in wishes.numpy for part in one.split(",")]
    return ",".join(dict.fromkeys([*parts, *([own] if own else [])])) or None


def numpy_range(machine: Machine, release: Release) -> str | None:
    """Return what NumPy must satisfy for a release on this platform; None: any version will do.

    The C interface of NumPy changed with 2.0; a build that does not know it warns and cannot share memory with NumPy.
    """
    return None if release.platforms[machine.platform].numpy2 else "<2"


def _missing(machine: Machine) -> str | None:
    if isinstance(machine.gpus, Unknown):
        return f"Which GPUs are here is not known: {machine.gpus.reason}."
    if isinstance(machine.driver, Unknown) and machine.gpus:
        return f"The version of the NVIDIA driver is not known: {machine.driver.reason}."
    return None
