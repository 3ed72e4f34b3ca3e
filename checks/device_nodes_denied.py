from collections.abc import Iterator

from envdoctor.facts import Driver, PciGpu, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, cuda_works, nvidia_at, wsl_of


@check("DRV007", Severity.ERROR, cause="driver-not-loaded", because_of=("VIR001",))
def device_nodes_denied(
    driver: Driver | None,
    platform: Platform,
    torch_run: TorchRun | None | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
) -> Iterator[Finding]:
    """The driver runs, and its device nodes are missing or may not be opened by this user.

    Every CUDA program opens /dev/nvidiactl, /dev/nvidia-uvm and one /dev/nvidiaN per GPU. Where the
    file's mode or a control group forbids it, the driver is for this process as good as not loaded
    (hence the cause), while root's nvidia-smi shows nothing unusual. A batch system that hands out single
    GPUs denies the others on purpose: as long as CUDA works, that is no fault. The nodes are made by
    nvidia-modprobe, by udev or by the X server; a small system may have none of them.

    How to mend it: have nvidia-modprobe make missing nodes; get into the group that owns the nodes, ask the
    batch system for a GPU, or start the container with the GPU.

    Source: https://docs.nvidia.com/cuda/cuda-installation-guide-linux/ (device node verification).
    """
    if driver is None or driver.cuinit == 0 or cuda_works(torch_run):
        return
    if not driver.denied_nodes:
        yield from _missing(driver, platform, pci_gpus)
        return
    container = container_of(platform)
    total = len(driver.device_nodes) if isinstance(driver.device_nodes, tuple) else len(driver.denied_nodes)
    yield Finding(
        what=f"{len(driver.denied_nodes)} of {total} NVIDIA device nodes may not be opened "
        f"({', '.join(driver.denied_nodes)}).",
        why="CUDA reaches the driver through these files, so it finds no device although the driver runs.",
        fix=_fix(container),
        cause="container-no-gpu" if container else "",
        confidence="proved" if isinstance(driver.cuinit, int) else "likely",
        evidence={"driver.denied_nodes": list(driver.denied_nodes)},
    )


def _missing(driver: Driver, platform: Platform, pci_gpus: tuple[PciGpu, ...] | Unknown) -> Iterator[Finding]:
    """Report that nobody made the nodes. Containers and WSL have theirs from outside, or none."""
    if container_of(platform) or wsl_of(platform) or driver.device_nodes != () or not isinstance(driver.kernel, str):
        return
    held = {path: gpu for path, gpu in nvidia_at(pci_gpus).items() if gpu.bound == "nvidia"}
    if not held or not isinstance(driver.cuinit, int) or driver.nvml == 0:
        return
    yield Finding(
        what=f"The kernel module of NVIDIA driver {driver.kernel} runs, and there are no device nodes /dev/nvidia*.",
        why="CUDA reaches the driver through these files, so it finds no device although the driver runs.",
        fix=Fix(
            "Make the nodes: nvidia-modprobe does so, and any CUDA program does if it is installed for all users.",
            ("sudo nvidia-modprobe -c=0 -u", "ls -l /dev/nvidia*"),
            Risk.NEEDS_ROOT,
        ),
        evidence={"driver.kernel": driver.kernel, "driver.device_nodes": [], "driver.cuinit": driver.cuinit}
        | {f"{path}.bound": gpu.bound for path, gpu in held.items()},
    )


def _fix(container: str | None) -> Fix:
    if container:
        return Fix("Start the container anew with the GPU (docker run --gpus all …), so that it may use the devices.")
    return Fix(
        "See whom the nodes belong to. If it is a group (video, render), join it and log in again; on a cluster, ask "
        "the batch system for a GPU.",
        ("ls -l /dev/nvidia*", 'sudo usermod -aG video "$USER"'),
        Risk.NEEDS_ROOT,
    )
