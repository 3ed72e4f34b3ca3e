"""A requirements file for pip and uv, with the index that carries the build."""

from __future__ import annotations

from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, heading, wanted


def render(answer: Answer, pins: Pins) -> str:
    """Return the file.

    The index is an extra one: other packages come from where they always do. The variant in torch's version keeps
    PyPI's build out, and a version with a variant counts as newer than the same one without.
    """
    lines = [f"# {line}" for line in heading(answer)]
    if pins.index:
        lines.append(f"--extra-index-url {pins.index}")
    return "\n".join([*lines, *wanted(pins), ""])
