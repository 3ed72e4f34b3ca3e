"""What somebody wants besides a PyTorch that runs: certain versions of it, of torchvision, or of other packages.

Each wish becomes a rule like those of `envdoctor.pins.rules`, so that a release which does not fit it is rejected with
a reason, and the ways out are sought under the same wishes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from envdoctor.data import Package, Release, Variant, package
from envdoctor.pins.choice import Extra
from envdoctor.pins.companions import lacks_companion
from envdoctor.pins.machine import Machine
from envdoctor.pins.needs import Rows, fitting, matching
from envdoctor.pins.rules import Rule

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

TOOLKIT = ("cuda-toolkit", "cudatoolkit", "cuda", "cuda-version", "pytorch-cuda", "nvidia-cuda-toolkit")
"""Names by which people mean the CUDA version of the build."""
OF_THE_BUILD = {"cudnn": "cudnn", "nccl": "nccl", "nvidia-cudnn": "cudnn", "nvidia-nccl": "nccl"}
OF_THE_MACHINE = {"python": "--python", "glibc": "--glibc", "driver": "--driver", "nvidia-driver": "--driver"}
FORMS = {
    "--torch": ("torch", "2.4.1 or >=2.4"),
    "--torchvision": ("torchvision", "0.19.1 or >=0.19"),
    "--need": ("", "numpy<2 or flash-attn"),
}


class BadSpecifierError(ValueError):
    """A wish is none. `option` names it; the message is one line with the cure."""

    def __init__(self, message: str, option: str = "--torch") -> None:
        super().__init__(message)
        self.option = option


class Need(msgspec.Struct, frozen=True):
    """A package that is wanted."""

    text: str
    """As it was written."""
    name: str
    spec: SpecifierSet
    known: Package | None = None
    """None: nothing is known of it offline."""
    rows: Rows = ()
    """What is known of the versions that are wanted."""


class Wishes(msgspec.Struct, frozen=True):
    """All that is wanted."""

    torch: tuple[SpecifierSet, ...] = ()
    torchvision: tuple[SpecifierSet, ...] = ()
    torchaudio: tuple[SpecifierSet, ...] = ()
    """Empty: it need not be there."""
    numpy: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    """In the order in which they were told."""
    known: tuple[Package, ...] = ()
    """Packages that were asked about, beside those in the data."""

    def allows(self, version: str) -> bool:
        """Say whether a release of torch may be considered."""
        return all(one.contains(version, prereleases=True) for one in self.torch)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What the wishes require of a build."""
        return _rules(self)

    def bare(self) -> Wishes:
        """Return the wishes without any need."""
        rest = self
        for one in self.needs:
            rest = rest.without(one)
        return rest

    def without(self, need: Need) -> Wishes:
        """Return the wishes without one of the needs."""
        rest = Wishes(torch=self.torch, torchvision=self.torchvision, known=self.known)
        if need.name == "torch":
            rest = msgspec.structs.replace(rest, torch=tuple(one for one in self.torch if one is not need.spec))
        if need.name == "torchvision":
            rest = msgspec.structs.replace(
                rest, torchvision=tuple(one for one in self.torchvision if one is not need.spec)
            )
        for one in self.needs:
            if one is not need:
                rest = _added(rest, one, again=True)
        return rest


def wish_for(
    torch: str | None = None,
    torchvision: str | None = None,
    needs: Iterable[str] = (),
    *,
    known: Iterable[Package] = (),
) -> Wishes:
    """Understand wishes.

    Args:
        torch: "2.4.1", ">=2.4", "==2.4.*".
        torchvision: likewise.
        needs: requirements ("numpy<2"); several in one, with commas between them, will do.
        known: packages that were asked about, beside those in the data.

    Raises:
        BadSpecifierError: one of them is none.
    """
    wishes = Wishes(
        torch=() if torch is None else (_specifier(torch, "--torch"),),
        torchvision=() if torchvision is None else (_specifier(torchvision, "--torchvision"),),
        known=tuple(known),
    )
    for text in names_in(needs):
        wishes = _added(wishes, _need(text, wishes.known))
    return wishes


def names_in(needs: Iterable[str]) -> list[str]:
    """Split "flash-attn,numpy>=1.26,<2" where another package begins."""
    return [one.strip() for told in needs for one in re.split(r",(?=\s*[A-Za-z])", told)]


def _added(wishes: Wishes, need: Need, *, again: bool = False) -> Wishes:
    more: dict[str, Any] = {"needs": (*wishes.needs, need)}
    if need.name == "numpy" and str(need.spec):
        more["numpy"] = (*wishes.numpy, str(need.spec))
    if need.name == "torchaudio" or (need.name in ("torch", "torchvision") and not again):
        more[need.name] = (*getattr(wishes, need.name), need.spec)
    return msgspec.structs.replace(wishes, **more)


def _need(text: str, known: tuple[Package, ...]) -> Need:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415  # rarely needed
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415

    try:
        told = Requirement(text.strip())
    except InvalidRequirement:
        raise BadSpecifierError(
            f"{text.strip()[:60]!r} is no requirement; write it like {FORMS['--need'][1]}", "--need"
        ) from None
    name = re.sub(r"[-_.]+", "-", told.name).lower()
    if name in OF_THE_MACHINE:
        raise BadSpecifierError(f"{name} belongs to the machine; tell it with {OF_THE_MACHINE[name]}", "--need")
    if told.url or told.marker:
        raise BadSpecifierError(
            f"{text.strip()[:60]!r}: only a name and versions are understood; leave the rest out", "--need"
        )
    # "==11.8" of a toolkit means 11.8.0 and 11.8.89 too.
    spec = SpecifierSet(re.sub(r"==(\d+(?:\.\d+)?)(?=,|$)", r"==\1.*", str(told.specifier)))
    mine = next((one for one in known if one.name == name), None)
    found = mine or package(name)
    return Need(text.strip(), name, spec, found, matching(found, spec) if found else ())


def _specifier(text: str, option: str) -> SpecifierSet:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  # rarely needed

    told = text.strip()
    try:
        return SpecifierSet(_exactly(told) if told[:1].isdigit() else told)
    except InvalidSpecifier:
        name, form = FORMS[option]
        raise BadSpecifierError(f"{text!r} is no version of {name}; write it like {form}", option) from None


def _exactly(version: str) -> str:
    """Turn "2.4.1" into "==2.4.1", and "2.4" into "==2.4.*"."""
    public = version.partition("+")[0]
    return f"=={public}" if public.count(".") > 1 else f"=={public}.*"


# --- rules -----------------------------------------------------------------------------------------------------------


def _rules(wishes: Wishes) -> tuple[Rule, ...]:
    named = {one.name for one in wishes.needs}
    kinds = [kind for kind in ("torchvision", "torchaudio") if getattr(wishes, kind) or kind in named]
    return (
        *(_companion_rule(kind, getattr(wishes, kind)) for kind in kinds),
        *(_need_rule(one) for one in wishes.needs),
    )


def _need_rule(wanted: Need) -> Rule:
    def need(machine: Machine, release: Release, variant: Variant) -> str | None:
        return _fulfils(wanted, machine, release, variant)

    return need


def _companion_rule(kind: str, specs: tuple[SpecifierSet, ...]) -> Rule:
    def need(machine: Machine, release: Release, _variant: Variant) -> str | None:
        return lacks_companion(kind, specs, machine, release)

    return need


def _fulfils(need: Need, machine: Machine, release: Release, variant: Variant) -> str | None:
    if need.name in TOOLKIT:
        return _of_build(need, "CUDA", variant.cuda)
    if need.name in OF_THE_BUILD:
        kind = OF_THE_BUILD[need.name]
        return _of_build(need, {"cudnn": "cuDNN", "nccl": "NCCL"}[kind], getattr(variant, kind))
    if need.name in ("torch", "torchvision", "torchaudio") or need.known is None:
        return None
    found = fitting(need.known, need.rows, need.spec, machine, release, variant)
    return found if isinstance(found, str) else None


def _of_build(need: Need, what: str, version: str | None) -> str | None:
    if version is None:
        return f"{need.text} is wanted, and this build comes without {what}"
    # "11.8" of a build fulfils ">11.7" and "==11.8.*".
    return None if need.spec.contains(version) else f"{need.text} is wanted, and this build has {what} {version}"


def extras(wishes: Wishes, machine: Machine, release: Release, variant: Variant) -> tuple[Extra, ...]:
    """Return the packages that were wanted, in versions that go with a build."""
    found = []
    for need in wishes.needs:
        if need.name in (*TOOLKIT, *OF_THE_BUILD, "torch", "torchvision", "torchaudio", "numpy", "triton"):
            continue
        if need.known is None:
            found.append(Extra(name=need.name, requirement=need.text))
            continue
        one = fitting(need.known, need.rows, need.spec, machine, release, variant)
        if isinstance(one, Extra):
            found.append(one)
    return tuple(found)


NO_WISHES = Wishes()
