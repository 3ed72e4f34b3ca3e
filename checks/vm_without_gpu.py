from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, PciGpu, Platform, Toolkit, Torch, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.adapters import VIRTUAL_ADAPTERS
from envdoctor.rules.judging import driver_installed, driver_runs_here, toolkits_at, wants_cuda

WITHOUT_PCI = ("vmware", "virtualbox", "hyper-v", "parallels")
"""Hypervisors of desktops. Hyper-V's second generation shows its adapter on no PCI bus."""
LOCAL = (*WITHOUT_PCI, "kvm", "qemu", "xen", "bhyve", "apple-virtualization", "other")
"""Where the one who uses the machine may change it. A cloud's machine without a GPU was ordered so."""


@check("VIR002", Severity.ERROR, cause="vm-no-passthrough")
def vm_without_gpu(
    *,
    platform: Platform,
    pci_gpus: tuple[PciGpu, ...],
    gpus: tuple[Gpu, ...] | Unknown,
    driver: Driver | None | Unknown,
    torch: Torch | None | Unknown,
    toolkits: tuple[Toolkit, ...] | Unknown,
) -> Iterator[Finding]:
    """The virtual machine has only a virtual graphics card, and CUDA is wanted in it.

    VMware Workstation, VirtualBox, Parallels and plain Hyper-V show the guest an adapter of their own;
    the host's GPU stays with the host. A driver or toolkit installed in the guest finds nothing to drive.

    How to mend it: work on the host, or in WSL 2, or let a hypervisor that can do it pass the card
    through (KVM with vfio, ESXi, Hyper-V's discrete device assignment); else use a CPU build.

    Source: https://learn.microsoft.com/windows-server/virtualization/hyper-v/plan/plan-for-gpu-acceleration-in-windows-server;
    https://www.kernel.org/doc/html/latest/driver-api/vfio.html.
    """
    vm = platform.vm
    if vm not in LOCAL or isinstance(platform.wsl, int) or driver_runs_here(driver) or _listed(gpus):
        return
    names = [VIRTUAL_ADAPTERS.get(f"{gpu.vendor}:{gpu.device}") for gpu in pci_gpus]
    if None in names or (not names and vm not in WITHOUT_PCI):
        return
    tools, wanted, files = toolkits_at(toolkits), wants_cuda(torch), driver_installed(driver) is True
    if not (tools or wanted or files):
        return
    signs = [
        *([f"a CUDA build of PyTorch ({torch.version})"] if isinstance(torch, Torch) and wanted else []),
        *(f"a CUDA toolkit ({toolkit.path})" for toolkit in tools.values()),
        *(["NVIDIA driver files"] if files else []),
    ]
    evidence = {"platform.vm": vm} | {f"pci_gpus.{place}.vendor": gpu.vendor for place, gpu in enumerate(pci_gpus)}
    yield Finding(
        what=f"This virtual machine ({vm}) has {_adapters(names)}; installed are {', '.join(signs)}.",
        why="The host's GPU is not passed through, so CUDA finds no device whatever is installed in the guest.",
        fix=Fix(
            "Run PyTorch on the host (on Windows: in WSL 2), or use a hypervisor that passes the card through. "
            "To stay here, install the CPU build of PyTorch."
        ),
        severity=Severity.ERROR if files or (wanted and tools) else Severity.WARNING,
        evidence=evidence,
    )


def _listed(gpus: tuple[Gpu, ...] | Unknown) -> bool:
    return not isinstance(gpus, Unknown) and bool(gpus)


def _adapters(names: list[str | None]) -> str:
    return f"only a virtual display adapter ({', '.join(filter(None, names))})" if names else "no display adapter"
