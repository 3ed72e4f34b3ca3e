"""What a pyproject.toml needs, so that uv takes torch from the right index.

Keys: uv's documentation, "Using uv with PyTorch" and "Package indexes". An explicit index serves only the packages
that name it in `tool.uv.sources`.
"""

from __future__ import annotations

import json

from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, heading, wanted

MARKERS = {
    "linux_x86_64": "sys_platform == 'linux' and platform_machine == 'x86_64'",
    "linux_aarch64": "sys_platform == 'linux' and platform_machine == 'aarch64'",
    "windows_x86_64": "sys_platform == 'win32' and platform_machine == 'AMD64'",
    "macos_arm64": "sys_platform == 'darwin' and platform_machine == 'arm64'",
    "macos_x86_64": "sys_platform == 'darwin' and platform_machine == 'x86_64'",
}


def render(answer: Answer, pins: Pins) -> str:
    """Return a pyproject.toml; its parts can be merged into another one."""
    lines = [f"# {line}" for line in heading(answer)]
    lines += ["[project]", 'name = "my-project"', 'version = "0.1.0"', f'requires-python = "=={pins.python}.*"']
    plain = [*_plain(pins), *(one.requirement for one in pins.extras)]
    lines += ["dependencies = [", *(f'  "{one}",' for one in plain), "]"]
    marker = MARKERS.get(answer.machine.platform) if answer.machine else None
    built = [one.name for one in pins.extras if one.built]
    if marker or built:
        lines += ["", "[tool.uv]"]
    if marker:
        # uv otherwise resolves for all systems, and the index has no wheels for the others.
        lines += [f"environments = [{json.dumps(marker)}]"]
    if built:
        # Their builds import torch: uv installs the rest first.
        lines += [f"no-build-isolation-package = {json.dumps(built)}"]
    if pins.index:
        name = f"pytorch-{pins.variant}"
        packages = ["torch", *(["torchvision"] if pins.torchvision else [])]
        lines += ["", "[tool.uv.sources]", *(f'{package} = {{ index = "{name}" }}' for package in packages)]
        lines += ["", "[[tool.uv.index]]", f'name = "{name}"', f'url = "{pins.index}"', "explicit = true"]
    return "\n".join([*lines, ""])


def _plain(pins: Pins) -> tuple[str, ...]:
    """Leave the variant to the index, if there is one."""
    return tuple(one.partition("+")[0] if pins.index else one for one in wanted(pins))
