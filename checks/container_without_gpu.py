from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Driver, PciGpu, Platform, Toolkit, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, cuda_works, described, nvidia_at, toolkits_at, wants_cuda, wsl_of

NVML_UNKNOWN = 999
"""What NVML says in a container that had the GPU until its control group was written anew."""
NOT_THE_HOSTS = ("nouveau", "nova", "nova_core", "NovaCore", "vfio-pci")
"""Kernel drivers under which no container can be given the card."""
ADVICE = {
    "docker": Fix(
        "On the host, install NVIDIA's container toolkit if it is not there, and start the container anew with "
        "--gpus all (Compose: deploy.resources.reservations.devices with capabilities [gpu]). Restarting Docker stops "
        "running containers.",
        (
            "sudo nvidia-ctk runtime configure --runtime=docker",
            "sudo systemctl restart docker",
            "docker run --rm --gpus all ubuntu nvidia-smi",
        ),
        Risk.NEEDS_ROOT,
    ),
    "podman": Fix(
        "On the host, describe the GPUs for CDI with NVIDIA's container toolkit, and start the container anew with "
        "--device nvidia.com/gpu=all.",
        (
            "sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
            "podman run --rm --device nvidia.com/gpu=all ubuntu nvidia-smi",
        ),
        Risk.NEEDS_ROOT,
    ),
    "kubernetes": Fix(
        "Request the GPU in the pod (resources.limits: nvidia.com/gpu: 1); the node needs NVIDIA's device plug-in, "
        "which shows as allocatable nvidia.com/gpu.",
        ("kubectl describe nodes | grep nvidia.com/gpu",),
    ),
    "apptainer": Fix("Start the container with --nv.", ("apptainer exec --nv IMAGE nvidia-smi",)),
    "lxc": Fix(
        "On the host, pass the GPU to the container; with nvidia.runtime its driver files come along.",
        ("lxc config device add CONTAINER gpu gpu", "lxc config set CONTAINER nvidia.runtime true"),
        Risk.CHANGES_ENVIRONMENT,
    ),
}
OTHER = Fix("Start the container with the GPU's device nodes (/dev/nvidia*) and the host's libcuda.")


@check("VIR001", Severity.ERROR, cause="container-no-gpu", because_of=("ENV001", "DRV003"))
def container_without_gpu(
    *,
    platform: Platform,
    driver: Driver | None,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
    toolkits: tuple[Toolkit, ...] | Unknown,
) -> Iterator[Finding]:
    """The host has an NVIDIA GPU, and the container was not given it.

    A container sees the host's PCI bus and kernel module, and nothing of the GPU until the engine hands
    over the device nodes and the driver's libraries. No package installed inside can replace that.

    How to mend it: start the container with the GPU; the command differs from engine to engine.

    Source: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html;
    https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/.
    """
    kind = container_of(platform)
    if kind is None or cuda_works(torch_run) or (driver is not None and driver.cuinit == 0):
        return
    missing = _missing(driver, wsl=wsl_of(platform) is not None, device=platform.wsl_gpu_device)
    evidence, host = _host(driver, pci_gpus, wsl=wsl_of(platform) is not None)
    if missing is None or host is None:
        return
    fix = ADVICE.get(kind, OTHER)
    proved = {"driver.kernel", "driver.nvml"} & evidence.keys() or any(path.endswith(".bound") for path in evidence)
    yield Finding(
        what=f"This container ({kind}) has {missing}, although {host}.",
        why="Programs in a container reach the GPU only through device nodes and a libcuda that the engine hands over.",
        fix=fix if proved else Fix(f"See first that nvidia-smi works on the host. {fix.text}", fix.commands, fix.risk),
        severity=_severity(torch, toolkits, guessed=wsl_of(platform) is not None),
        confidence="proved" if proved else "likely",
        evidence={"platform.container": kind} | evidence,
    )


def _missing(driver: Driver | None, *, wsl: bool, device: bool | None | Unknown) -> str | None:
    if wsl:
        return "no /dev/dxg" if device is False else None
    if driver is None or (driver.device_nodes == () and driver.nvml != 0):
        return "no NVIDIA device node"
    if driver.nvml == NVML_UNKNOWN:
        return "lost the GPU (NVML: unknown error)"
    if (
        driver.libcuda is None
        and not driver.library_files
        and isinstance(driver.device_nodes, tuple)
        and driver.device_nodes
    ):
        return f"{len(driver.device_nodes)} device nodes and no libcuda (NVIDIA_DRIVER_CAPABILITIES lacks compute)"
    # A libcuda that lies there and cannot be loaded (a link to nothing) was handed over.
    files = driver.library_files if isinstance(driver.library_files, tuple) else ()
    if driver.nvml == 0 and driver.libcuda is None and not any("libcuda.so" in path for path in files):
        return "NVML and no libcuda (NVIDIA_DRIVER_CAPABILITIES lacks compute)"
    return None


def _host(
    driver: Driver | None, pci_gpus: tuple[PciGpu, ...] | Unknown, *, wsl: bool
) -> tuple[dict[str, Any], str | None]:
    """Return what shows that the host has a GPU, and the words for it."""
    seen = {path: gpu for path, gpu in nvidia_at(pci_gpus).items() if gpu.bound not in NOT_THE_HOSTS}
    if driver is not None and isinstance(driver.kernel, str):
        return {"driver.kernel": driver.kernel}, f"the host's kernel runs the NVIDIA driver {driver.kernel}"
    if driver is not None and driver.nvml == 0:
        return {"driver.nvml": 0}, "NVML reaches the host's driver"
    for path, gpu in seen.items():
        bound = {f"{path}.bound": "nvidia"} if gpu.bound == "nvidia" else {}
        return {f"{path}.vendor": gpu.vendor} | bound, f"the host has an {described(gpu)}"
    if driver is not None and driver.nvml == NVML_UNKNOWN:
        # Without a driver on the host NVML says 9, "driver not loaded".
        return {"driver.nvml": NVML_UNKNOWN}, "NVML finds a driver on the host that does not let it in"
    return ({"platform.wsl_gpu_device": False}, "WSL 2 has one where Windows has a GPU") if wsl else ({}, None)


def _severity(torch: Torch | None | Unknown, toolkits: tuple[Toolkit, ...] | Unknown, *, guessed: bool) -> Severity:
    """A container that runs a CPU build on a GPU host may be just as its maker wants it."""
    if wants_cuda(torch) or isinstance(torch, Unknown):
        return Severity.WARNING if guessed else Severity.ERROR
    if torch is None:
        return Severity.WARNING if toolkits_at(toolkits) and not guessed else Severity.NOTE
    return Severity.NOTE
