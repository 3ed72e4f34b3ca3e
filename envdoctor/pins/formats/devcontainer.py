"""A devcontainer.json with the recommended versions (containers.dev, "Dev Container metadata reference")."""

from __future__ import annotations

import json
from typing import Any

from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer
from envdoctor.pins.formats.dockerfile import base_image, builds
from envdoctor.pins.install import Target, commands

PYTHON_FEATURE = "ghcr.io/devcontainers/features/python:1"


def render(answer: Answer, pins: Pins) -> str:
    """Return the file; strict JSON, though comments would be allowed."""
    value: dict[str, Any] = {"name": f"PyTorch {pins.torch} ({pins.variant}), Python {pins.python}"}
    if builds(pins) and pins.cuda:
        # Building needs nvcc, which NVIDIA's image has; a Python is added.
        value["image"] = base_image(pins) or f"nvidia/cuda:{pins.cuda}.0-devel-ubuntu22.04"
        value["features"] = {PYTHON_FEATURE: {"version": pins.python}}
    else:
        # The full image, not the slim one: editors need git and more.
        value["image"] = f"python:{pins.python}"
    steps = list(commands(pins, Target(python="python")))
    if answer.machine is not None and answer.machine.free_threaded:
        # There is no image with it; uv brings it.
        python = ".venv/bin/python"
        steps = ["python -m pip install uv", f"uv venv --python {pins.python}t .venv"]
        steps += commands(pins, Target(python=python, pip=False, uv=True))
    if pins.cuda:
        value["hostRequirements"] = {"gpu": True}
        value["runArgs"] = ["--gpus=all"]
        value["containerEnv"] = {"NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
    elif pins.variant.startswith("rocm"):
        value["runArgs"] = ["--device=/dev/kfd", "--device=/dev/dri", "--group-add=video"]
    value["onCreateCommand"] = " && ".join(steps)
    value["customizations"] = {"vscode": {"extensions": ["ms-python.python"]}}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
