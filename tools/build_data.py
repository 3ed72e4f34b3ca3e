"""Makes the tables in envdoctor/data from a folder of compatibility facts. For maintainers.

    python -m tools.build_data FACTS            # writes the tables
    python -m tools.build_data FACTS --check    # says which tables would change; exit code 1 if any

FACTS holds four files, in which every record names its source:

* `torch_releases.json`: a list, one object a release. Read from each: `version`; `release_date.value`; `pypi`
  (platform → what the wheels on PyPI are: `python_min`, `python_max`, `free_threaded_abis`, `wheel_platform_tags`,
  `cuda`, `numpy2_abi`); `variants` (platform → names); `arch_per_variant` (platform → variant → `arch` or
  `TORCH_CUDA_ARCH_LIST`, and `source`); `cudnn_per_variant`, `nccl_per_variant`, `pypi_default_cudnn`,
  `pypi_default_nccl`, `pypi_default_variant`, `cxx11_abi`, `manylinux.glibc_floor`, `triton`, `torchvision`,
  `torchaudio`, `variants.rocm_linux`.
* `cuda_toolkits.json`: a list, one object a toolkit: `cuda`, `native_min_driver`, `minor_version_compat_min_driver`,
  `releases`, `host_compilers`, `compute_capabilities`, `cudnn`.
* `gpu_arch.json`: a list, one object a name: `name`, `aliases`, `compute_capability` and `architecture` (lists where
  the name is ambiguous), `pci_device_ids`, `first_cuda`, `last_cuda`, `last_driver_branch`, `jetson`.
* `drivers.json`: `branches` (`branch`, `lifecycle`, `max_cuda_linux`, `max_cuda_windows`, `note`),
  `last_branch_per_architecture`, `notes`.

What the facts leave open, or say in two ways, is decided in the constants of tools/build_releases.py;
envdoctor/data/README.md gives the reasons.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from tools.build_others import build_drivers, build_gpus, build_toolkits
from tools.build_releases import build_releases
from tools.build_shared import TABLES, Row

BUILDERS: dict[str, Callable[[Path], Row]] = {
    "releases.json": build_releases,
    "toolkits.json": build_toolkits,
    "drivers.json": build_drivers,
    "gpus.json": build_gpus,
}


def main() -> int:
    """Build all tables and write them, or compare them with those that are there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("facts", type=Path, help="folder with the four files")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a table would change")
    arguments = parser.parse_args()
    changed = []
    for name, build in BUILDERS.items():
        text = dump(build(arguments.facts))
        path = TABLES / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        changed.append(name)
        if not arguments.check:
            path.write_text(text, encoding="utf-8")
    print("changed: " + ", ".join(changed) if changed else "nothing changed")
    return int(arguments.check and bool(changed))


def dump(table: Row) -> str:
    """Write a table as JSON with one row a line, so that a change of a fact is a change of a line."""
    parts = []
    for key, value in table.items():
        if isinstance(value, list) and value and key != "date":
            rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in value)
            parts.append(f"{json.dumps(key)}: [\n{rows}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
