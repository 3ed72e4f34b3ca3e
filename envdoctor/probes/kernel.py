"""What the file system says of an NVIDIA driver: kernel module, device files, user libraries. Starts nothing."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from envdoctor.facts import NOT_ASKED, Unknown
from envdoctor.probes import fabric
from envdoctor.probes.nvml import version_of_file
from envdoctor.probes.system import System

LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu/nvidia",
    "/usr/lib/aarch64-linux-gnu/tegra",
    "/usr/lib64",
    "/usr/lib",
    "/usr/lib64/nvidia",
    "/usr/lib/nvidia",
    "/usr/lib/wsl/lib",
    "/usr/local/nvidia/lib64",
    "/usr/local/nvidia/lib",
    "/run/opengl-driver/lib",
)
MODULE_FOLDERS = (
    "updates",
    "updates/dkms",
    "updates/cuda",
    "extra",
    "extra/nvidia",
    "extra/nvidia-*",
    "weak-updates",
    "weak-updates/nvidia",
    "weak-updates/nvidia-*",
    "misc",
    "kernel/drivers/video",
    "kernel/drivers/video/nvidia",
    "kernel/nvidia-*",
    "kernel/nvidia",
)
"""Below /lib/modules/RELEASE, where DKMS, Ubuntu, Debian, Fedora, SUSE and NVIDIA's installer put the module."""
NOT_THE_DRIVERS = ("compat", "cuda-compat", "stubs")
"""Folders of CUDA toolkits whose libcuda is not that of the installed driver."""

_MODULE = re.compile(r"nvidia(?:-current|-open|-tesla|-legacy)?(?:-\w+)?\.ko(?:\.(?:xz|gz|zst|bz2))?")
_OTHER_MODULES = re.compile(r"nvidia-(?:uvm|drm|modeset|peermem|fs|vgpu\w*|wmi\w*)\b")
EFI = "/sys/firmware/efi/efivars"
SECURE_BOOT = "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
"""The firmware's variable, and the name space of all variables of the UEFI specification (§3.3)."""


class Kernel(msgspec.Struct, frozen=True, kw_only=True):
    """What the file system tells; see the fields of the same names in `facts.Driver`."""

    loaded: bool
    """A module nvidia runs, whether or not it tells its version."""
    version: str | None | Unknown
    """Of the module that runs: /proc/driver/nvidia/version, else /sys/module/nvidia/version."""
    flavor: str | None | Unknown
    nouveau: bool | None | Unknown
    module_on_disk: bool | None | Unknown
    nodes: tuple[str, ...]
    denied: tuple[str, ...]
    library_files: tuple[str, ...]
    library: str | None
    """The version in the name of the user library that comes first."""
    uvm_loaded: bool | None | Unknown = NOT_ASKED
    secure_boot: bool | None | Unknown = NOT_ASKED
    fabric_manager: str | None | Unknown = NOT_ASKED
    in_proc: str | None | Unknown = NOT_ASKED
    """What /proc/driver/nvidia/version says."""
    in_sys: str | None | Unknown = NOT_ASKED
    """What /sys/module/nvidia/version says."""


def probe(system: System, *, may: Callable[[Path], bool] | None = None) -> Kernel:
    """Read the traces of a driver; `may` says whether this user may use a device file."""
    if system.os != "linux":
        silent = Unknown(f"{system.os} has no files that tell")
        return Kernel(
            loaded=False,
            version=silent, flavor=silent, nouveau=None, module_on_disk=silent,
            nodes=(), denied=(), library_files=(), library=None, in_proc=silent, in_sys=silent,
        )  # fmt: skip
    in_proc, flavor = _in_proc(system)
    in_sys = _in_sys(system)
    version, flavor = _module(system, in_proc, in_sys, flavor)
    may = may or _may_use
    nodes = tuple(f"/dev/{name}" for name in system.names("/dev") if _is_node(system, name))
    files = tuple(_library_files(system))
    return Kernel(
        loaded=version is not None,
        version=version,
        flavor=flavor,
        nouveau=system.exists("/sys/module/nouveau"),
        module_on_disk=_on_disk(system),
        nodes=nodes,
        denied=tuple(node for node in nodes if not may(system.path(node))),
        library_files=files,
        library=_library_version(system, files),
        uvm_loaded=system.exists("/sys/module/nvidia_uvm"),
        secure_boot=_secure_boot(system),
        fabric_manager=fabric.manager(system),
        in_proc=in_proc,
        in_sys=in_sys,
    )


def _in_proc(system: System) -> tuple[str | None | Unknown, str | None | Unknown]:
    """Return version and flavor by /proc, both None where there is no such file."""
    text = system.read("/proc/driver/nvidia/version")
    if not isinstance(text, str):
        return text, text
    version, flavor = parse_version(text)
    return version or Unknown("/proc/driver/nvidia/version does not tell it"), flavor


def _in_sys(system: System) -> str | None | Unknown:
    told = system.text("/sys/module/nvidia/version")
    if told and re.fullmatch(r"\d+(?:\.\d+)+", told, re.ASCII):
        return told
    return Unknown("/sys/module/nvidia does not tell it") if system.exists("/sys/module/nvidia") else None


def _module(
    system: System, in_proc: str | None | Unknown, in_sys: str | None | Unknown, flavor: str | None | Unknown
) -> tuple[str | None | Unknown, str | None | Unknown]:
    """Return version and flavor of the module that runs, None where none does."""
    if isinstance(in_proc, str):
        return in_proc, flavor
    if isinstance(in_sys, str):
        known = flavor if isinstance(flavor, str) else None
        return in_sys, known or Unknown("/proc/driver/nvidia/version does not tell")
    if isinstance(system.read("/proc/driver/nvidia/version"), Unknown):
        return in_proc, in_proc
    if in_proc is None and in_sys is None:
        return None, None
    silent = Unknown("a kernel module nvidia is loaded that does not tell its version")
    return silent, flavor if isinstance(flavor, str) else silent


def parse_version(text: str) -> tuple[str | None, str | None]:
    """Read /proc/driver/nvidia/version: version and flavor of the module, each None where it is not said.

    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 …" (proprietary),
    "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  565.57.01  Release Build  (…) …" (open).
    """
    line = next((line for line in text.splitlines() if "Kernel Module" in line), "")
    match = re.search(r"\bKernel Module(?: for \S+)?\s+(\d{1,4}(?:\.\d+)+)", line, re.ASCII)
    if match is None:
        return None, None
    return match[1], "open" if "Open Kernel Module" in line else "proprietary"


def _on_disk(system: System) -> bool | Unknown:
    release = system.text("/proc/sys/kernel/osrelease")
    if not release or "/" in release:
        return Unknown("/proc/sys/kernel/osrelease does not name the running kernel")
    root = f"/lib/modules/{release}"
    if not system.names(root):
        return Unknown(f"{root} cannot be seen from here")
    return any(_is_module(name) for folder in _module_folders(system, root) for name in system.names(folder))


def _module_folders(system: System, root: str) -> Iterator[str]:
    for pattern in MODULE_FOLDERS:
        parent, _, last = pattern.rpartition("/")
        if "*" not in last:
            yield f"{root}/{pattern}"
            continue
        yield from (
            f"{root}/{parent}/{name}" for name in system.names(f"{root}/{parent}") if fnmatch.fnmatch(name, last)
        )


def _is_module(name: str) -> bool:
    return bool(_MODULE.fullmatch(name)) and not _OTHER_MODULES.match(name)


def _secure_boot(system: System) -> bool | None | Unknown:
    """Read the variable: four bytes of attributes, then one that is 1 if only signed code is run."""
    content = system.read(f"{EFI}/{SECURE_BOOT}")
    if content is None:
        # Without UEFI there is no such folder; in a container there is one, and nothing in it.
        return Unknown(f"{EFI} does not show it") if system.exists("/sys/firmware/efi") else None
    if isinstance(content, Unknown):
        return content
    return content[4] == "\x01" if len(content) == 5 else Unknown(f"{SECURE_BOOT} has {len(content)} bytes")  # noqa: PLR2004  # see above


def _is_node(system: System, name: str) -> bool:
    return bool(re.fullmatch(r"nvidia(?:\d+|ctl|-[\w-]+)", name)) and not system.path(f"/dev/{name}").is_dir()


def _may_use(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK)


def _library_files(system: System) -> Iterator[str]:
    given = [folder for folder in system.environment.get("LD_LIBRARY_PATH", "").split(":") if folder.startswith("/")]
    seen: set[str] = set()
    # On a merged /usr or through links the same folder has several names: each file is told once.
    for folder in (*given, *LIBRARY_FOLDERS):
        real = os.path.realpath(system.path(folder))
        if real in seen:
            continue
        seen.add(real)
        for name in system.names(folder):
            if re.fullmatch(r"lib(?:cuda|nvidia-ml)\.so\.\d[\d.]*", name):
                yield f"{folder.rstrip('/')}/{name}"


def _library_version(system: System, files: tuple[str, ...]) -> str | None:
    """Of several versions in one place, leftovers of an update, the one that the link points to counts."""
    for path in files:
        if belongs_to_driver(path):
            version = version_of_file(os.path.realpath(system.path(path))) or version_of_file(path)
            if version is not None:
                return version
    return None


def belongs_to_driver(path: str) -> bool:
    """Say whether a library may be the installed driver's: not a toolkit's stub or compatibility package."""
    return not any(part in NOT_THE_DRIVERS for part in path.split("/"))
