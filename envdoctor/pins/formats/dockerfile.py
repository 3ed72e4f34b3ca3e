"""A Dockerfile with the recommended versions, on an image that has what they need and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, heading
from envdoctor.pins.install import Target, commands
from envdoctor.pins.machine import Machine
from envdoctor.pins.rules import number

CUDA_IMAGES = {
    "11.6": "11.6.2-devel-ubuntu20.04",
    "11.7": "11.7.1-devel-ubuntu22.04",
    "11.8": "11.8.0-devel-ubuntu22.04",
    "12.1": "12.1.1-devel-ubuntu22.04",
    "12.4": "12.4.1-devel-ubuntu22.04",
    "12.6": "12.6.3-devel-ubuntu22.04",
    "12.8": "12.8.1-devel-ubuntu22.04",
    "12.9": "12.9.1-devel-ubuntu22.04",
    "13.0": "13.0.2-devel-ubuntu24.04",
    "13.2": "13.2.1-devel-ubuntu24.04",
}
"""CUDA → tag of nvidia/cuda with nvcc, whose GCC that nvcc accepts. Source: Dockerfiles of public repositories that
build on these tags."""
IMAGE_GLIBC = "2.35"
"""Of Ubuntu 22.04; the Debian images of Python have a newer one."""
IN_IMAGE = Target(python="/opt/venv/bin/python", pip=False, uv=True)


def in_container(machine: Machine) -> Machine:
    """Return what a machine is to a container that runs on it: always Linux, with the host's driver.

    On Windows Docker runs containers in WSL 2; on a Mac in a virtual machine without the GPU.
    """
    inside = {"musl": False, "glibc": IMAGE_GLIBC, "os_version": None}
    if machine.os == "windows":
        return msgspec.structs.replace(machine, os="wsl2", **inside)
    if machine.os == "macos":
        return msgspec.structs.replace(machine, os="linux", gpus=(), driver=None, **inside)
    return msgspec.structs.replace(machine, **inside)


def builds(pins: Pins) -> bool:
    """Say whether something is built from source, which takes nvcc and a compiler."""
    return any(one.built for one in pins.extras)


def base_image(pins: Pins) -> str | None:
    """Return the image to start from; None: none with the right nvcc is known."""
    if not builds(pins):
        return f"python:{pins.python}-slim"
    if pins.cuda is None:
        return f"python:{pins.python}"
    known = CUDA_IMAGES.get(pins.cuda)
    return f"nvidia/cuda:{known}" if known else None


def render(answer: Answer, pins: Pins) -> str:
    """Return the file."""
    lines = [f"# {line}" for line in (*heading(answer), *_why(answer, pins))]
    image = base_image(pins)
    if image is None:
        lines.append(f"# No nvidia/cuda image with nvcc {pins.cuda} is known here: look for its newest update.")
        image = f"nvidia/cuda:{pins.cuda}.0-devel-ubuntu22.04"
    lines += [f"FROM {image}", ""]
    if pins.cuda:
        lines += ["ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility"]
    lines += _install(answer, pins)
    return "\n".join([*lines, "", 'CMD ["python"]', ""])


def _why(answer: Answer, pins: Pins) -> Iterator[str]:
    if builds(pins) and pins.cuda:
        names = ", ".join(one.name for one in pins.extras if one.built)
        yield f"{names}: built from source, which needs nvcc: hence NVIDIA's devel image of CUDA {pins.cuda}."
    elif pins.cuda:
        yield "The wheels bring their own CUDA libraries, and the driver comes from the host, so that a plain Python"
        yield "image will do."
        yield "torch.compile also needs a C compiler: apt-get install gcc."
    else:
        yield "A plain Python image will do."
    if pins.cuda:
        yield f"The host needs NVIDIA driver {pins.driver} or newer and the NVIDIA Container Toolkit. Start it with:"
        yield "docker run --rm -it --gpus all IMAGE"
    elif pins.variant.startswith("rocm"):
        yield "docker run --rm -it --device /dev/kfd --device /dev/dri --group-add video IMAGE"
    if answer.machine is not None and answer.machine.arch == "aarch64":
        yield "For 64-bit ARM: build it there, or with docker buildx build --platform linux/arm64."


def _install(answer: Answer, pins: Pins) -> Iterator[str]:
    machine = answer.machine
    free = "t" if machine is not None and machine.free_threaded else ""
    if not builds(pins) and not free:
        yield "ENV PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore"
        yield from (f"RUN {line}" for line in commands(pins, Target(python="python")))
        return
    # Ubuntu has one Python of its own; uv brings any, and the free-threaded ones, which have no image.
    yield "COPY --from=ghcr.io/astral-sh/uv:latest /uv /usr/local/bin/uv"
    if builds(pins):
        yield "RUN apt-get update && apt-get install -y --no-install-recommends g++ git ca-certificates \\"
        yield "    && rm -rf /var/lib/apt/lists/*"
    yield f"RUN uv venv --python {pins.python}{free} /opt/venv"
    yield "ENV PATH=/opt/venv/bin:$PATH UV_NO_CACHE=1"
    if machine is not None and machine.cards and builds(pins):
        capabilities = sorted({card.capability for card in machine.cards}, key=number)
        # Only for these GPUs: the build takes minutes instead of an hour.
        yield f"ENV TORCH_CUDA_ARCH_LIST={json.dumps(';'.join(capabilities))}"
    yield from (f"RUN {line}" for line in commands(pins, IN_IMAGE))
