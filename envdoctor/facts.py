"""What was seen on a machine: plain values, no behaviour that looks anywhere.

Three answers are possible for every fact, and they never turn into one another:

* a value: it is there;
* ``None``: we looked, and it is not there;
* ``Unknown(reason)``: we could not tell (or did not look).

A check names the facts that it needs as parameters; the names are the fields of `Snapshot`.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_type_hints

import msgspec

from envdoctor.measurements import Explanation, Measured
from envdoctor.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T")


class Fact(msgspec.Struct, frozen=True, kw_only=False):
    """A group of facts about one thing."""


class Unknown(Fact, frozen=True, rename={"reason": "unknown"}):
    """We looked and could not tell; where `None` means: we looked, and it is not there."""

    reason: str

    def __str__(self) -> str:
        """Stand in a sentence: "PyTorch unknown"."""
        return "unknown"


NOT_ASKED = Unknown("not asked")


class CannotTellError(Exception):
    """A check needs a fact that is `Unknown`; the judge notes the reason instead of a finding."""


def known(value: T | Unknown, name: str = "") -> T:
    """Return the value of a fact, or leave the check: it cannot tell.

    Raises:
        CannotTellError: the fact is `Unknown`; the judge turns this into "not checked: reason".
    """
    if isinstance(value, Unknown):
        raise CannotTellError(f"{name} is unknown: {value.reason}" if name else value.reason)
    return value


# --- the machine ---------------------------------------------------------------------------------


class Host(Fact, frozen=True):
    """The operating system that envdoctor runs on (inside a container: the container's)."""

    os: str
    """`linux`, `windows` or `darwin`."""
    name: str | None | Unknown = NOT_ASKED
    """For people: "Ubuntu 22.04.5 LTS"."""
    kernel: str | None | Unknown = NOT_ASKED
    arch: str | None | Unknown = NOT_ASKED
    """`x86_64`, `aarch64` (also for Windows' AMD64 and Apple's arm64)."""
    libc: str | None | Unknown = NOT_ASKED
    """`glibc` or `musl`; None where there is no such choice (Windows, macOS)."""
    libc_version: str | None | Unknown = NOT_ASKED


class Cpu(Fact, frozen=True):
    """The processor, and how much of it this process may use."""

    model: str | None | Unknown = NOT_ASKED
    vendor: str | None | Unknown = NOT_ASKED
    generation: str | None | Unknown = NOT_ASKED
    """Microarchitecture where family and model tell it: "Zen 3", "Sapphire Rapids"."""
    physical_cores: int | None | Unknown = NOT_ASKED
    logical_cores: int | None | Unknown = NOT_ASKED
    affinity: int | None | Unknown = NOT_ASKED
    """CPUs that the scheduler may put this process on (taskset, cpuset, Slurm)."""
    quota: float | None | Unknown = NOT_ASKED
    """CPUs' worth of time that the control group grants; None: no limit."""
    load: float | None | Unknown = NOT_ASKED
    """Runnable processes, mean of the last minute."""

    @property
    def usable(self) -> int | Unknown:
        """Whole CPUs that this process can really use: the least of cores, affinity and quota."""
        counts: list[float] = [
            count for count in (self.logical_cores, self.affinity, self.quota) if isinstance(count, int | float)
        ]
        return max(1, math.floor(min(counts))) if counts else Unknown("neither cores nor affinity are known")


class Memory(Fact, frozen=True):
    """Main memory, in bytes."""

    total_bytes: int | None | Unknown = NOT_ASKED
    available_bytes: int | None | Unknown = NOT_ASKED
    limit_bytes: int | None | Unknown = NOT_ASKED
    """The control group's limit; None: no limit."""
    swap_bytes: int | None | Unknown = NOT_ASKED


class Disk(Fact, frozen=True):
    """A folder that PyTorch or an installation needs, and the room on its file system."""

    purpose: str
    """`home`, `temporary`, `working`, `cache`, `python` (where packages are installed)."""
    path: str
    """"": there is no such folder to name (a user without a home)."""
    free_bytes: int | None | Unknown = NOT_ASKED
    total_bytes: int | None | Unknown = NOT_ASKED
    writable: bool | None | Unknown = NOT_ASKED


class SharedMemory(Fact, frozen=True):
    """`/dev/shm`, through which DataLoader workers hand over batches."""

    total_bytes: int | Unknown = NOT_ASKED
    free_bytes: int | Unknown = NOT_ASKED


class Limits(Fact, frozen=True):
    """Limits of this process; None: unlimited."""

    open_files: int | None | Unknown = NOT_ASKED
    address_space_bytes: int | None | Unknown = NOT_ASKED
    locked_memory_bytes: int | None | Unknown = NOT_ASKED
    processes: int | None | Unknown = NOT_ASKED
    """Processes and threads that this user may have."""
    file_size_bytes: int | None | Unknown = NOT_ASKED
    """Of a file that is written; a checkpoint beyond it is cut off."""


class Platform(Fact, frozen=True):
    """Bare metal, or what stands between us and the machine. All None on bare metal."""

    vm: str | None | Unknown = NOT_ASKED
    """`kvm`, `vmware`, `virtualbox`, `hyper-v`, `xen`, `parallels`, `qemu`, `firecracker`, a cloud's name, …"""
    container: str | None | Unknown = NOT_ASKED
    """`docker`, `podman`, `kubernetes`, `lxc`, `apptainer`, `systemd-nspawn`, …"""
    wsl: int | None | Unknown = NOT_ASKED
    """1 or 2."""
    wsl_gpu_device: bool | None | Unknown = NOT_ASKED
    """WSL 2: `/dev/dxg` is there."""
    wsl_libcuda: bool | None | Unknown = NOT_ASKED
    """WSL 2: `/usr/lib/wsl/lib/libcuda.so.1` is there."""
    linux_driver_in_wsl: str | None | Unknown = NOT_ASKED
    """WSL: path of a libcuda that an NVIDIA driver for bare Linux left outside `/usr/lib/wsl`."""


class PciGpu(Fact, frozen=True):
    """A display or 3-D adapter as the PCI bus shows it, whether or not a driver knows it."""

    address: str
    vendor: str
    """Four hexadecimal digits, lower case: `10de` is NVIDIA, `1002` AMD, `8086` Intel."""
    device: str
    bound: str | None | Unknown = NOT_ASKED
    """The kernel driver that holds it: `nvidia`, `nouveau`, `vfio-pci`; None: nobody."""
    name: str | None | Unknown = NOT_ASKED
    numa_node: int | None | Unknown = NOT_ASKED


class NvidiaSmi(Fact, frozen=True):
    """What the program `nvidia-smi` answered."""

    path: str
    exit_code: int | Unknown = NOT_ASKED
    """Unknown: it gave no answer in time."""
    driver: str | None | Unknown = NOT_ASKED
    cuda: str | None | Unknown = NOT_ASKED
    message: str | None = None
    """Its words when it failed: one line."""


class DriverVersions(Fact, frozen=True):
    """What five independent sources say of the driver's version, and whether its two halves are one release."""

    nvml: str | None | Unknown = NOT_ASKED
    """User side: of the library NVML, as it says itself."""
    libcuda: str | None | Unknown = NOT_ASKED
    """User side: in the name of the libcuda file that is loaded."""
    proc: str | None | Unknown = NOT_ASKED
    """Kernel side: /proc/driver/nvidia/version."""
    sys: str | None | Unknown = NOT_ASKED
    """Kernel side: /sys/module/nvidia/version."""
    smi: str | None | Unknown = NOT_ASKED
    """Kernel side, as nvidia-smi tells it."""
    agree: bool | None | Unknown = NOT_ASKED
    """User side and kernel side are of one version. None: there is no kernel module to compare with (WSL).
    A libcuda of a package for forward compatibility does not count: it may be another."""


class Driver(Fact, frozen=True):
    """The NVIDIA driver, asked in several independent ways. As a whole None: no trace of one."""

    version: str | None | Unknown = NOT_ASKED
    """The version that counts: the running kernel module's, else the user library's (WSL: the Windows driver's)."""
    cuda: str | None | Unknown = NOT_ASKED
    """The newest CUDA that the loaded libcuda knows ("12.2"). A ceiling of features, no installed toolkit."""
    kernel: str | None | Unknown = NOT_ASKED
    """Version of the kernel module that runs; None: none is loaded."""
    kernel_flavor: str | None | Unknown = NOT_ASKED
    """`open` or `proprietary`."""
    module_on_disk: bool | None | Unknown = NOT_ASKED
    """A kernel module for the running kernel is installed (loaded or not)."""
    nouveau: bool | None | Unknown = NOT_ASKED
    """The module nouveau is loaded."""
    library: str | None | Unknown = NOT_ASKED
    """Version of the user libraries (libcuda, NVML), from NVML or the file's name."""
    libcuda: str | None | Unknown = NOT_ASKED
    """The libcuda file that a program gets first; None: there is none."""
    libcuda_error: str | None = None
    """Why the dynamic loader refuses the libcuda that it finds ("file too short"), or what that lacks."""
    library_files: tuple[str, ...] | Unknown = NOT_ASKED
    """Copies of libcuda and NVML in the usual folders and those of LD_LIBRARY_PATH, whether or not they are loaded."""
    cuinit: int | None | Unknown = NOT_ASKED
    """What `cuInit(0)` returned: 0 is success; None: it could not be called, there is no libcuda."""
    cuinit_name: str | None = None
    """`CUDA_ERROR_NO_DEVICE`, …"""
    cuda_device_count: int | None | Unknown = NOT_ASKED
    """Devices that libcuda shows to a process with this environment."""
    nvml: int | None | Unknown = NOT_ASKED
    """What `nvmlInit` returned: 0 is success; None: there is no NVML library."""
    nvml_message: str | None = None
    smi: NvidiaSmi | None = None
    """None: no such program on PATH (nor in its usual places)."""
    device_nodes: tuple[str, ...] | Unknown = NOT_ASKED
    """`/dev/nvidia*`; empty on WSL and Windows."""
    denied_nodes: tuple[str, ...] = ()
    """Those that this user may not open."""
    uvm_loaded: bool | None | Unknown = NOT_ASKED
    """The kernel module nvidia-uvm, which CUDA needs and nvidia-smi does not, is loaded. None: no such thing here."""
    secure_boot: bool | None | Unknown = NOT_ASKED
    """The firmware lets the kernel load signed modules only; None: no UEFI firmware tells."""
    fabric_manager: str | None | Unknown = NOT_ASKED
    """On machines with NVSwitch: `running` or `not running`; None: the PCI bus shows no NVSwitch."""
    versions: DriverVersions | None = None
    """The version by five ways; None: nobody asked them one by one (a pasted text)."""
    cuda_devices_answer: bool | None | Unknown = NOT_ASKED
    """libcuda told something of each device that it counts; None: it counts none. Unknown: it died or hung over one."""


class GpuProcess(Fact, frozen=True):
    """A process that computes or draws on a GPU."""

    pid: int
    """As the driver counts: inside a container this may be the host's number."""
    memory_bytes: int | None | Unknown = NOT_ASKED
    """None: the driver does not tell (Windows, WSL)."""
    name: str | None | Unknown = NOT_ASKED
    """Of its program, without folder and arguments: "python3"."""


class GpuPeer(Fact, frozen=True):
    """How a GPU reaches another one of the same machine."""

    index: int
    """Of the other one."""
    path: str | None | Unknown = NOT_ASKED
    """What lies between: `same board`, `one switch`, `several switches`, `host bridge`, `same NUMA node`,
    `across NUMA nodes`."""
    p2p: str | None | Unknown = NOT_ASKED
    """Reading the other's memory: `ok`, or why not (`chipset not supported`, `GPU not supported`, `disabled`, …)."""
    nvlink: bool | None | Unknown = NOT_ASKED
    """It goes through NVLink."""


class Gpu(Fact, frozen=True):
    """A GPU as the NVIDIA driver describes it. Every reading may fail for itself."""

    index: int
    name: str | None | Unknown = NOT_ASKED
    uuid: str | None | Unknown = NOT_ASKED
    pci_address: str | None | Unknown = NOT_ASKED
    compute_capability: str | None | Unknown = NOT_ASKED
    """"8.6"."""
    memory_total_bytes: int | None | Unknown = NOT_ASKED
    memory_used_bytes: int | None | Unknown = NOT_ASKED
    mig: bool | None | Unknown = NOT_ASKED
    compute_mode: str | None | Unknown = NOT_ASKED
    """`default`, `exclusive_process`, `prohibited`."""
    ecc_uncorrected: int | None | Unknown = NOT_ASKED
    power_limit_watts: float | None | Unknown = NOT_ASKED
    power_watts: float | None | Unknown = NOT_ASKED
    temperature_celsius: int | None | Unknown = NOT_ASKED
    pcie_generation: int | None | Unknown = NOT_ASKED
    pcie_generation_max: int | None | Unknown = NOT_ASKED
    pcie_width: int | None | Unknown = NOT_ASKED
    pcie_width_max: int | None | Unknown = NOT_ASKED
    display: bool | None | Unknown = NOT_ASKED
    processes: tuple[GpuProcess, ...] | None | Unknown = NOT_ASKED
    """Those that compute on it now."""
    graphics_processes: tuple[GpuProcess, ...] | None | Unknown = NOT_ASKED
    """Those that draw on it now."""
    architecture: str | None | Unknown = NOT_ASKED
    """"Ampere"."""
    persistence: bool | None | Unknown = NOT_ASKED
    """The driver stays loaded while nobody uses the GPU; None: no such thing here (Windows)."""
    performance_state: int | None | Unknown = NOT_ASKED
    """0 is full speed, 15 the slowest."""
    utilisation_percent: int | None | Unknown = NOT_ASKED
    """Share of the last moments in which a kernel ran."""
    clock_mhz: int | None | Unknown = NOT_ASKED
    """Of the multiprocessors, now."""
    clock_max_mhz: int | None | Unknown = NOT_ASKED
    memory_clock_mhz: int | None | Unknown = NOT_ASKED
    memory_clock_max_mhz: int | None | Unknown = NOT_ASKED
    held_down_by: tuple[str, ...] | None | Unknown = NOT_ASKED
    """What keeps the clocks low: `idle`, `clocks set`, `power cap`, `hardware slowdown`, `sync boost`, `heat (driver)`,
    `heat (hardware)`, `power brake`, `display clocks`, `board limit`, `reliability`; empty: nothing does."""
    temperature_slowdown_celsius: int | None | Unknown = NOT_ASKED
    """From here on the GPU slows itself down."""
    power_limit_default_watts: float | None | Unknown = NOT_ASKED
    ecc: bool | None | Unknown = NOT_ASKED
    """Error correction is on; None: it has none."""
    ecc_after_restart: bool | None | Unknown = NOT_ASKED
    retired_pages: int | None | Unknown = NOT_ASKED
    """Memory pages that were taken out of use for errors; None on GPUs that remap rows instead (since Ampere)."""
    retired_pages_pending: bool | None | Unknown = NOT_ASKED
    """More will be, at the next restart."""
    remapped_rows: int | None | Unknown = NOT_ASKED
    """Memory rows that were replaced for errors."""
    remapped_rows_pending: bool | None | Unknown = NOT_ASKED
    """More will be, at the next reset."""
    remapped_rows_failed: bool | None | Unknown = NOT_ASKED
    """One could not be replaced: no spare row was left."""
    mig_instances: int | None | Unknown = NOT_ASKED
    """Instances that can compute while MIG is on; None: MIG is off, or there is none."""
    numa_node: int | None | Unknown = NOT_ASKED
    """The memory node of the processor that it is plugged in beside; None: the machine has only one."""
    nvlinks: int | None | Unknown = NOT_ASKED
    """NVLinks that it has; None: it has none."""
    nvlinks_up: int | None | Unknown = NOT_ASKED
    fabric: str | None | Unknown = NOT_ASKED
    """How far NVSwitch's fabric manager came with it: `not started`, `in progress`, `completed`, `failed`; None: it
    needs none."""
    driver_model: str | None | Unknown = NOT_ASKED
    """Windows: `WDDM`, `TCC` or `MCDM`."""
    display_attached: bool | None | Unknown = NOT_ASKED
    """A screen is plugged in, whether or not it is drawn on (`display`)."""
    peers: tuple[GpuPeer, ...] | None | Unknown = NOT_ASKED
    """The GPUs with a higher index; empty for the last one."""
    problem: str | None = None
    """The driver's error when the GPU as a whole could not be asked ("GPU is lost")."""


class Toolkit(Fact, frozen=True):
    """A CUDA toolkit on this machine."""

    path: str
    """Its root: the folder above `bin`, links followed."""
    version: str | None | Unknown = NOT_ASKED
    """Major and minor: "12.4"."""
    nvcc: str | None | Unknown = NOT_ASKED
    """The path of its nvcc; None: runtime libraries only."""
    found_by: tuple[str, ...] = ()
    """`PATH`, `CUDA_HOME`, `CUDA_PATH`, `CUDA_ROOT` (with " (its bin)": the variable wrongly names the folder
    `bin`), `/usr/local`, `/opt`, `/usr/lib`, `conda`, `Program Files`, `wheels`."""
    first_on_path: bool = False
    """Its nvcc is the one that typing `nvcc` starts."""
    cuda_home: bool = False
    """CUDA_HOME (or CUDA_PATH) names it."""


class Compiler(Fact, frozen=True):
    """A host compiler, or a tool that builds with it."""

    name: str
    """`gcc`, `g++`, `clang`, `cl`; `ninja`, `cmake`."""
    path: str
    version: str | None | Unknown = NOT_ASKED


class Library(Fact, frozen=True):
    """A copy of a library on disk."""

    name: str
    """`cudnn`, …"""
    path: str
    version: str | None | Unknown = NOT_ASKED
    owner: str | None | Unknown = NOT_ASKED
    """Where it belongs: `torch`, `wheel`, `toolkit`, `system`, `conda`."""
    package: str | None | Unknown = NOT_ASKED
    """The package that brought it, by metadata: "nvidia-cublas 13.4.1.3"; None: none that we know."""
    loaded: bool = False
    """PyTorch had loaded this very copy when it was last looked at."""
    brought_by: str | None = None
    """Who makes the loader find it: "LD_LIBRARY_PATH=/opt/cuda/lib64", `LD_PRELOAD`, "RPATH of libtorch_cuda.so",
    `ldconfig`; None: it is not known."""


class SearchPath(Fact, frozen=True):
    """One entry of a variable that tells programs where to look, and what lies there."""

    variable: str
    """`PATH`, `LD_LIBRARY_PATH`, `LIBRARY_PATH`, `CUDA_HOME`, `CUDA_PATH`."""
    entry: str
    """As it is written; "" in `LD_LIBRARY_PATH` means the working directory."""
    exists: bool | Unknown = NOT_ASKED
    """A folder of this name is there."""
    holds: tuple[str, ...] = ()
    """Those of `nvcc`, `bin/nvcc`, `libcuda`, `libcudart`, `libcublas`, `libcudnn`, `libnccl`, `libnvJitLink`
    that lie in it."""


class Index(Fact, frozen=True):
    """A place that packages are installed from."""

    tool: str
    """`pip`, `uv`, `conda`."""
    url: str
    """Without user name, password and query."""
    said_by: str
    """"PIP_INDEX_URL", "pip config: global.index-url", "pip's own default", "uv.toml", ".condarc"."""
    mirror: bool = False
    """Somebody has configured it: it is not the tool's own default."""


class Network(Fact, frozen=True):
    """The way to the package index. Only looked at on request."""

    proxies: tuple[str, ...] = ()
    """Names of the proxy variables that are set; their values are nobody's business."""
    indexes: tuple[Index, ...] = ()
    reach: str | Unknown = NOT_ASKED
    """What became of pip's question for one page: `ok`, `dns`, `refused`, `timeout`, `tls`, `denied`, `proxy`,
    `unreachable`, `untrusted` (plain http, which pip refuses), `http` (another error of the server), `no page`."""
    message: str | None = None
    """Pip's words when it failed: one line, without credentials."""


# --- the examined Python -------------------------------------------------------------------------


class Python(Fact, frozen=True):
    """The interpreter that is examined; not the one that runs envdoctor."""

    executable: str
    chosen_because: str = ""
    """"VIRTUAL_ENV names it", "first `python` on PATH", …"""
    version: str | Unknown = NOT_ASKED
    """"3.11.7"."""
    implementation: str | None | Unknown = NOT_ASKED
    """`cpython`, `pypy`, …"""
    kind: str | None | Unknown = NOT_ASKED
    """`venv`, `conda`, `uv`, `system`, `pyenv`, `other`."""
    prefix: str | None | Unknown = NOT_ASKED
    base_prefix: str | None | Unknown = NOT_ASKED
    free_threaded: bool | None | Unknown = NOT_ASKED
    bits: int | None | Unknown = NOT_ASKED
    externally_managed: bool | None | Unknown = NOT_ASKED
    """PEP 668: pip refuses to install here."""
    pip: str | None | Unknown = NOT_ASKED
    headers: str | None | Unknown = NOT_ASKED
    """The folder with its Python.h, which C extensions are compiled with; None: it has none."""
    path: tuple[str, ...] | Unknown = NOT_ASKED
    """`sys.path` of an interactive start in the working directory."""
    duplicates: dict[str, tuple[str, ...]] = {}
    """Packages that are installed more than once: name → versions."""
    leftovers: tuple[str, ...] = ()
    """Half-removed distributions (`~orch-2.1.0.dist-info`)."""
    shadowing: tuple[str, ...] = ()
    """Files and folders (`random.py`) on the search path that hide modules of Python's or that torch needs."""
    startup_output: tuple[str, ...] = ()
    """What it printed before our script's first line (sitecustomize, .pth files)."""
    failure: Failure | None = None
    """Why it did not start; None: it did."""


class Interpreter(Fact, frozen=True):
    """A Python on this machine, as its files say: it was not started, and its torch was not imported."""

    executable: str
    """What a person would give to `--python`."""
    found_by: tuple[str, ...] = ()
    """`VIRTUAL_ENV`, `CONDA_PREFIX`, `.venv in the working directory or above`, `editor settings`,
    `Jupyter kernel NAME`, `python on PATH`, `python3 on PATH`, `PATH`, `conda`, `pyenv`, `poetry`, `uv`, …"""
    version: str | None | Unknown = NOT_ASKED
    """"3.12.7", or "3.12" where the files do not say more."""
    kind: str | None | Unknown = NOT_ASKED
    """`venv`, `conda`, `uv`, `system`, `pyenv`, `other`."""
    prefix: str | None | Unknown = NOT_ASKED
    torch: str | None | Unknown = NOT_ASKED
    """The version of the torch in its site-packages, with the variant: "2.9.1+cu128"; None: there is none."""
    torch_build: str | None | Unknown = NOT_ASKED
    """`cuda`, `rocm`, `xpu`, `cpu`; None: there is no torch."""
    examined: bool = False
    """It is the one that this report is about."""


class Failure(Fact, frozen=True):
    """How a child process ended before its time."""

    kind: str
    """`exception`, `signal`, `exit`, `hang`."""
    stage: str
    """What it had announced to do: `import torch`, `CUDA init`, …"""
    detail: str
    """"SIGSEGV", "ImportError: libcudart.so.12: …", "exit code 0", "no end after 25 s"."""
    last_lines: tuple[str, ...] = ()
    """The last lines that it printed to stderr."""


class Torch(Fact, frozen=True):
    """PyTorch as its files say, read without importing it."""

    version: str | Unknown = NOT_ASKED
    """"2.15.0+cu132", from torch/version.py, which knows the variant better than the metadata."""
    cuda: str | None | Unknown = NOT_ASKED
    """"13.2"; None: not a CUDA build."""
    hip: str | None | Unknown = NOT_ASKED
    xpu: str | None | Unknown = NOT_ASKED
    path: str | None | Unknown = NOT_ASKED
    """The folder `torch`."""
    metadata_version: str | None | Unknown = NOT_ASKED
    """The version that `pip list` shows; None: no dist-info belongs to it."""
    metadata_folder: str | None | Unknown = NOT_ASKED
    """The folder in which that dist-info lies."""
    installer: str | None | Unknown = NOT_ASKED
    """`pip`, `uv`, `conda`; None: the metadata does not say."""
    has_libtorch_cuda: bool | None | Unknown = NOT_ASKED
    extensions: tuple[str, ...] | Unknown = NOT_ASKED
    """Its compiled part, as the file is named: "_C.cpython-311-x86_64-linux-gnu.so". Empty: it has none."""
    requires: tuple[str, ...] | Unknown = NOT_ASKED
    """What its metadata requires on this system ("sympy>=1.13.3", "nvidia-nccl-cu13==2.30.7"); without extras."""

    @property
    def build(self) -> str:
        """`cuda`, `rocm`, `xpu`, `cpu`, or `unknown`."""
        for name, value in (("cuda", self.cuda), ("rocm", self.hip), ("xpu", self.xpu)):
            if isinstance(value, str):
                return name
        return "unknown" if isinstance(self.cuda, Unknown) else "cpu"


class TorchDevice(Fact, frozen=True):
    """A GPU as torch sees it, after CUDA_VISIBLE_DEVICES."""

    index: int
    name: str | None | Unknown = NOT_ASKED
    compute_capability: str | None | Unknown = NOT_ASKED
    memory_total_bytes: int | None | Unknown = NOT_ASKED
    computes: bool | None | Unknown = NOT_ASKED
    """A matrix product and a convolution ran and agreed with the CPU."""
    error: str | None = None


class TorchRun(Fact, frozen=True):
    """What happened when PyTorch was imported and used, in a child of the examined Python."""

    stage: str = "find torch"
    """The last stage that was entered."""
    failure: Failure | None = None
    """None: all stages came to an end."""
    version: str | None | Unknown = NOT_ASKED
    file: str | None | Unknown = NOT_ASKED
    cuda: str | None | Unknown = NOT_ASKED
    hip: str | None | Unknown = NOT_ASKED
    arch_list: tuple[str, ...] | None | Unknown = NOT_ASKED
    """"sm_75", "compute_120", …: what the build carries code for; None: no CUDA build."""
    available: bool | Unknown = NOT_ASKED
    device_count: int | Unknown = NOT_ASKED
    init_error: str | None = None
    """What `torch.cuda.init()` raised."""
    devices: tuple[TorchDevice, ...] = ()
    cudnn: str | None | Unknown = NOT_ASKED
    """Version of the cuDNN that torch loads."""
    mps: bool | None | Unknown = NOT_ASKED
    threads: int | None | Unknown = NOT_ASKED
    """Intra-op threads that torch chose."""
    numpy_works: bool | None | Unknown = NOT_ASKED
    """A tensor could be handed to NumPy; None: NumPy is not installed."""
    numpy_error: str | None = None
    warnings: tuple[str, ...] = ()
    """What the import printed as warnings."""
    shadows: tuple[str, ...] = ()
    """Those of `python.shadowing` that were imported before it failed."""
    libraries: dict[str, str] = {}
    """Name → path of the CUDA libraries and OpenMP runtimes that are loaded."""
    seconds: dict[str, float] = {}
    """Stage → seconds spent in it."""


class Companion(Fact, frozen=True):
    """torchvision or torchaudio, from their files."""

    version: str | None | Unknown = NOT_ASKED
    """From version.py, with the variant: "0.28.0+cu130"."""
    metadata_version: str | None | Unknown = NOT_ASKED
    requires_torch: str | None | Unknown = NOT_ASKED
    """The specifier in its metadata ("==2.13.0"); None: any."""
    path: str | None | Unknown = NOT_ASKED
    missing: tuple[str, ...] | Unknown = NOT_ASKED
    """libtorch libraries that its extension needs and that torch/lib does not have."""
    extension: str | None | Unknown = NOT_ASKED
    """Its compiled extension; None: it has none that we know."""
    load_error: str | None | Unknown = NOT_ASKED
    """What loading the extension raised; None: it loaded."""


# --- what people pasted --------------------------------------------------------------------------


class Message(Fact, frozen=True):
    """A message that was recognised in pasted text: an error, a warning, a line of a build log, a reporter's words."""

    sign: str
    """The name of the signature that it bears (`envdoctor.intake.signs`): `driver-too-old`, `nvcc-mismatch`, …"""
    text: str
    """The words that were recognised, on one line, at most 300 characters."""
    values: dict[str, str] = {}
    """What the message names: {"found": "12.9", "built": "11.8"}."""
    output: bool = True
    """A program printed it, as far as the text shows; False: it stands in a heading or a sentence."""
    line: int = 0
    """Its line in the text, from 1."""


# --- what a project asks for ----------------------------------------------------------------------


class Contract(Fact, frozen=True, kw_only=True):
    """What a project says that it needs (`envdoctor.toml`). What it does not say is empty or None."""

    source: str = ""
    """The name of the file."""
    os: tuple[str, ...] = ()
    """Those that will do: `linux`, `windows`, `darwin`."""
    arch: tuple[str, ...] = ()
    python: str | None = None
    """Version specifiers, as here and below: ">=3.10,<3.13"."""
    torch: str | None = None
    torch_build: tuple[str, ...] = ()
    """Those that will do: `cuda`, `rocm`, `xpu`, `cpu`."""
    packages: dict[str, str] = {}
    """Normalised name → version specifiers; "": any version."""
    driver: str | None = None
    gpu_count: int | None = None
    """At least so many, each with the memory and the capability below."""
    gpu_memory_bytes: int | None = None
    gpu_capability: str | None = None
    """"8.0": this or a newer one."""
    nvcc: str | None = None
    """"": any version."""
    gcc: str | None = None
    memory_bytes: int | None = None
    shm_bytes: int | None = None
    disk: dict[str, int] = {}
    """Purpose of a folder (`Disk.purpose`) → bytes that must be free there."""
    variables: tuple[str, ...] = ()
    """Environment variables that must be set."""
    forbidden_variables: tuple[str, ...] = ()


class Drift(Fact, frozen=True):
    """One thing that is not as it was when a machine was locked."""

    path: str
    """Of the fact: "torch.version"."""
    before: str
    """Its value then, in words; "not there"."""
    after: str
    weight: int
    """0 to 100: how much it can matter to results or speed (`envdoctor.compare.weights`)."""
    reason: str
    """Why it can matter."""
    locked: str = ""
    """When the machine was locked."""


# --- all of it -----------------------------------------------------------------------------------


class Snapshot(Fact, frozen=True, kw_only=True):
    """Everything that is known of a machine at one moment. What nobody looked at is `Unknown`.

    As JSON it is the object `facts` of a report.
    """

    host: Host | Unknown = NOT_ASKED
    cpu: Cpu | Unknown = NOT_ASKED
    memory: Memory | Unknown = NOT_ASKED
    shm: SharedMemory | None | Unknown = NOT_ASKED
    disks: tuple[Disk, ...] | Unknown = NOT_ASKED
    limits: Limits | None | Unknown = NOT_ASKED
    platform: Platform | Unknown = NOT_ASKED
    pci_gpus: tuple[PciGpu, ...] | Unknown = NOT_ASKED
    """Display adapters of all vendors; Unknown where the bus cannot be read (WSL, Windows)."""
    driver: Driver | None | Unknown = NOT_ASKED
    gpus: tuple[Gpu, ...] | Unknown = NOT_ASKED
    """NVIDIA GPUs as the driver lists them; empty: it lists none, or there is no driver."""
    toolkits: tuple[Toolkit, ...] | Unknown = NOT_ASKED
    compilers: tuple[Compiler, ...] | Unknown = NOT_ASKED
    cudnn: tuple[Library, ...] | Unknown = NOT_ASKED
    """Copies of cuDNN on disk."""
    libraries: tuple[Library, ...] | Unknown = NOT_ASKED
    """Copies of the CUDA libraries, cuDNN's parts, OpenMP's runtimes and libstdc++: installed, and which are loaded."""
    environment: dict[str, str] | Unknown = NOT_ASKED
    """Variables from the allow-list (`envdoctor.probes.environment`) that are set. Absent: not set."""
    search_paths: tuple[SearchPath, ...] | Unknown = NOT_ASKED
    """The entries of PATH and its kin, in their order."""
    network: Network | Unknown = NOT_ASKED
    """The way to the package index. Only looked at on request."""
    python: Python | None | Unknown = NOT_ASKED
    pythons: tuple[Interpreter, ...] | Unknown = NOT_ASKED
    """All Pythons that were found, the likeliest first. Only looked for on request, or if there is no torch."""
    packages: dict[str, str] | Unknown = NOT_ASKED
    """Normalised name → version, by metadata, of what the examined Python can import."""
    torch: Torch | None | Unknown = NOT_ASKED
    torch_run: TorchRun | None | Unknown = NOT_ASKED
    """None: there is no torch to run."""
    torchvision: Companion | None | Unknown = NOT_ASKED
    torchaudio: Companion | None | Unknown = NOT_ASKED
    messages: tuple[Message, ...] | Unknown = NOT_ASKED
    """Messages that were recognised in a pasted text, in their order; a machine that is looked at has none to show."""
    told_by: dict[str, str] | Unknown = NOT_ASKED
    """Path of a fact → which part of a pasted text said it ("collect_env, line 12"); of a machine: not asked."""

    contract: Contract | None | Unknown = NOT_ASKED
    """What the project asks for; only with `--against envdoctor.toml`."""
    variables: dict[str, bool] | Unknown = NOT_ASKED
    """Variables that the contract names → whether they are set. Their values are nobody's business."""
    drift: tuple[Drift, ...] | None | Unknown = NOT_ASKED
    """What differs from a lock, the weightiest first; only with `--against LOCK`."""
    observation: Observation | None | Unknown = NOT_ASKED
    """What was seen of a training script; only by `envdoctor bench SCRIPT`."""
    measurements: tuple[Measured, ...] | None | Unknown = NOT_ASKED
    """What a series of experiments measured; only by `envdoctor bench --preset quick` and `full`."""
    explanation: Explanation | None | Unknown = NOT_ASKED
    """What follows from those: where a step's time goes, who is faster from where on, what to change."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in self.__struct_fields__)


def to_builtins(snapshot: Snapshot) -> dict[str, Any]:
    """Turn a snapshot into what JSON can hold."""
    built: dict[str, Any] = msgspec.to_builtins(snapshot)
    return built


def from_builtins(facts: Mapping[str, Any]) -> Snapshot:
    """Make a snapshot of the object `facts` of a report. Facts that this version does not know are left out.

    Raises:
        msgspec.ValidationError: a fact has another shape than this version expects.
    """
    return Snapshot(**{name: _convert(name, facts[name]) for name in Snapshot.__struct_fields__ if name in facts})


def _convert(name: str, value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"unknown"}:
        return msgspec.convert(value, Unknown)
    # msgspec cannot tell two structs of a union apart, so Unknown is handled above and left out here.
    kinds = tuple(kind for kind in _hints()[name].__args__ if kind is not Unknown)
    try:
        return msgspec.convert(value, Union[kinds])  # noqa: UP007  # a union made at run time
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"facts.{name}: {error}") from None


def _hints() -> dict[str, Any]:
    return get_type_hints(Snapshot, vars(sys.modules[__name__]))
