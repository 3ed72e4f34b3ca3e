"""An environment.yml for conda and its kin.

PyTorch's own channel ended with 2.5; conda-forge builds the newer ones itself. Its packages are named as conda-forge
names them (`pytorch-gpu`, `pytorch-cpu`, `cuda-version`). Channels stand by name, so that a `channel_alias` or
`custom_channels` in a .condarc, which is how mirrors are set up, applies.
"""

from __future__ import annotations

from collections.abc import Iterator

from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, heading
from envdoctor.pins.rules import number

LAST_ON_OLD_CHANNEL = (2, 5)
OLD_CHANNEL_PLATFORMS = ("linux_x86_64", "windows_x86_64", "macos_arm64", "macos_x86_64")


def render(answer: Answer, pins: Pins) -> str:
    """Return the file."""
    platform = answer.machine.platform if answer.machine else ""
    old = number(pins.torch)[:2] <= LAST_ON_OLD_CHANNEL and platform in OLD_CHANNEL_PLATFORMS
    packages = _old_channel(pins, platform) if old else _conda_forge(pins)
    channels = (*(("pytorch", "nvidia") if old and pins.cuda else ("pytorch",) if old else ()), "conda-forge")
    lines = [f"# {line}" for line in (*heading(answer), *_remarks(pins, old=old))]
    free = answer.machine is not None and answer.machine.free_threaded
    python = [f"python-freethreading={pins.python}" if free else f"python={pins.python}"]
    lines += ["name: pytorch", "channels:", *(f"  - {one}" for one in channels), "  - nodefaults", "dependencies:"]
    lines += [f"  - {one}" for one in (*python, *packages, *([f"numpy{pins.numpy}"] if pins.numpy else []))]
    plain = [one for one in pins.extras if not one.bound]
    if plain:
        lines += ["  - pip", "  - pip:", *(f"      - {one.requirement}" for one in plain)]
    return "\n".join([*lines, ""])


def _remarks(pins: Pins, *, old: bool) -> Iterator[str]:
    if old:
        yield "From the channel pytorch, which ended with 2.5: the same builds as PyTorch's wheels."
    else:
        yield "conda-forge builds PyTorch itself: whether it has this release, and code for this GPU, its solver and"
        yield "`torch.cuda.get_arch_list()` tell. The wheels (--format requirements) are what was checked."
    if pins.variant.startswith("rocm"):
        yield "conda has no ROCm builds: this is the CPU build; use --format requirements for the AMD GPU."
    for one in pins.extras:
        if one.bound:
            yield f"{one.requirement} is made for PyPI's torch and does not go with conda's; use --format requirements."


def _old_channel(pins: Pins, platform: str) -> Iterator[str]:
    yield f"pytorch={pins.torch}"
    if pins.torchvision:
        yield f"torchvision={pins.torchvision}"
    if pins.torchaudio:
        yield f"torchaudio={pins.torchaudio}"
    if pins.cuda:
        yield f"pytorch-cuda={pins.cuda}"
    elif not platform.startswith("macos"):
        yield "cpuonly"
    if platform == "linux_x86_64" and number(pins.torch) < (2, 4):
        # Newer ones lack a symbol that these builds ask for: "undefined symbol: iJIT_NotifyEvent".
        yield "mkl<2024.1"


def _conda_forge(pins: Pins) -> Iterator[str]:
    yield f"pytorch-gpu={pins.torch}" if pins.cuda else f"pytorch-cpu={pins.torch}"
    if pins.cuda:
        # Of the major alone: which minor it builds with is conda-forge's choice, and the driver runs them all.
        major = int(pins.cuda.partition(".")[0])
        yield f"cuda-version>={major},<{major + 1}"
    if pins.torchvision:
        yield f"torchvision={pins.torchvision}"
