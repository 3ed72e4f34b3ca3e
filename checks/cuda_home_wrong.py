from collections.abc import Iterator
from typing import Any

from envdoctor.facts import SearchPath, Unknown
from envdoctor.findings import Finding, Fix, Severity, check

NAMES = ("CUDA_HOME", "CUDA_PATH")
"""In the order in which torch.utils.cpp_extension asks for them."""


@check("ENV002", Severity.WARNING, cause="env-variable")
def cuda_home_wrong(environment: dict[str, str], search_paths: tuple[SearchPath, ...] | Unknown) -> Iterator[Finding]:
    """CUDA_HOME does not name the root of a CUDA toolkit.

    Builds of extensions look for `$CUDA_HOME/bin/nvcc` and `$CUDA_HOME/include`. With the folder `bin`
    itself, a folder that does not exist, or two paths with a colon they look in vain ("nvcc not found",
    "/usr/local/cuda/bin/bin/nvcc"), even if nvcc is on PATH.

    How to mend it: set it to the folder above `bin`, or unset it.

    Source: https://docs.pytorch.org/docs/stable/cpp_extension.html; torch/utils/cpp_extension.py (CUDA_HOME).
    """
    name = next((name for name in NAMES if environment.get(name)), None)
    if name is None:
        return
    value = environment[name]
    fault, right = _fault(value), _right(value)
    evidence: dict[str, Any] = {f"environment.{name}": value}
    if fault is None:
        fault, seen = _on_disk(name, search_paths)
        evidence |= seen
    if fault is None:
        return
    yield Finding(
        what=f"{name} is {value}, {fault}.",
        why=f"Whatever compiles CUDA code looks for ${name}/bin/nvcc and ${name}/include, and finds nothing there.",
        fix=Fix(
            "Set it to the toolkit's root, the folder above bin, where it is set (~/.bashrc); or unset it.",
            (f"export {name}={right}",) if right else (f"unset {name}",),
        ),
        evidence=evidence,
    )


def _fault(value: str) -> str | None:
    """Judge by the words alone."""
    path = value.replace("\\", "/").rstrip("/")
    if path.endswith("/bin"):
        return "the folder of the programs instead of the one above it"
    if path.endswith(("/bin/nvcc", "/bin/nvcc.exe")):
        return "a program instead of a folder"
    if path.startswith(":") or path.endswith(":") or ":/" in path[2:]:
        return "a list instead of one folder"
    return None


def _right(value: str) -> str | None:
    path = value.replace("\\", "/").rstrip("/")
    for end in ("/bin", "/bin/nvcc", "/bin/nvcc.exe"):
        if path.endswith(end):
            return value[: len(path) - len(end)] or None
    stripped = value.strip(":")
    return stripped if stripped != value and ":" not in stripped else None


def _on_disk(name: str, search_paths: tuple[SearchPath, ...] | Unknown) -> tuple[str | None, dict[str, Any]]:
    if isinstance(search_paths, Unknown):
        return None, {}
    for place, path in enumerate(search_paths):
        if path.variable != name or isinstance(path.exists, Unknown):
            continue
        if not path.exists:
            return "which does not exist", {f"search_paths.{place}.exists": False}
        if "bin/nvcc" not in path.holds:
            return "where there is no bin/nvcc", {f"search_paths.{place}.holds": list(path.holds)}
    return None, {}
