"""The recommendation: the newest PyTorch that runs on a machine, and what goes with it."""

from __future__ import annotations

import msgspec

from envdoctor.data import Companion, Release, Variant, releases
from envdoctor.facts import Unknown
from envdoctor.pins import reasons
from envdoctor.pins.choice import NoPins, Pins, Rejection
from envdoctor.pins.machine import Machine
from envdoctor.pins.rules import minimum_driver, number
from envdoctor.pins.search import Allowed, any_release, examine, ways_out


class BadSpecifierError(ValueError):
    """What was wished of torch is no version specifier. The message is one line with the cure."""


def recommend(machine: Machine, *, torch: str | None = None) -> Pins | NoPins:
    """Return the best versions for a machine, or why there are none.

    Args:
        machine: examined (`from_snapshot`) or described.
        torch: which releases may be considered: "2.4.1", ">=2.4", "==2.4.*".

    Raises:
        BadSpecifierError: `torch` is no such specifier.
    """
    allowed = _wish(torch)
    if machine.os == "macos":  # no NVIDIA driver there for any torch in the data
        machine = msgspec.structs.replace(machine, gpus=(), driver=None)
    missing = _missing(machine)
    if missing is not None:
        return NoPins(python=machine.python_minor, because=(missing,))
    chosen: tuple[Release, Variant] | None = None
    rejected: list[Rejection] = []
    for release, variant, rejection in examine(machine, allowed):
        if variant is not None:
            chosen = chosen or (release, variant)
        elif rejection is not None:
            rejected.append(rejection)
    if chosen is None:
        ways = ways_out(machine, allowed)
        because = reasons.for_nothing(machine, rejected, torch)
        return NoPins(python=machine.python_minor, because=because, rejected=tuple(rejected), ways_out=ways)
    return _pins(machine, *chosen, rejected, allowed)


def _pins(machine: Machine, release: Release, variant: Variant, rejected: list[Rejection], allowed: Allowed) -> Pins:
    newest = release is releases()[0]
    pins = Pins(
        torch=release.version,
        variant=variant.name,
        index=variant.url,
        torchvision=_companion(machine, release.torchvision),
        torchaudio=_companion(machine, release.torchaudio),
        python=machine.python_minor,
        numpy=numpy_range(machine, release),
        triton=release.triton if machine.platform.startswith("linux") and variant.cuda else None,
        cuda=variant.cuda,
        driver=minimum_driver(machine, variant),
        because=(),
        rejected=tuple(rejected),
        better=() if newest else ways_out(machine, allowed, release.version),
    )
    return msgspec.structs.replace(pins, because=reasons.for_pins(machine, release, variant, pins))


def _companion(machine: Machine, companion: Companion) -> str | None:
    last = companion.python_max
    return None if last is not None and number(machine.python)[:2] > number(last) else companion.version


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


def _wish(torch: str | None) -> Allowed:
    if torch is None:
        return any_release
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  # rarely needed

    text = torch.strip()
    try:
        wanted = SpecifierSet(_exactly(text) if text[:1].isdigit() else text)
    except InvalidSpecifier:
        raise BadSpecifierError(f"{torch!r} is no version of torch; write it like 2.4.1 or >=2.4") from None
    return lambda version: version in wanted


def _exactly(version: str) -> str:
    """Turn "2.4.1" into "==2.4.1", and "2.4" into "==2.4.*"."""
    public = version.partition("+")[0]
    return f"=={public}" if public.count(".") > 1 else f"=={public}.*"
