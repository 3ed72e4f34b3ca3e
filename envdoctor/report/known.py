"""What the facts of a machine say of themselves: which texts are versions, which are paths, which GPUs there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from envdoctor.facts import Fact, Snapshot
from envdoctor.report.shapes import GPU_UUID

LONGEST_NAME = 500
"""Characters of a name that is looked at as a name."""
LONGEST_PATH = 1_000
PATH_FIELDS = frozenset(
    """
    path executable prefix base_prefix file headers libcuda nvcc extension metadata_folder entry library_files libraries
    shadowing linux_driver_in_wsl
    """.split()  # noqa: SIM905  # one readable table
)
"""Fields of facts that hold a path and nothing else."""


def numbered_uuids(facts: Snapshot) -> dict[str, int]:
    """Return the UUIDs of the GPUs with their numbers, in the driver's order."""
    gpus = facts.gpus if isinstance(facts.gpus, tuple) else ()
    found = [GPU_UUID.search(gpu.uuid[:LONGEST_NAME]) for gpu in gpus if isinstance(gpu.uuid, str)]
    return {match[2].lower(): number for number, match in enumerate((m for m in found if m), 1)}


def versions(facts: Snapshot) -> Iterable[str]:
    """Yield what is known to be a version, so that 10.3.9.90 is not taken for an address."""
    if isinstance(facts.packages, dict):
        yield from (version for version in facts.packages.values() if re.fullmatch(r"[\d.]{1,20}", version))
    for name, text in _texts(facts):
        if "version" in name and re.fullmatch(r"[\d.]{1,20}", text):
            yield text


def paths(facts: Snapshot) -> Iterable[str]:
    """Yield the facts that are paths as a whole, whatever blanks and marks stand in them."""
    found = {
        text
        for name, text in _texts(facts)
        if name in PATH_FIELDS and len(text) < LONGEST_PATH and re.match(r"(?:[A-Za-z]:)?[\\/][^\r\n]*\Z", text)
    }
    return sorted(found)


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in facts with the names of their fields."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _texts(item, name)
    elif isinstance(value, dict) and name == "libraries":
        for item in value.values():
            yield from _texts(item, name)
    elif isinstance(value, Fact):
        for field in value.__struct_fields__:
            yield from _texts(getattr(value, field), field)
