"""Makes envdoctor/data/packages.json: what well-known packages require of torch, by their own metadata on PyPI.

    python -m tools.build_packages            # asks the index that pip is set up for, and writes the table
    python -m tools.build_packages --check    # writes nothing; says what would change, exit code 1 if anything
    python -m tools.build_packages --offline  # asks nothing: puts the decisions below over the rows that are there

What metadata do not tell (which GPUs a package computes on, that it is meant to be built from source) is decided in
PACKAGES, with its source.
"""

from __future__ import annotations

import argparse
import json
import re
import sys

import msgspec
from packaging.version import Version

from envdoctor.data.tables import Package, Published
from envdoctor.pins.index import File, Index, configured
from envdoctor.pins.published import published
from tools.build_data import dump
from tools.build_shared import TABLES, Row, Sources, date

TABLE = TABLES / "packages.json"
PYPI = "METADATA and file names on PyPI, read by tools/build_packages.py"
FLASH = "README of Dao-AILab/flash-attention: FlashAttention-2 is for Ampere, Ada and Hopper; Turing has 1.x"
VLLM = "vLLM's installation pages 0.3.3 to 0.14: Linux, compute capability 7.0 or higher; later ones: 7.5 or higher"
XFORMERS = "CHANGELOG of facebookresearch/xformers, 0.0.31: no longer supports V100 or older GPUs"
PYG = "README of each package: wheels lie on data.pyg.org; PyPI has the source, which is compiled against torch"
TEXT = "README of pytorch/text: 0.18.0 belongs to PyTorch 2.3; its C++ part does not load with others"
OWN = "setup.py of the package: builds CUDA code with torch.utils.cpp_extension"
TRITON = "torch/_inductor/scheduler.py: Triton only supports devices of CUDA capability 7.0 or higher"
RESOLVED = "no versions of what it requires were found for older Pythons (resolved from PyPI on 2026-11-21)"
CUDA_IN_WHEEL = re.compile(rb"libcudart\.so\.(\d+)")
ROWS = tuple[Published, ...]
PACKAGES: tuple[Row, ...] = (
    {"name": "accelerate", "since": "0.16"},
    {"name": "bitsandbytes", "since": "0.37", "python": {"": ">=3.8"}, "sources": (RESOLVED,)},
    {"name": "causal-conv1d", "since": "1.2", "built": True, "nvcc": True, "gpu": True, "sources": (OWN,)},
    {"name": "deepspeed", "since": "0.12", "built": True, "metadata": False},
    {"name": "diffusers", "since": "0.20", "extra": "torch"},
    {"name": "fastai", "since": "2.7"},
    {
        "name": "flash-attn",
        "since": "2.5.8",
        "built": True,
        "nvcc": True,
        "gpu": True,
        "capability_min": "8.0",
        "sources": (FLASH, OWN),
    },
    {"name": "kornia", "since": "0.6.9"},
    {"name": "lightning", "since": "1.9"},
    {
        "name": "mamba-ssm",
        "since": "1.2",
        "built": True,
        "nvcc": True,
        "gpu": True,
        "capability_min": "7.0",
        "sources": (OWN, TRITON),
    },
    {"name": "numpy", "since": "1.19", "metadata": False},
    {"name": "peft", "since": "0.2"},
    {"name": "pytorch-lightning", "since": "1.8"},
    {"name": "sentence-transformers", "since": "2.2"},
    {"name": "timm", "since": "0.6.12"},
    {"name": "torch-cluster", "since": "1.6.1", "built": True, "sources": (PYG,)},
    {"name": "torch-geometric", "since": "2.3"},
    {"name": "torch-scatter", "since": "2.1.1", "built": True, "sources": (PYG,)},
    {"name": "torch-sparse", "since": "0.6.17", "built": True, "sources": (PYG,)},
    {"name": "torchao", "since": "0.4"},
    {"name": "torchdata", "since": "0.5"},
    {"name": "torchmetrics", "since": "0.11"},
    {"name": "torchtext", "since": "0.14", "torch": {"0.18.0": "==2.3.*"}, "sources": (TEXT,)},
    {"name": "transformers", "since": "4.26", "extra": "torch"},
    {"name": "triton", "since": "2.0", "metadata": False, "capability_min": "7.0", "sources": (TRITON,)},
    {"name": "ultralytics", "since": "8.0.100", "most": 120},
    {
        "name": "vllm",
        "since": "0.4.0",
        "gpu": True,
        "cuda": r"^vllm/_C[^/]*\.so$",
        "capability_min": "7.0",
        "capability_since": {"0.15.0": "7.5"},
        "python": {">=3.8": ">=3.9"},
        "sources": (VLLM, RESOLVED),
    },
    {
        "name": "xformers",
        "since": "0.0.16",
        "gpu": True,
        "cuda": r"^xformers/_C[^/]*\.so$",
        "capability_since": {"0.0.31": "7.5"},
        "sources": (XFORMERS,),
    },
)


def main() -> int:
    """Ask about all packages, and write the table or compare it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the table would change")
    parser.add_argument("--only", action="append", metavar="NAME", help="ask about this package, and keep the others")
    parser.add_argument("--offline", action="store_true", help="ask nothing; keep the rows that are there")
    arguments = parser.parse_args()
    before, sources = {one["name"]: one for one in _written()}, Sources()
    index = None if arguments.offline else Index(configured())
    rows = []
    for told in PACKAGES:
        if index is None or (arguments.only and told["name"] not in arguments.only):
            found = msgspec.convert(before[told["name"]]["rows"], ROWS)
        else:
            found = _asked(told, index)
        rows.append(_decided(told, found, sources))
    changed = [row["name"] for row in rows if _without_source(before.get(row["name"])) != _without_source(row)]
    if not arguments.check:
        table = {"date": date(), "sources": sources.texts, "packages": rows}
        TABLE.write_text(dump(table), encoding="utf-8")
    print("changed: " + ", ".join(changed) if changed else "nothing changed")
    return int(arguments.check and bool(changed))


def _written() -> list[Row]:
    found: list[Row] = json.loads(TABLE.read_text(encoding="utf-8"))["packages"] if TABLE.exists() else []
    return found


def _without_source(row: Row | None) -> Row:
    return {name: value for name, value in (row or {}).items() if name != "source"}


def _asked(told: Row, index: Index) -> tuple[Published, ...]:
    member = re.compile(told["cuda"]) if "cuda" in told else None
    print(told["name"], file=sys.stderr, flush=True)
    return published(
        told["name"],
        index,
        since=told["since"],
        most=told.get("most"),
        extra=told.get("extra"),
        metadata=told.get("metadata", True),
        cuda=(lambda file: _cuda(index, file, member)) if member else None,
    )


def _decided(told: Row, rows: tuple[Published, ...], sources: Sources) -> Row:
    """Put what is decided here beside, and over, what the metadata say."""
    replaced = [_over(told, row) for row in rows]
    values = {name: told[name] for name in ("built", "nvcc", "gpu", "extra", "capability_min") if name in told}
    source = tuple(sources(PYPI, told.get("sources")))
    package = Package(name=told["name"], rows=tuple(replaced), source=source, **values)
    plain: Row = json.loads(msgspec.json.encode(package))
    return plain


def _over(told: Row, row: Published) -> Published:
    torch: dict[str, str] = told.get("torch", {})
    since: dict[str, str] = told.get("capability_since", {})
    newer = [floor for version, floor in since.items() if Version(row.versions[0]) >= Version(version)]
    python: dict[str, str] = told.get("python", {})
    return msgspec.structs.replace(
        row,
        python=python.get(row.python or "", row.python),
        torch=next((torch[version] for version in row.versions if version in torch), row.torch),
        capability_min=newer[-1] if newer else None,
    )


def _cuda(index: Index, file: File, member: re.Pattern[str]) -> str | None:
    """Return the CUDA major that a wheel's library is linked with: its name stands near the library's beginning."""
    try:
        found = CUDA_IN_WHEEL.search(index.member(file, member, most=12 << 20))
    except (LookupError, ValueError):
        return None
    return found[1].decode() if found else None


if __name__ == "__main__":
    sys.exit(main())
