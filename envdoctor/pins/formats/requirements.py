"""A requirements file for pip and uv, with the index that carries the build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, heading, wanted

if TYPE_CHECKING:
    from envdoctor.probes.system import System


def render(answer: Answer, pins: Pins) -> str:
    """Return the file.

    The index is an extra one: other packages come from where they always do. The variant in torch's version keeps
    PyPI's build out, and a version with a variant counts as newer than the same one without.
    """
    lines = [f"# {line}" for line in heading(answer)]
    if pins.index:
        lines.append(f"--extra-index-url {pins.index}")
    if pins.configured:
        lines.append(f"# The index with {pins.variant} builds is one that pip or uv is set up for here.")
    lines += [
        f"# Afterwards, because its build needs torch: pip install --no-build-isolation {one.requirement}"
        for one in pins.extras
        if one.built
    ]
    plain = [one.requirement for one in pins.extras if not one.built]
    return "\n".join([*lines, *wanted(pins), *plain, ""])


def resolved(answer: Answer, pins: Pins, system: System) -> str:
    """Return the file with all packages and their hashes, as the real resolver finds them.

    Raises:
        NotResolvedError: it could not be resolved.
    """
    from envdoctor.pins import resolved as resolver  # noqa: PLC0415  # only here

    lines = [f"# {line}" for line in heading(answer)]
    if pins.index:
        lines.append(f"--extra-index-url {pins.index}")
    return "\n".join([*lines, resolver.hashed(answer, pins, system)])
