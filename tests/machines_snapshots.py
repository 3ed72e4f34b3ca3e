"""Whole machines as snapshots: sound ones, on which every check must stay silent."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from envdoctor.facts import (
    NOT_ASKED,
    Companion,
    Compiler,
    Cpu,
    Disk,
    Driver,
    DriverVersions,
    Gpu,
    GpuProcess,
    Host,
    Interpreter,
    Library,
    Limits,
    Memory,
    NvidiaSmi,
    PciGpu,
    Platform,
    Python,
    SearchPath,
    SharedMemory,
    Snapshot,
    Toolkit,
    Torch,
    TorchDevice,
    TorchRun,
    Unknown,
)
from envdoctor.findings import Finding
from envdoctor.testing import findings

GIB = 2**30
SITE = "/home/ada/env/lib/python3.12/site-packages"
ARCHES = ("sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120")
NO_PCI = Unknown("the PCI bus can only be read on Linux")

RTX_3090 = Gpu(
    0,
    name="NVIDIA GeForce RTX 3090",
    uuid="GPU-5c8e5a9e-0000-4000-8000-000000000001",
    pci_address="0000:01:00.0",
    compute_capability="8.6",
    memory_total_bytes=24 * GIB,
    memory_used_bytes=GIB,
    mig=None,
    compute_mode="default",
    ecc_uncorrected=None,
    power_limit_watts=350.0,
    power_watts=28.5,
    temperature_celsius=41,
    pcie_generation=1,
    pcie_generation_max=4,
    pcie_width=16,
    pcie_width_max=16,
    display=True,
    processes=(),
    graphics_processes=(GpuProcess(1201, 180 << 20, "Xorg"),),
    architecture="Ampere",
    persistence=False,
    performance_state=8,
    utilisation_percent=2,
    clock_mhz=210,
    clock_max_mhz=2100,
    memory_clock_mhz=405,
    memory_clock_max_mhz=9751,
    held_down_by=("idle",),
    temperature_slowdown_celsius=95,
    power_limit_default_watts=350.0,
    ecc=None,
    ecc_after_restart=None,
    retired_pages=None,
    retired_pages_pending=None,
    remapped_rows=None,
    remapped_rows_pending=None,
    remapped_rows_failed=None,
    mig_instances=None,
    numa_node=None,
    nvlinks=None,
    nvlinks_up=None,
    fabric=None,
    driver_model=None,
    display_attached=True,
    peers=(),
)
CARD = PciGpu("0000:01:00.0", vendor="10de", device="2204", bound="nvidia", name=None, numa_node=0)
INTEL = PciGpu("0000:00:02.0", vendor="8086", device="4680", bound="i915", name=None, numa_node=None)
R580 = Driver(
    version="580.65.06",
    cuda="13.0",
    kernel="580.65.06",
    kernel_flavor="open",
    module_on_disk=True,
    nouveau=False,
    library="580.65.06",
    libcuda="/usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06",
    library_files=("/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1"),
    cuinit=0,
    cuinit_name="CUDA_SUCCESS",
    cuda_device_count=1,
    nvml=0,
    smi=NvidiaSmi("/usr/bin/nvidia-smi", exit_code=0, driver="580.65.06", cuda="13.0"),
    device_nodes=("/dev/nvidia-uvm", "/dev/nvidia0", "/dev/nvidiactl"),
    uvm_loaded=True,
    secure_boot=False,
    fabric_manager=None,
    versions=DriverVersions(
        nvml="580.65.06", libcuda="580.65.06", proc="580.65.06", sys="580.65.06", smi="580.65.06", agree=True
    ),
    cuda_devices_answer=True,
)
CUDA_TORCH = Torch(
    "2.15.0+cu132",
    cuda="13.2",
    hip=None,
    xpu=None,
    path=f"{SITE}/torch",
    metadata_version="2.15.0",
    metadata_folder=SITE,
    installer="pip",
    has_libtorch_cuda=True,
)
CPU_TORCH = replace(CUDA_TORCH, version="2.15.0+cpu", cuda=None, metadata_version="2.15.0+cpu", has_libtorch_cuda=False)
GPU_RUN = TorchRun(
    stage="end",
    version="2.15.0+cu132",
    file=f"{SITE}/torch/__init__.py",
    cuda="13.2",
    hip=None,
    arch_list=ARCHES,
    available=True,
    device_count=1,
    devices=(TorchDevice(0, "NVIDIA GeForce RTX 3090", "8.6", 24 * GIB, computes=True),),
    cudnn="92600",
    mps=None,
    threads=8,
    numpy_works=True,
    libraries={
        "libcudart": f"{SITE}/nvidia/cu13/lib/libcudart.so.13",
        "libtorch_cpu": f"{SITE}/torch/lib/libtorch_cpu.so",
    },
    seconds={"import torch": 1.9},
)
CPU_RUN = replace(
    GPU_RUN,
    version="2.15.0+cpu",
    cuda=None,
    arch_list=None,
    available=False,
    device_count=0,
    devices=(),
    cudnn=None,
    libraries={"libtorch_cpu": f"{SITE}/torch/lib/libtorch_cpu.so"},
)
PYTHON = Python(
    "/home/ada/env/bin/python",
    chosen_because="VIRTUAL_ENV names it",
    version="3.12.7",
    implementation="cpython",
    kind="venv",
    prefix="/home/ada/env",
    base_prefix="/usr",
    free_threaded=False,
    bits=64,
    externally_managed=False,
    pip="25.3",
    path=("", "/usr/lib/python3.12", SITE),
)
PYTHONS = (
    Interpreter(
        "/home/ada/env/bin/python",
        ("VIRTUAL_ENV", "python on PATH", "python3 on PATH"),
        version="3.12.7",
        kind="venv",
        prefix="/home/ada/env",
        torch="2.15.0+cu132",
        torch_build="cuda",
        examined=True,
    ),
    Interpreter("/usr/bin/python3", ("PATH",), "3.12.3", "system", "/usr", torch=None, torch_build=None),
)
TORCHVISION = Companion(
    "0.29.2",
    metadata_version="0.29.2",
    requires_torch=None,
    path=f"{SITE}/torchvision",
    missing=(),
    extension=f"{SITE}/torchvision/_C.so",
    load_error=None,
)
PATHS = (
    SearchPath("PATH", "/home/ada/env/bin", exists=True),
    SearchPath("PATH", "/usr/bin", exists=True),
)
CUDART = Library(
    "libcudart",
    f"{SITE}/nvidia/cu13/lib/libcudart.so.13",
    "13.2.86",
    "wheel",
    "nvidia-cuda-runtime 13.2.86",
    loaded=True,
)
PACKAGES = {"torch": "2.15.0", "torchvision": "0.29.2", "numpy": "2.3.5", "pip": "25.3"}
DISKS = (
    Disk("home", "/home/ada", 200 * GIB, 900 * GIB, writable=True),
    Disk("temporary", "/tmp", 50 * GIB, 60 * GIB, writable=True),  # noqa: S108  # a fact
    Disk("working", "/home/ada/work", 200 * GIB, 900 * GIB, writable=True),
)


def judged(code: str, snapshot: Snapshot, **facts: Any) -> list[Finding]:
    """Ask one check about a machine on which these facts are others."""
    return findings(code, **(dict(snapshot) | facts))


def gpu_machine() -> Snapshot:
    """A workstation with one RTX 3090, a fitting driver and toolkit, and the CUDA build from PyPI."""
    return Snapshot(
        host=Host("linux", "Ubuntu 24.04.2 LTS", "6.8.0-60-generic", "x86_64", "glibc", "2.39"),
        cpu=Cpu("AMD Ryzen 7 7700", "AuthenticAMD", "Zen 4", 8, 16, 16, quota=None, load=0.4),
        memory=Memory(64 * GIB, 50 * GIB, limit_bytes=None, swap_bytes=2 * GIB),
        shm=SharedMemory(32 * GIB, 31 * GIB),
        disks=DISKS,
        limits=Limits(open_files=1024, address_space_bytes=None, locked_memory_bytes=8 * GIB),
        platform=Platform(None, None, None, None, None, None),
        pci_gpus=(CARD,),
        driver=R580,
        gpus=(RTX_3090,),
        toolkits=(Toolkit("/usr/local/cuda-13.2", "13.2", "/usr/local/cuda-13.2/bin/nvcc", ("/usr/local",)),),
        compilers=(Compiler("gcc", "/usr/bin/gcc", "13.3.0"), Compiler("g++", "/usr/bin/g++", "13.3.0")),
        cudnn=(Library("cudnn", f"{SITE}/nvidia/cudnn/lib/libcudnn.so.9", "9.26.0", "wheel"),),
        libraries=(CUDART,),
        environment={"PATH": "/home/ada/env/bin:/usr/bin", "VIRTUAL_ENV": "/home/ada/env"},
        search_paths=PATHS,
        python=PYTHON,
        pythons=PYTHONS,
        packages=PACKAGES | {"nvidia-cudnn-cu13": "9.26.0.51"},
        torch=CUDA_TORCH,
        torch_run=GPU_RUN,
        torchvision=TORCHVISION,
        torchaudio=None,
    )


def cpu_machine() -> Snapshot:
    """A laptop with an Intel GPU and the CPU build."""
    return replace(
        gpu_machine(),
        pci_gpus=(INTEL,),
        driver=None,
        gpus=(),
        toolkits=(),
        cudnn=(),
        libraries=(),
        torch=CPU_TORCH,
        torch_run=CPU_RUN,
        packages=PACKAGES | {"torch": "2.15.0+cpu"},
    )


def wsl2() -> Snapshot:
    """WSL 2 on a Windows with an RTX 3090: no PCI bus, no device nodes, libcuda of the Windows driver."""
    driver = replace(
        R580,
        version="581.57",
        kernel=None,
        kernel_flavor=None,
        module_on_disk=False,
        library="580.95.02",
        libcuda="/usr/lib/wsl/lib/libcuda.so.1",
        library_files=("/usr/lib/wsl/lib/libcuda.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1"),
        smi=NvidiaSmi("/usr/lib/wsl/lib/nvidia-smi", exit_code=0, driver="581.57", cuda="13.0"),
        device_nodes=(),
        uvm_loaded=False,
        secure_boot=None,
        versions=DriverVersions(
            nvml="580.95.02",
            libcuda=Unknown("its file's name does not tell"),
            proc=None,
            sys=None,
            smi="581.57",
            agree=None,
        ),
    )
    return replace(
        gpu_machine(),
        host=Host("linux", "Ubuntu 24.04.2 LTS", "6.6.87.2-microsoft-standard-WSL2", "x86_64", "glibc", "2.39"),
        platform=Platform(None, None, 2, wsl_gpu_device=True, wsl_libcuda=True, linux_driver_in_wsl=None),
        pci_gpus=Unknown("WSL does not show the PCI bus of the machine"),
        driver=driver,
        search_paths=(*PATHS, SearchPath("PATH", "/usr/lib/wsl/lib", exists=True, holds=("libcuda",))),
    )


def container() -> Snapshot:
    """A Docker container that was given the GPU, 4 CPUs and 8 GiB of shared memory."""
    return replace(
        gpu_machine(),
        cpu=Cpu("AMD Ryzen 7 7700", "AuthenticAMD", "Zen 4", 8, 16, 16, quota=8.0, load=0.4),
        shm=SharedMemory(8 * GIB, 8 * GIB),
        limits=Limits(open_files=1_048_576, address_space_bytes=None, locked_memory_bytes=None),
        platform=Platform(None, "docker", None, None, None, None),
        driver=replace(R580, module_on_disk=Unknown("/lib/modules/6.8.0-60-generic cannot be seen from here")),
        environment={
            "PATH": "/usr/local/nvidia/bin:/usr/bin",
            "NVIDIA_VISIBLE_DEVICES": "all",
            "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
            "LD_LIBRARY_PATH": "/usr/local/nvidia/lib64",
        },
        search_paths=(*PATHS, SearchPath("LD_LIBRARY_PATH", "/usr/local/nvidia/lib64", exists=True)),
    )


def mac() -> Snapshot:
    """An Apple Silicon Mac."""
    return replace(
        cpu_machine(),
        host=Host("darwin", "macOS 15.5", "24.5.0", "aarch64", libc=None, libc_version=None),
        cpu=Cpu("Apple M3", "Apple", None, 8, 8, affinity=None, quota=None, load=1.2),
        shm=None,
        limits=Limits(open_files=256, address_space_bytes=None, locked_memory_bytes=None),
        pci_gpus=NO_PCI,
        compilers=(Compiler("clang", "/usr/bin/clang", "17.0.0"),),
        torch=replace(CPU_TORCH, version="2.15.0", metadata_version="2.15.0"),
        torch_run=replace(CPU_RUN, version="2.15.0", mps=True, threads=4),
        packages=PACKAGES,
    )


def windows() -> Snapshot:
    """Windows with an RTX 3090 and a CUDA build from PyTorch's index."""
    unseen = Unknown("windows has no files that tell")
    driver = replace(
        R580,
        version="581.57",
        kernel=unseen,
        kernel_flavor=unseen,
        module_on_disk=unseen,
        nouveau=None,
        library="581.57",
        libcuda=r"C:\Windows\System32\nvcuda.dll",
        library_files=(),
        smi=NvidiaSmi(r"C:\Windows\System32\nvidia-smi.exe", exit_code=0, driver="581.57", cuda="13.0"),
        device_nodes=(),
        uvm_loaded=NOT_ASKED,
        secure_boot=NOT_ASKED,
        fabric_manager=NOT_ASKED,
        versions=DriverVersions(
            nvml="581.57",
            libcuda=Unknown("its file's name does not tell"),
            proc=unseen,
            sys=unseen,
            smi="581.57",
            agree=unseen,
        ),
    )
    site = r"C:\Users\ada\env\Lib\site-packages"
    torch = replace(CUDA_TORCH, version="2.14.1+cu130", cuda="13.0", metadata_version="2.14.1+cu130")
    return replace(
        gpu_machine(),
        host=Host("windows", "Windows 11 Pro", "10.0.26100", "x86_64", libc=None, libc_version=None),
        shm=None,
        limits=None,
        disks=(Disk("home", r"C:\Users\ada", 200 * GIB, 900 * GIB, writable=True),),
        pci_gpus=NO_PCI,
        driver=driver,
        toolkits=(),
        compilers=(),
        cudnn=(),
        libraries=(),
        environment={"PATH": r"C:\Windows\System32"},
        search_paths=(SearchPath("PATH", r"C:\Windows\System32", exists=True),),
        python=replace(PYTHON, executable=r"C:\Users\ada\env\Scripts\python.exe", prefix=r"C:\Users\ada\env"),
        torch=replace(torch, path=rf"{site}\torch", metadata_folder=site),
        torch_run=replace(GPU_RUN, version="2.14.1+cu130", cuda="13.0", libraries={}),
        torchvision=replace(TORCHVISION, version="0.29.2+cu130", path=rf"{site}\torchvision"),
        packages=PACKAGES | {"torch": "2.14.1+cu130", "torchvision": "0.29.2+cu130"},
    )


HEALTHY = {
    "a GPU machine": gpu_machine,
    "a machine without a GPU": cpu_machine,
    "WSL 2": wsl2,
    "a container with a GPU": container,
    "a Mac": mac,
    "Windows": windows,
}
