"""What pasted text says of a build of PyTorch for the CPU, and of the wish for another. Pure."""

from __future__ import annotations

from envdoctor.facts import NOT_ASKED, Gpu, Message, Toolkit, Unknown
from envdoctor.rules.judging import toolkits_at
from envdoctor.rules.told import Told, told

BUILD = ("conda-cpu-build", "cpu-build-listed", "cpu-build-got", "cpu-index", "cpu-build-named")
WISH = ("not-compiled-with-cuda", "cuda-not-seen", "cuda-missed", "gpu-not-seen", "cpu-build-got")
FOR_CUDA = ("cudatoolkit", "pytorch-cuda", "cuda-toolkit")
"""Packages of conda that nobody installs beside a build for the CPU on purpose."""


def cpu_build_told(messages: tuple[Message, ...] | Unknown) -> Told | None:
    """Return the message that shows a CPU build, or None."""
    return told(messages, *BUILD)


def cuda_wanted(
    messages: tuple[Message, ...] | Unknown,
    packages: dict[str, str] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    toolkits: tuple[Toolkit, ...] | Unknown = NOT_ASKED,
) -> bool:
    """Say whether somebody expects CUDA: the text complains, a GPU is there, a toolkit or packages for CUDA are."""
    if told(messages, *WISH) is not None or (not isinstance(gpus, Unknown) and len(gpus) > 0):
        return True
    if toolkits_at(toolkits):
        return True
    return not isinstance(packages, Unknown) and any(name in packages for name in FOR_CUDA)
