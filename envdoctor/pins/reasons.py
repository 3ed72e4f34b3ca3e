"""Says in plain words why these versions, and why not others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from envdoctor import compat
from envdoctor.data import (
    DATE,
    Capability,
    Release,
    Variant,
    branch_of,
    branches,
    capabilities,
    is_newer_than_data,
    releases,
)
from envdoctor.facts import Unknown
from envdoctor.pins.choice import Pins, Rejection
from envdoctor.pins.machine import Card, Machine
from envdoctor.pins.rules import covers, number, supported_by_cudnn
from envdoctor.pins.search import NAMES, ever_covered

DATA_CENTRE = re.compile(
    r"\bTesla\b|\b(?:A2|A10G?|A16|A30|A40|A100|A800|B200|B300|GB200|GB300|GH200|H20|H100|H200|H800|L4|L20|L40S?|P4|P40"
    r"|P100|T4|V100)\b"
)
"""GPUs for which NVIDIA makes forward compatibility; on others it ends in error 804."""


def for_pins(machine: Machine, release: Release, variant: Variant, pins: Pins) -> tuple[str, ...]:
    """Return the reasons for a recommendation."""
    return (
        *_data_age(machine),
        _newest(release, pins),
        *_build(machine, release, variant),
        *_driver(machine, variant, pins),
        *_forward(machine),
        *_code(machine, variant),
        *_end_of_support(machine, release),
        *_companions(machine, release, pins),
        *_extras(pins),
        *_assumptions(machine, release),
    )


def for_nothing(machine: Machine, rejected: Sequence[Rejection], wish: str | None) -> tuple[str, ...]:
    """Return the reasons why there is no recommendation: what rejected the releases that were meant."""
    meant = [one for one in rejected if one.rule != "wish"]
    if not meant:
        return (f"The data of {DATE} knows no PyTorch {wish}; its newest is {releases()[0].version}.",)
    gpus = ", ".join(dict.fromkeys(card.name for card in machine.cards))
    head = f"No PyTorch build runs on {gpus} here." if gpus else "No PyTorch build runs here."
    strangers = [card for card in machine.cards if not ever_covered(card)]
    never = tuple(f"No release since {releases()[-1].version} has code for {_named(card)}." for card in strangers)
    nearest = max(NAMES.index(one.rule) for one in meant)
    if strangers and not machine.jetson:
        return (head, *never)
    return (head, *never, summary([one for one in meant if one.rule == NAMES[nearest]])[0])


def summary(rejected: Sequence[Rejection]) -> tuple[str, ...]:
    """Return one line for each run of releases that were rejected for the same reason."""
    runs: list[list[Rejection]] = []
    for one in rejected:
        if runs and (runs[-1][0].rule, runs[-1][0].reason) == (one.rule, one.reason):
            runs[-1].append(one)
        else:
            runs.append([one])
    return tuple(f"{_range(run)}: {run[0].reason}." for run in runs)


def _range(run: Sequence[Rejection]) -> str:
    return run[0].torch if len(run) == 1 else f"{run[-1].torch} to {run[0].torch}"


def _data_age(machine: Machine) -> Iterator[str]:
    """Say where the machine knows more than the data."""
    if machine.torch and is_newer_than_data(machine.torch):
        yield (
            f"PyTorch {machine.torch}, which is installed, is newer than the data of {DATE} (its newest is "
            f"{releases()[0].version}): what it needs is not known here, and it may do as well; update envdoctor."
        )
    last = branches()[-1]
    if not isinstance(machine.driver, str) or not isinstance(branch_of(machine.driver), Unknown):
        return
    if number(machine.driver) > (last.number,):
        yield f"Driver {machine.driver} is newer than the data of {DATE}: taken to run all that {last.branch} runs."


def _newest(release: Release, pins: Pins) -> str:
    meant = [one for one in pins.rejected if one.rule != "wish"]
    if release is releases()[0]:
        return f"PyTorch {release.version} is the newest release in the data of {DATE}."
    if meant and number(meant[0].torch) > number(release.version):
        return f"PyTorch {release.version} is the newest that runs here; not {meant[0].torch}: {meant[0].reason}."
    return f"PyTorch {release.version} is the newest of the releases that were asked for."


def _build(machine: Machine, release: Release, variant: Variant) -> Iterator[str]:
    default = release.platforms[machine.platform].default
    if variant.name.startswith("rocm"):
        targets = ", ".join(machine.rocm)
        yield f"For {targets} there is a ROCm build, from {variant.url}; it needs AMD's kernel driver alone."
        return
    if variant.index == "pypi":
        kind = f"a CUDA {variant.cuda} build" if variant.cuda else "the CPU build"
        yield f"On this platform PyPI carries {kind}, so no other index is needed."
    elif variant.cuda is None:
        yield "There is no NVIDIA GPU, and the CPU build comes without the CUDA libraries that PyPI's build brings."
    elif default == "cpu":
        yield f"On this platform PyPI carries the CPU build; CUDA builds come from {variant.url}."
    else:
        yield f"PyPI carries {default}; {variant.name} comes from {variant.url}."
    if machine.platform == "macos_arm64":
        yield "On Apple silicon the same build uses the GPU through MPS."
    if machine.amd and not machine.gpus:
        yield _without_rocm(machine)


def _without_rocm(machine: Machine) -> str:
    if machine.os != "linux":
        return "For AMD GPUs PyTorch's own index has ROCm builds for Linux alone; AMD has others for Windows and WSL."
    if not machine.rocm:
        return "For an AMD GPU PyTorch has ROCm builds for Linux; whether one fits this GPU is not in the data."
    return f"For {', '.join(machine.rocm)} there are ROCm builds of other releases, or for x86_64 alone."


def _driver(machine: Machine, variant: Variant, pins: Pins) -> Iterator[str]:
    if variant.cuda is None:
        return
    major, floor = variant.cuda.partition(".")[0], compat.driver_floor(variant.cuda, machine.driver_os)
    whose = " of Windows" if machine.os == "wsl2" else ""
    if machine.driver is None:
        yield f"No NVIDIA driver{whose} is known here; this build needs {pins.driver} or newer{_until(machine)}."
    else:
        yield f"Driver {machine.driver}{whose} runs every CUDA {major} build, as {floor} and all newer ones do."


def _forward(machine: Machine) -> Iterator[str]:
    """Tell of forward compatibility where it can be real: a data-centre GPU on a driver of an older CUDA generation.

    Source: https://docs.nvidia.com/deploy/cuda-compatibility/ (forward compatibility).
    """
    every = [variant.cuda for wheels in releases()[0].platforms.values() for variant in wheels.variants if variant.cuda]
    newest = max(every, key=number, default=None)
    if machine.os != "linux" or not isinstance(machine.driver, str) or newest is None or not machine.cards:
        return
    if compat.driver_runs(machine.driver, newest, "linux") or not all(
        DATA_CENTRE.search(c.name) for c in machine.cards
    ):
        return
    yield (
        f"On data-centre GPUs NVIDIA's package cuda-compat may let driver {machine.driver} run a newer CUDA "
        "generation; that is not counted on here."
    )


def _until(machine: Machine) -> str:
    """Say which branch is the last for the GPUs, if there is one."""
    kinds = [capabilities()[card.capability] for card in machine.cards if card.capability in capabilities()]
    last = min((one.last_branch for one in kinds if one.last_branch), default=None)
    return f", up to branch {last}" if last else ""


def _code(machine: Machine, variant: Variant) -> Iterator[str]:
    if variant.cuda is None:
        return
    for card in dict.fromkeys(machine.cards):
        if card.capability not in variant.arch:
            yield f"{_named(card)} runs this build's machine code for {_nearest(card, variant)}."


def _nearest(card: Card, variant: Variant) -> str:
    same = [arch for arch in variant.arch if number(arch)[0] == number(card.capability)[0]]
    return max((arch for arch in same if number(arch) <= number(card.capability)), key=number)


def _named(card: Card) -> str:
    return f"{card.name} (compute capability {card.capability})"


def _end_of_support(machine: Machine, release: Release) -> Iterator[str]:
    """Say for which GPUs support has ended: no newer release can have code for them."""
    newer = releases()[: releases().index(release)]
    for card in {card.capability: card for card in machine.cards}.values():
        if newer and not any(_may_cover(card, machine, one) for one in newer):
            kind = capabilities().get(card.capability)
            word = f"{kind.architecture} GPUs such as {card.name}" if kind else card.name
            yield f"PyTorch {release.version} is the last release with code for {word}; newer ones dropped them."


def _may_cover(card: Card, machine: Machine, release: Release) -> bool:
    """Say whether any build of a release may have code for a card, whether or not that was verified."""
    kind, wheels = capabilities().get(card.capability), release.platforms.get(machine.platform)
    if kind is None or wheels is None:
        return True
    builds = [variant for variant in wheels.variants if variant.cuda]
    return any(_may_carry(card, kind, release, variant) for variant in builds)


def _may_carry(card: Card, kind: Capability, release: Release, variant: Variant) -> bool:
    if variant.verified:
        return covers(card, release, variant)
    # What its CUDA cannot make code for, it cannot carry.
    possible = kind.last_cuda is None or number(variant.cuda or "0") <= number(kind.last_cuda)
    return possible and supported_by_cudnn(card, release, variant)


def _companions(machine: Machine, release: Release, pins: Pins) -> Iterator[str]:
    if pins.numpy:
        mine = f"; NumPy {machine.numpy} does not fit" if machine.numpy and number(machine.numpy)[0] > 1 else ""
        yield f"This build knows the C interface of NumPy 1 only{mine}: numpy{pins.numpy}."
    if pins.torchvision is None:
        yield f"torchvision {release.torchvision.version} is not published for Python {machine.python_minor}."
    if pins.torchaudio is None:
        yield f"torchaudio {release.torchaudio.version} is not published for Python {machine.python_minor}."
    elif number(pins.torchaudio)[:2] < number(release.version)[:2] and number(pins.torchaudio)[0] > 1:
        yield f"torchaudio ended with {pins.torchaudio}, which asks for no particular torch."


def _extras(pins: Pins) -> Iterator[str]:
    for one in pins.extras:
        if one.version is None:
            yield f"What {one.name} requires is not known offline; --online asks the index that pip is set up for."
        else:
            yield one.because
    yield from pins.build


def _assumptions(machine: Machine, release: Release) -> Iterator[str]:
    floor = release.platforms[machine.platform].floor
    if machine.os in ("linux", "wsl2") and machine.glibc is None and floor:
        yield f"glibc was not told; this build needs {floor} or newer."
    if machine.os == "macos" and machine.os_version is None and floor:
        yield f"The version of macOS was not told; this build needs {floor} or newer."
