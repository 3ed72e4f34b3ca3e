"""Machines with one fault each, made of the sound ones: code of the check that must name it → snapshot."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from envdoctor.facts import (
    Compiler,
    Cpu,
    Disk,
    Driver,
    DriverVersions,
    Failure,
    Gpu,
    Host,
    Limits,
    NvidiaSmi,
    PciGpu,
    Platform,
    SearchPath,
    SharedMemory,
    Snapshot,
    Toolkit,
    Unknown,
)
from tests.machines_snapshots import (
    CARD,
    CPU_RUN,
    CPU_TORCH,
    CUDA_TORCH,
    DISKS,
    GIB,
    GPU_RUN,
    PATHS,
    R580,
    RTX_3090,
    container,
    cpu_machine,
    gpu_machine,
    wsl2,
)

BLIND = replace(
    GPU_RUN,
    available=False,
    device_count=0,
    devices=(),
    init_error="RuntimeError: Found no NVIDIA driver on your system",
)
"""A CUDA build of PyTorch that finds no GPU."""
NO_GPUS = replace(BLIND, init_error="RuntimeError: No CUDA GPUs are available")
TOOLKIT = Toolkit("/usr/local/cuda-13.0", "13.0", "/usr/local/cuda-13.0/bin/nvcc", ("PATH",), first_on_path=True)
HOME = Toolkit("/usr/local/cuda-12.4", "12.4", "/usr/local/cuda-12.4/bin/nvcc", ("CUDA_HOME",), cuda_home=True)
VMWARE = PciGpu("0000:00:0f.0", vendor="15ad", device="0405", bound="vmwgfx")
NOT_LOADED = replace(R580, cuda=None, kernel=None, kernel_flavor=None, cuinit=100, cuda_device_count=0, nvml=9)
NOT_LOADED = replace(NOT_LOADED, device_nodes=())
NO_NVML = Unknown("NVML: driver not loaded (9)")


def machine(**facts: Any) -> Snapshot:
    """A GPU machine on which PyTorch finds no GPU, with these other facts."""
    return replace(gpu_machine(), **({"torch_run": BLIND} | facts))


def driver(**facts: Any) -> Snapshot:
    """The same, with another driver."""
    return machine(driver=replace(R580, **facts))


def environment(**variables: str) -> dict[str, str]:
    """Return the variables of a GPU machine and these."""
    sound = gpu_machine().environment
    assert isinstance(sound, dict)
    return sound | variables


BROKEN: dict[str, Snapshot] = {
    "VIR001": replace(container(), driver=None, gpus=(), torch_run=BLIND),
    "VIR002": machine(platform=Platform("vmware", None, None), pci_gpus=(VMWARE,), driver=None, gpus=()),
    "VIR003": replace(wsl2(), platform=Platform(None, None, 1), driver=None, gpus=(), torch_run=BLIND),
    "VIR004": replace(
        wsl2(),
        platform=Platform(
            None,
            None,
            2,
            wsl_gpu_device=True,
            wsl_libcuda=True,
            linux_driver_in_wsl="/usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01",
        ),
        driver=Driver("535.183.01", library="535.183.01", kernel=None, cuinit=100, nvml=9),
        gpus=NO_NVML,
        torch_run=BLIND,
    ),
    "VIR005": replace(
        wsl2(),
        platform=Platform(None, None, 2, wsl_gpu_device=False, wsl_libcuda=False, linux_driver_in_wsl=None),
        driver=None,
        gpus=(),
        torch_run=BLIND,
    ),
    "VIR006": replace(
        wsl2(), driver=replace(R580, kernel=None, cuinit=100, nvml=17), gpus=Unknown("NVML: 17"), torch_run=BLIND
    ),
    "GPU001": machine(gpus=(RTX_3090, replace(RTX_3090, index=1, problem="GPU is lost"))),
    "GPU002": machine(gpus=(replace(RTX_3090, ecc_uncorrected=3),), torch_run=GPU_RUN),
    "GPU003": machine(gpus=(replace(RTX_3090, compute_mode="prohibited"),), torch_run=NO_GPUS),
    "GPU004": machine(gpus=(replace(RTX_3090, memory_used_bytes=23 * GIB),), torch_run=GPU_RUN),
    "GPU005": machine(gpus=(replace(RTX_3090, retired_pages=2, retired_pages_pending=True),), torch_run=GPU_RUN),
    "GPU006": machine(
        gpus=(
            replace(
                RTX_3090,
                utilisation_percent=98,
                performance_state=2,
                clock_mhz=540,
                held_down_by=("hardware slowdown", "power brake"),
            ),
        ),
        torch_run=GPU_RUN,
    ),
    "GPU007": machine(gpus=(replace(RTX_3090, pcie_width=1),), torch_run=GPU_RUN),
    "GPU008": machine(
        gpus=(Gpu(0, name="Orin", compute_capability="8.7"),), pci_gpus=(), torch=CPU_TORCH, torch_run=CPU_RUN
    ),
    "DRV001": machine(driver=None, gpus=(), pci_gpus=(replace(CARD, bound=None),)),
    "DRV002": driver(version="535.183.01", cuda="12.2", kernel="535.183.01", library="535.183.01"),
    "DRV003": machine(driver=NOT_LOADED, gpus=NO_NVML, pci_gpus=(replace(CARD, bound=None),)),
    "DRV004": machine(
        driver=replace(
            R580,
            library="580.95.05",
            cuinit=803,
            nvml=18,
            versions=DriverVersions("580.95.05", "580.95.05", "580.65.06", "580.65.06", Unknown("no"), agree=False),
        ),
        gpus=NO_NVML,
    ),
    "DRV005": replace(
        cpu_machine(),
        driver=Driver(
            kernel=None,
            library=None,
            libcuda=None,
            cuinit=None,
            nvml=None,
            smi=NvidiaSmi("/home/ada/bin/nvidia-smi", exit_code=Unknown("nvidia-smi did not answer in 10 s")),
            device_nodes=(),
        ),
        gpus=Unknown("there is no NVML library to ask"),
    ),
    "DRV006": machine(
        driver=replace(NOT_LOADED, nouveau=True), gpus=NO_NVML, pci_gpus=(replace(CARD, bound="nouveau"),)
    ),
    "DRV007": driver(cuinit=100, cuda_device_count=0, denied_nodes=("/dev/nvidia-uvm", "/dev/nvidia0")),
    "DRV008": driver(cuinit=802, cuinit_name="CUDA_ERROR_SYSTEM_NOT_READY"),
    "DRV009": driver(cuinit=34, libcuda="/usr/local/cuda/lib64/stubs/libcuda.so.1"),
    "DRV010": driver(cuinit=None, libcuda=None, library_files=("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",)),
    "DRV011": driver(cuinit=999, device_nodes=("/dev/nvidia0", "/dev/nvidiactl")),
    "DRV012": machine(gpus=(), driver=replace(R580, cuinit=100, cuda_device_count=0)),
    "SYS001": replace(container(), shm=SharedMemory(64 * 2**20, 64 * 2**20)),
    "SYS002": replace(container(), cpu=Cpu(None, None, None, 8, 16, 16, quota=2.0)),
    "SYS003": machine(limits=Limits(open_files=256), torch_run=GPU_RUN),
    "SYS004": machine(disks=(*DISKS[:1], Disk("temporary", "/var/none", None, None, writable=None)), torch_run=GPU_RUN),
    "SYS005": replace(
        cpu_machine(),
        host=Host("linux", "Alpine Linux v3.22", "6.12", "x86_64", "musl", "1.2.5"),
        torch=None,
        torch_run=None,
    ),
    "ENV001": machine(environment=environment(CUDA_VISIBLE_DEVICES="1"), torch_run=NO_GPUS),
    "ENV002": machine(environment=environment(CUDA_HOME="/usr/local/cuda/bin"), torch_run=GPU_RUN),
    "ENV003": machine(
        search_paths=(*PATHS, SearchPath("PATH", "/usr/local/cuda/lib64", exists=True)), torch_run=GPU_RUN
    ),
    "ENV004": machine(
        search_paths=(*PATHS, SearchPath("LD_LIBRARY_PATH", "/usr/local/cuda/extras/CPUTI/lib64", exists=False)),
        torch_run=GPU_RUN,
    ),
    "ENV005": machine(
        environment=environment(PYTORCH_CUDA_ALLOC_CONF="max_split_size_mb=512"),
        torch_run=replace(GPU_RUN, failure=Failure("signal", "import torch", "SIGABRT")),
    ),
    "ENV007": machine(environment=environment(OMP_NUM_THREADS="many"), torch_run=GPU_RUN),
    "ENV006": machine(environment=environment(CUDA_LAUNCH_BLOCKING="1"), torch_run=GPU_RUN),
    "TKT001": machine(toolkits=(HOME,), torch_run=GPU_RUN, compilers=()),
    "TKT002": replace(cpu_machine(), toolkits=(TOOLKIT,), torch=CUDA_TORCH, torch_run=BLIND),
    "TKT003": machine(toolkits=(HOME,), compilers=(Compiler("gcc", "/usr/bin/gcc", "14.2.0"),), torch_run=GPU_RUN),
    "TKT004": machine(toolkits=(TOOLKIT, HOME), torch_run=GPU_RUN),
    "TKT006": machine(toolkits=(TOOLKIT,), compilers=(Compiler("gcc", "/usr/bin/gcc", "13.3.0"),), torch_run=GPU_RUN),
    "TKT005": machine(compilers=(), packages={"torch": "2.15.0", "triton": "3.7.0"}, torch_run=GPU_RUN),
}
"""One for each check of the groups VIR, GPU, DRV, SYS, ENV and TKT. Where it is an error, it is the primary one."""
