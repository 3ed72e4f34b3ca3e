"""What nvidia-smi prints: its table in all generations of the banner, `-L`, and `-q`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from envdoctor.intake.claims import Claims
from envdoctor.intake.clean import Line

BY = "nvidia-smi"
VERSION = r"(\d+(?:\.\d+){1,2})"
BANNER = re.compile(
    rf"NVIDIA-SMI:? *(?:version *:? *)?{VERSION}?.{{0,40}}?(?:Driver|KMD) Version: *(?:{VERSION}|N/A)"
    rf"(?:.{{0,20}}?CUDA (?:UMD )?Version: *(?:{VERSION}|N/A|ERR!))?",
    re.IGNORECASE,
)
ROW = re.compile(
    r"^\|\s+(\d{1,2})\s+(\S.{2,40}?)(?:\.\.\.)?\s+(?:On|Off|N/A|WDDM|TCC|MCDM)\s*\|\s*([0-9A-Fa-f]{4,8}:[0-9A-Fa-f:.]+)"
    r"(?:\s+(On|Off|N/A))?"
)
USAGE = re.compile(r"\|\s*(\d+) ?MiB\s*/\s*(\d+) ?MiB\s*\|.{0,20}?(Default|E\. Process|Prohibited|Exclusive_Process)?")
HEAT = re.compile(r"\b(\d{1,3}) ?C\s+P\d+")
MIG = re.compile(r"\|\s+(Enabled|Disabled)\s*\|$")
LISTED = re.compile(r"^\s*GPU (\d{1,2}): (\S.{0,60}?) \(UUID: ")
QUERIED = re.compile(r"^\s+(Product Name|Driver Version|CUDA Version|Compute Mode|Attached GPUs)\s*: (\S.*)$")
QUERY = re.compile(r"^\s*(Driver Version|CUDA Version|Attached GPUs)\s{3,}: (\S+)$")
MODES = {"e. process": "exclusive_process", "exclusive_process": "exclusive_process", "prohibited": "prohibited"}
MIB = 1024 * 1024


def read(lines: Sequence[Line], claims: Claims) -> None:
    """Note driver, CUDA ceiling and GPUs."""
    gpu: int | None = None
    for line in lines:
        _banner(line, claims)
        row = ROW.match(line.text)
        if row:
            gpu = int(row[1])
            claims.add(f"gpus.{gpu}.name", row[2].strip(), BY, line)
            claims.add(f"gpus.{gpu}.pci_address", row[3].lower(), BY, line)
            if row[4] in ("On", "Off"):
                claims.add(f"gpus.{gpu}.display", row[4] == "On", BY, line)
        elif gpu is not None and line.text.startswith("|"):
            _readings(line, gpu, claims)
        else:
            gpu = None if gpu is not None and not line.text.startswith("+") else gpu
        listed = LISTED.match(line.text)
        if listed:
            claims.add(f"gpus.{listed[1]}.name", listed[2], BY, line)
    _queried(lines, claims)


def _banner(line: Line, claims: Claims) -> None:
    if "Version" not in line.text:
        return
    banner = BANNER.search(line.text)
    if banner is None:
        return
    if banner[2]:
        claims.add("driver.version", banner[2], BY, line)
    if banner[3]:
        claims.add("driver.cuda", banner[3], BY, line)


def _readings(line: Line, gpu: int, claims: Claims) -> None:
    usage = USAGE.search(line.text)
    if usage:
        claims.add(f"gpus.{gpu}.memory_used_bytes", int(usage[1]) * MIB, BY, line)
        claims.add(f"gpus.{gpu}.memory_total_bytes", int(usage[2]) * MIB, BY, line)
    mode = re.search(r"\b(Default|E\. Process|Prohibited)\b", line.text)
    if mode:
        claims.add(f"gpus.{gpu}.compute_mode", MODES.get(mode[1].lower(), "default"), BY, line)
    heat = HEAT.search(line.text)
    if heat:
        claims.add(f"gpus.{gpu}.temperature_celsius", int(heat[1]), BY, line)
    mig = MIG.search(line.text)
    if mig:
        claims.add(f"gpus.{gpu}.mig", mig[1] == "Enabled", BY, line)


def _queried(lines: Sequence[Line], claims: Claims) -> None:
    """Read `nvidia-smi -q`: one long list of "key : value"."""
    gpu = -1
    for line in lines:
        found = QUERY.match(line.text) or QUERIED.match(line.text)
        if found is None:
            continue
        key, value = found[1], found[2].strip()
        if key == "Product Name":
            gpu += 1
            claims.add(f"gpus.{gpu}.name", value, BY, line)
        elif key == "Driver Version":
            claims.add("driver.version", value, BY, line)
        elif key == "CUDA Version" and value[:1].isdigit():
            claims.add("driver.cuda", value, BY, line)
        elif key == "Compute Mode" and gpu >= 0:
            claims.add(f"gpus.{gpu}.compute_mode", MODES.get(value.lower(), value.lower()), BY, line)
