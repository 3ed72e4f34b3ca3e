"""For which GPUs an installed PyTorch holds code: as it says itself, or by the table of releases."""

from __future__ import annotations

import re

from envdoctor.data import possible_capabilities, release
from envdoctor.facts import Gpu, Host, Torch, TorchRun, Unknown
from envdoctor.rules.judging import capabilities, gpu_name

CAPABILITY = re.compile(r"\d+\.\d+a?")


def arch_list_of(torch: Torch, run: TorchRun | None | Unknown, host: Host | Unknown) -> tuple[tuple[str, ...], bool]:
    """Return what the build carries code for ("sm_90", "compute_90"), and whether torch itself says so.

    Empty: it cannot be told. By the table only for builds that PyTorch published under this version and
    variant.
    """
    if isinstance(run, TorchRun) and not isinstance(run.arch_list, Unknown):
        return run.arch_list or (), True
    if not isinstance(torch.version, str) or not isinstance(torch.cuda, str) or isinstance(host, Unknown):
        return (), False
    return _published(torch.version, torch.cuda, host), False


def _published(version: str, cuda: str, host: Host) -> tuple[str, ...]:
    arch = host.arch if isinstance(host.arch, str) else "x86_64"
    found = release(version)
    wheels = found.platforms.get(f"{host.os}_{arch}") if found else None
    wanted = "cu" + "".join(cuda.split(".")[:2])
    local = version.partition("+")[2]
    if wheels is None or not (local.startswith(wanted) or not local):
        return ()
    for variant in wheels.variants:
        if variant.name == wanted:
            codes = [("sm", one) for one in variant.arch] + [("compute", one) for one in variant.ptx]
            return tuple(f"{kind}_{one.replace('.', '')}" for kind, one in codes)
    return ()


def capabilities_of(gpus: tuple[Gpu, ...], run: TorchRun | None | Unknown) -> dict[str, tuple[str, ...]]:
    """Return name → compute capability; several where a name alone is known and means several chips."""
    told = {
        name: capability for name, capability in capabilities(gpus, run).items() if CAPABILITY.fullmatch(capability)
    }
    if told:
        return {name: (capability,) for name, capability in told.items()}
    if isinstance(run, TorchRun) and run.devices:
        return {}
    # Drivers tell; a pasted text has names only.
    named = {
        gpu_name(gpu.index, gpu.name): possible_capabilities(gpu.name) for gpu in gpus if isinstance(gpu.name, str)
    }
    return {name: found for name, found in named.items() if found}
