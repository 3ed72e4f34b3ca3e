"""To whom a loaded library belongs, and who put a foreign one first: judged by paths alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from envdoctor.facts import Python, SearchPath, Torch, TorchRun, Unknown
from envdoctor.findings import Fix

PACKAGED = re.compile(r"/(site|dist)-packages/")
SYSTEM = ("/usr", "/usr/local", "/")
"""Prefixes of a system-wide Python: everything lies below them, so they own nothing."""
WHEELS = {
    # Library → the wheel that brings it (for CUDA 12 and older with "-cu12" behind it).
    "libcublas": "nvidia-cublas",
    "libcublasLt": "nvidia-cublas",
    "libcudart": "nvidia-cuda-runtime",
    "libcudnn": "nvidia-cudnn",
    "libcufft": "nvidia-cufft",
    "libcufile": "nvidia-cufile",
    "libcupti": "nvidia-cuda-cupti",
    "libcurand": "nvidia-curand",
    "libcusolver": "nvidia-cusolver",
    "libcusparse": "nvidia-cusparse",
    "libcusparseLt": "nvidia-cusparselt",
    "libnccl": "nvidia-nccl",
    "libnvJitLink": "nvidia-nvjitlink",
    "libnvrtc": "nvidia-cuda-nvrtc",
    "libnvshmem_host": "nvidia-nvshmem",
}
TORCH_LIBRARIES = ("libtorch_cpu", "libtorch_cuda", "libc10")


def homes_of(python: Python, torch: Torch, libraries: Mapping[str, str]) -> tuple[str, ...]:
    """Return the folders whose libraries are the environment's own: where torch lies, and the prefix (conda).

    The kernel shows real paths; torch's own may lead through links. So torch's own libraries, as they
    are loaded, say where it really lies.
    """
    homes = [torch.path.rsplit("/", 1)[0]] if isinstance(torch.path, str) else []
    # …/site-packages/torch/lib/libc10.so
    homes += [libraries[name].rsplit("/", 3)[0] for name in TORCH_LIBRARIES if name in libraries]
    roots = [re.sub(r"/lib(64)?/python3[^/]*/(site|dist)-packages$", "", home) for home in homes]
    roots += [python.prefix] if isinstance(python.prefix, str) else []
    return tuple(dict.fromkeys(home.rstrip("/") for home in (*homes, *roots) if home.rstrip("/") not in (*SYSTEM, "")))


def wheel_of(library: str, packages: Mapping[str, str]) -> str | None:
    """Return the installed package that brings a library ("libcudnn_ops" belongs to cuDNN's), or None."""
    wheel = WHEELS.get("libcudnn" if library.startswith("libcudnn_") else library)
    if wheel is None:
        return None
    return next((name for name in packages if re.fullmatch(rf"{wheel}(-cu\d+)?", name)), None)


def foreign_to(
    torch: Torch | None, run: TorchRun | None, python: Python | None, environment: Mapping[str, str]
) -> dict[str, str]:
    """Return name → path of what a CUDA build of PyTorch has loaded from outside of its environment."""
    if torch is None or run is None or python is None or torch.build != "cuda":
        return {}
    homes, library_path = homes_of(python, torch, run.libraries), environment.get("LD_LIBRARY_PATH")
    return {name: path for name, path in run.libraries.items() if is_foreign(path, homes, library_path)}


def is_foreign(path: str, homes: tuple[str, ...], library_path: str | None) -> bool:
    """Say whether a library comes from outside the examined environment.

    Packages in another site-packages (the user's, the base environment's) may well be on Python's own
    path; they are foreign only where LD_LIBRARY_PATH names their folder.
    """
    if "\\" in path or any(path.startswith(f"{home}/") for home in homes):
        return False  # Windows looks beside the program first and has no LD_LIBRARY_PATH
    return not PACKAGED.search(path) or _named(path, library_path) is not None


def take_out(name: str, path: str, library_path: str | None, search_paths: tuple[SearchPath, ...] | Unknown) -> Fix:
    """Say how a foreign library is kept away: which entries of LD_LIBRARY_PATH bring it, and what is left of it.

    Args:
        name: "libcudnn", or a name that begins so.
        path: the file that is loaded.
        library_path: LD_LIBRARY_PATH.
        search_paths: what lies in its entries, for those that lead there through links.
    """
    entries = {entry for entry in (_named(path, library_path),) if entry}
    if not isinstance(search_paths, Unknown):
        entries |= {
            found.entry
            for found in search_paths
            if found.variable == "LD_LIBRARY_PATH" and any(name.startswith(held) for held in found.holds)
        }
    if not entries or not library_path:
        return Fix(
            "It does not come through LD_LIBRARY_PATH: look in /etc/ld.so.conf.d and LD_PRELOAD, and at what else is "
            f"imported before torch. A copy of the system in {path.rsplit('/', 1)[0]} is not needed by PyTorch."
        )
    rest = [entry for entry in library_path.split(":") if entry and entry not in entries]
    command = f"export LD_LIBRARY_PATH={':'.join(rest)}" if rest else "unset LD_LIBRARY_PATH"
    return Fix(f"Take {' and '.join(sorted(entries))} out of LD_LIBRARY_PATH.", (command,))


def _named(path: str, library_path: str | None) -> str | None:
    """Return the entry of LD_LIBRARY_PATH in which a file lies."""
    entries = (library_path or "").split(":")
    return next((entry for entry in entries if entry and path.rsplit("/", 1)[0] == entry.rstrip("/")), None)
