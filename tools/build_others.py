"""Builds the tables of CUDA toolkits, driver branches and GPUs."""

from __future__ import annotations

import re
from pathlib import Path

from tools.build_shared import Row, Sources, capability_of, date, first_word, key, read


def build_toolkits(folder: Path) -> Row:
    """Build the table of CUDA toolkits, oldest first."""
    sources = Sources()
    rows = [_toolkit(fact, sources) for fact in read(folder, "cuda_toolkits.json")]
    return {"date": date(), "sources": sources.texts, "toolkits": rows}


def _toolkit(fact: Row, sources: Sources) -> Row:
    compilers, capabilities = fact.get("host_compilers") or {}, fact.get("compute_capabilities") or {}
    native, minor = fact.get("native_min_driver") or {}, fact.get("minor_version_compat_min_driver") or {}
    row = {
        "cuda": fact["cuda"],
        "released": fact.get("note", "").find("never released") < 0,
        "driver": {os: first_word(native.get(os)) for os in ("linux", "windows")},
        "minor_driver": {os: first_word(minor.get(os)) for os in ("linux", "windows")},
        "releases": [
            [one["release"], *(first_word(one[f"driver_{os}"]) for os in ("linux", "windows"))]
            for one in fact["releases"]
        ],
        "gcc_max": compilers.get("max_gcc"),
        "clang_max": compilers.get("max_clang"),
        "msvc_years": compilers.get("msvc_years"),
        "capability_min": capability_of(capabilities.get("min")),
        "capability_max": capability_of(capabilities.get("max")),
        "capabilities": [capability_of(number) for number in capabilities.get("all", [])],
        "cudnn": fact.get("cudnn"),
        "note": fact.get("note") or compilers.get("note") or fact.get("driver_note"),
        "source": sources(
            fact["driver_source"],
            fact.get("minor_version_compat_source"),
            compilers.get("evidence"),
            capabilities.get("evidence"),
            fact.get("cudnn_source"),
        ),
    }
    return {key: value for key, value in row.items() if value not in (None, [], {"linux": None, "windows": None})}


def build_drivers(folder: Path) -> Row:
    """Build the table of driver branches, oldest first, and the last branch of each architecture."""
    sources, facts = Sources(), read(folder, "drivers.json")
    branches = []
    for fact in facts["branches"]:
        row = {
            "branch": fact["branch"],
            "cuda": {"linux": fact["max_cuda_linux"], "windows": fact["max_cuda_windows"]},
            "life": {
                os: {"first": life["first"], "end": life["eol"], "latest": life["latest_2026_08"]}
                for os, life in (fact["lifecycle"] or {}).items()
            },
            "note": fact["note"],
            "source": sources(fact["source"]),
        }
        branches.append({key: value for key, value in row.items() if value not in ("", {})})
    last = [
        {
            "architecture": one["architecture"],
            "branch": first_word(one["last_branch"]),
            "source": sources(one["source"]),
        }
        for one in facts["last_branch_per_architecture"]
    ]
    return {"date": date(), "sources": sources.texts, "branches": branches, "last": last}


def build_gpus(folder: Path) -> Row:
    """Build the table of GPU names, and what holds for all GPUs of one compute capability."""
    sources, facts = Sources(), read(folder, "gpu_arch.json")
    gpus, capabilities = list[Row](), dict[str, Row]()
    for fact in facts:
        gpus.append(_gpu(fact, sources))
        if not fact["ambiguous"]:
            row = _capability_row(fact)
            known = capabilities.setdefault(row["capability"], row)
            if known != row:
                raise SystemExit(f"{fact['name']}: {row} contradicts {known}")
    ordered = sorted(capabilities.values(), key=lambda row: key(row["capability"]))
    return {"date": date(), "sources": sources.texts, "capabilities": ordered, "gpus": gpus}


def _gpu(fact: Row, sources: Sources) -> Row:
    values = fact["compute_capability"]
    row = {
        "name": fact["name"],
        # More than one: the same name is on different chips.
        "capabilities": values if isinstance(values, list) else [values],
        "pci": [one.lower() for one in fact["pci_device_ids"]],
        "jetson": fact.get("jetson"),
        "source": sources(fact["source"]),
    }
    return {key: value for key, value in row.items() if value not in (None, [])}


def _capability_row(fact: Row) -> Row:
    branch = re.fullmatch(r"R\d+", fact["last_driver_branch"])
    row = {
        "capability": fact["compute_capability"],
        "architecture": fact["architecture"],
        "first_cuda": fact["first_cuda"],
        "last_cuda": fact["last_cuda"],
        "last_branch": branch.group() if branch else None,
        "tegra": True if fact.get("jetson") else None,
    }
    return {key: value for key, value in row.items() if value is not None}
