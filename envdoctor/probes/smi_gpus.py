"""The GPUs as nvidia-smi lists them: the last resort, where NVML itself cannot be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envdoctor.facts import Gpu, Unknown
from envdoctor.probes.command import Output
from envdoctor.probes.native.plausible import at_most
from envdoctor.probes.system import System

FIELDS = ("index", "name", "uuid", "pci.bus_id", "memory.total", "memory.used", "temperature.gpu")
CAPABILITY = "compute_cap"
"""Drivers before 510 refuse the whole question for it."""
FORMAT = "--format=csv,noheader,nounits"
MIB = 1 << 20
MOST_GPUS = 256
NOTHING = ("[N/A]", "N/A", "[Not Supported]", "Not Supported", "")
SILENT = Unknown("NVML could not be asked, and nvidia-smi does not tell")


def ask(system: System, path: str, seconds: float) -> tuple[Gpu, ...] | None:
    """Ask for the GPUs in the form made for programs. None: it gave no list."""
    for fields in ((*FIELDS, CAPABILITY), FIELDS):
        question = f"--query-gpu={','.join(fields)}"
        answer = system.run([str(system.path(path)), question, FORMAT], seconds=seconds / 2)
        if not isinstance(answer, Output):
            return None
        if answer.exit_code == 0:
            return understand(answer.stdout, fields)
    return None


def understand(text: str, fields: tuple[str, ...]) -> tuple[Gpu, ...] | None:
    """Read the table: one line a GPU. None if it is none, or its numbers do not run from 0."""
    rows = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if not 0 < len(rows) <= MOST_GPUS or any(len(row) != len(fields) for row in rows):
        return None
    if [row[0] for row in rows] != [str(index) for index in range(len(rows))]:
        return None
    return tuple(_gpu(index, dict(zip(fields, row, strict=True))) for index, row in enumerate(rows))


def _gpu(index: int, said: dict[str, str]) -> Gpu:
    return Gpu(
        index,
        name=_text(said["name"]),
        uuid=_text(said["uuid"]),
        pci_address=_address(said["pci.bus_id"]),
        compute_capability=_matching(r"\d{1,2}\.\d", said.get(CAPABILITY, "")),
        memory_total_bytes=_number(said["memory.total"], 1 << 30, MIB),
        memory_used_bytes=_number(said["memory.used"], 1 << 30, MIB),
        temperature_celsius=_number(said["temperature.gpu"], 300),
        problem=_problem(said.values()),
    )


def _text(said: str) -> str | None | Unknown:
    if said in NOTHING:
        return None
    kept = "".join(char for char in said[:100] if char.isprintable())
    return SILENT if said.startswith("[") else kept


def _matching(pattern: str, said: str) -> str | None | Unknown:
    return said if re.fullmatch(pattern, said, re.ASCII) else SILENT


def _address(said: str) -> str | None | Unknown:
    """Write it as /sys/bus/pci does: "0000:01:00.0"."""
    found = re.fullmatch(r"(?:0000)?([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])", said.lower(), re.ASCII)
    return found[1] if found else SILENT


def _number(said: str, most: int, unit: int = 1) -> int | None | Unknown:
    if said in NOTHING:
        return None
    try:
        return at_most(most, int(said)) * unit
    except ValueError:
        return SILENT


def _problem(said: Iterable[str]) -> str | None:
    """Return what it says in place of readings of a GPU that is gone: "[GPU is lost]", "[GPU requires reset]"."""
    words = re.search(r"\[(GPU is lost|GPU requires reset|Reset required)\]", " ".join(said))
    return words[1] if words else None
