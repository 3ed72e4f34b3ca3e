"""A pylock.toml (PEP 751): every package with its files and their hashes, so it takes a real resolver and the index."""

from __future__ import annotations

from envdoctor.pins import resolved as resolver
from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, heading
from envdoctor.probes.system import System


def resolved(answer: Answer, pins: Pins, system: System) -> str:
    """Return the file.

    Raises:
        NotResolvedError: it could not be resolved.
    """
    head = [f"# {line}" for line in heading(answer)]
    return "\n".join([*head, resolver.pylock(answer, pins, system)])
