"""More accidents, one call at a time: each with the facts that must be seen and the cause that must come out."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.rig import smi
from tests.rig.expect import Because, Words
from tests.rig.machines import A100, GIB, Card, Machine, cards
from tests.rig.smi import Smi
from tests.rig.torch_package import BLIND, SEES, TorchPackage


class Accident(msgspec.Struct, frozen=True):
    """A machine, the torch on it, and what must be found."""

    name: str
    machine: Machine
    torch: TorchPackage
    cause: str | None
    """Of the primary finding; None: nothing is broken."""
    facts: dict[str, Any] = {}

    @property
    def hangs(self) -> bool:
        """Something does not answer: the deadline will be waited for."""
        waits = self.machine.smi is not None and self.machine.smi.does in SILENT_PROGRAMS
        return waits or any("hang" in fault or fault == "floods" for fault in self.machine.faults.values())


SILENT_PROGRAMS = ("hangs", "ignores SIGTERM", "floods", "one line")
VERSION = "580.65.06"
HANDLE, COUNT = "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetCount_v2"
TORCH_ONLY = "cuda-unavailable"
"""What is left where the driver answers well and PyTorch alone does not reach it."""


def _nvml(function: str, fault: str, cause: str | None, facts: dict[str, Any], **machine: Any) -> Accident:
    faults = {function: fault, **machine.pop("faults", {})}
    return Accident(f"NVML: {function}: {fault}", Machine(faults=faults, **machine), BLIND, cause, facts)


def _cuda(function: str, fault: str, cause: str | None, facts: dict[str, Any], **machine: Any) -> Accident:
    faults = {function: fault, **machine.pop("faults", {})}
    return Accident(f"libcuda: {function}: {fault}", Machine(faults=faults, **machine), BLIND, cause, facts)


def _start_refused(code: int, words: str, cause: str) -> Accident:
    """Let nvmlInit return a code, while cuInit does not know what is wrong."""
    refusal = Smi(does="fails", says=f"Failed to initialize NVML: {words}\n", exit_code=code)
    facts = {"driver.nvml": code, "driver.nvml_message": words, "driver.version": VERSION, "gpus": Because(words)}
    faults = {"cuInit": "return 999"}
    return _nvml("nvmlInitWithFlags", f"return {code}", cause, facts, faults=faults, smi=refusal)


def _cuinit(code: int, cause: str, **machine: Any) -> Accident:
    return _cuda("cuInit", f"return {code}", cause, {"driver.cuinit": code, "driver.nvml": 0}, **machine)


def _smi(name: str, program: Smi, facts: dict[str, Any]) -> Accident:
    """Let only nvidia-smi be odd: the driver is sound, and PyTorch works."""
    known = {"driver.version": VERSION, "driver.cuda": "13.0", "gpus.count": 1}
    return Accident(f"nvidia-smi {name}", Machine(smi=program), SEES, None, known | facts)


NVML_STARTS = (
    _start_refused(2, "Invalid Argument", "uvm-or-suspend"),
    _start_refused(8, "Insufficient External Power", "gpu-fault"),
    _start_refused(10, "Timeout", "uvm-or-suspend"),
    _start_refused(11, "Interrupt Request Issue", "uvm-or-suspend"),
    _start_refused(12, "NVML Shared Library Not Found", "uvm-or-suspend"),
    _start_refused(13, "Function Not Found", "uvm-or-suspend"),
    _start_refused(15, "GPU is lost", "gpu-fault"),
    _start_refused(16, "GPU requires restart", "gpu-fault"),
    _start_refused(20, "Insufficient Memory", "uvm-or-suspend"),
    _start_refused(99999, "Unknown Error", "uvm-or-suspend"),
)
"""Codes of nvmlInit. Those that speak of the card are the card's fault; behind the others stands cuInit's 999."""

NVML_CALLS = (
    _nvml(COUNT, "return 999", "uvm-or-suspend", {"gpus": Because("Unknown Error")}, faults={"cuInit": "return 999"}),
    _nvml(COUNT, "hang", "driver-wedged", {"driver.nvml": 0, "gpus": Because("in nvmlDeviceGetCount")}),
    _nvml(COUNT, "abort", "driver-wedged", {"driver.nvml": 0, "gpus": Because("SIGABRT in nvmlDeviceGetCount")}),
    _nvml(HANDLE, "return 15", "gpu-fault", {"gpus.0.problem": "GPU is lost", "gpus.1.problem": "GPU is lost"},
          cards=cards(2), faults={"cuInit": "return 100"}),
    _nvml(f"{HANDLE}@1", "return 16", "gpu-fault", {"gpus.0.problem": None, "gpus.1.problem": "GPU requires restart"},
          cards=cards(2), faults={"cuInit": "return 999"}),
    _nvml(f"{HANDLE}@1", "return 999", "gpu-fault", {"gpus.0.problem": None, "gpus.1.problem": "Unknown Error"},
          cards=cards(2)),
    _nvml(HANDLE, "hang", "gpu-fault", {"gpus.0.problem": "no answer in nvmlDeviceGetHandleByIndex"}),
    _nvml(HANDLE, "segfault", "gpu-fault", {"gpus.count": 3, "gpus.2.problem": Words("SIGSEGV in")}, cards=cards(3)),
    _nvml("nvmlDeviceGetName@7", "exit 0", "gpu-fault",
          {"gpus.6.problem": None, "gpus.7.problem": "exit code 0 in nvmlDeviceGetName"}, cards=cards(8)),
    _nvml("nvmlDeviceGetMigMode@0", "abort", "gpu-fault",
          {"gpus.0.problem": "SIGABRT in nvmlDeviceGetMigMode", "gpus.1.problem": None}, cards=cards(2)),
    _nvml("nvmlDeviceGetComputeRunningProcesses_v3", "hang", "gpu-fault",
          {"gpus.0.processes": Because("no answer"), "gpus.0.memory_total_bytes": 24 * GIB}),
    _nvml("nvmlDeviceGetComputeMode", "return 4", TORCH_ONLY,
          {"gpus.0.compute_mode": Because("Permissions"), "gpus.0.problem": None}),
    _nvml("nvmlDeviceGetPciInfo_v3", "return 999", TORCH_ONLY, {"gpus.0.pci_address": Because("Unknown Error")}),
    _nvml("nvmlDeviceGetUUID", "return 3", TORCH_ONLY, {"gpus.0.uuid": None, "gpus.0.name": Words("3090")}),
    _nvml("nvmlDeviceGetCudaComputeCapability", "return 13", TORCH_ONLY,
          {"gpus.0.compute_capability": Because("does not have the function")}),
    _nvml("nvmlSystemGetDriverVersion", "hang", "driver-wedged",
          {"driver.version": VERSION, "driver.nvml": 0, "gpus": Because("no end after")}),
    _nvml("nvmlSystemGetDriverVersion", "segfault", "driver-wedged", {"driver.version": VERSION, "driver.cuinit": 0}),
    _nvml("nvmlSystemGetCudaDriverVersion", "abort", "driver-wedged", {"driver.cuda": "13.0", "driver.nvml": 0}),
    _nvml("nvmlSystemGetCudaDriverVersion", "return 999", TORCH_ONLY, {"driver.cuda": "13.0", "gpus.count": 1}),
    _nvml("nvmlSystemGetNVMLVersion", "segfault", "driver-wedged",
          {"driver.nvml": Because("SIGSEGV in nvmlSystemGetNVMLVersion"), "driver.library": VERSION}),
    _nvml("nvmlSystemGetNVMLVersion", "hang", "driver-wedged", {"driver.nvml": Because("no end after")}),
    _nvml("nvmlSystemGetNVMLVersion", "return 999", TORCH_ONLY, {"driver.library": VERSION, "driver.nvml": 0}),
    _nvml("nvmlErrorString", "return 0", "driver-library-mismatch", {"driver.nvml": 18, "driver.kernel": "570.86.10"},
          driver="570.86.10", library=VERSION, smi=None,
          faults={"nvmlInitWithFlags": "return 18", "cuInit": "return 803"}),
)  # fmt: skip
"""Every other call of NVML."""

CUDA_CALLS = (
    *(_cuinit(code, TORCH_ONLY) for code in (1, 2, 3, 101, 304, 305, 719, 801, 805)),
    _cuinit(34, "driver-stub-on-path"),
    _cuinit(
        46, "mig-or-exclusive-mode", cards=(Card(compute_mode=3, processes="4711:8589934592"),)
    ),
    _cuinit(100, "mig-or-exclusive-mode", cards=(msgspec.structs.replace(A100, mig=1),)),
    _cuda("cuInit", "exit 3", "driver-wedged", {"driver.cuinit": Because("exit code 3 in cuInit"), "driver.nvml": 0}),
    _cuda("cuInit", "hang-hard", "driver-wedged", {"driver.cuinit": Because("in cuInit"), "gpus.count": 1}),
    _cuda("cuDriverGetVersion", "segfault", "driver-wedged", {"driver.cuda": "13.0", "driver.cuinit": Because("SIG")}),
    _cuda("cuDriverGetVersion", "hang", "driver-wedged", {"driver.cuda": "13.0", "driver.nvml": 0}),
    _cuda("cuDriverGetVersion", "return 3", TORCH_ONLY, {"driver.cuda": "13.0", "driver.cuinit": 0}),
    _cuda("cuDeviceGetCount", "return 999", TORCH_ONLY, {"driver.cuda_device_count": Because("CUDA_ERROR_UNKNOWN")}),
    _cuda("cuDeviceGetCount", "abort", "driver-wedged", {"driver.cuda_device_count": Because("SIGABRT in cuDevice")}),
    _cuda("cuDeviceGetCount", "hang", "driver-wedged", {"driver.cuinit": 0, "gpus.count": 1}),
    _cuda("cuDeviceGet", "return 101", TORCH_ONLY, {"driver.cuda_device_count": 1, "driver.cuinit": 0}),
    _cuda("cuGetErrorName", "segfault", "uvm-or-suspend", {"driver.cuinit": 999}, faults={"cuInit": "return 999"}),
    _cuda("cuGetErrorName", "hang", "uvm-or-suspend", {"driver.cuinit": 999}, faults={"cuInit": "return 999"}),
    _cuda("cuGetErrorName", "return 1", TORCH_ONLY, {"driver.cuinit_name": "CUDA_ERROR_INVALID_VALUE"},
          faults={"cuInit": "return 1"}),
    _cuda("cuDeviceGetAttribute", "return 999", TORCH_ONLY,
          {"gpus.0.compute_capability": Because("CUDA_ERROR_UNKNOWN"), "gpus.0.problem": None}, nvml=None, smi=None),
    _cuda("cuDeviceTotalMem_v2", "return 2", TORCH_ONLY,
          {"gpus.0.memory_total_bytes": Because("OUT_OF_MEMORY"), "gpus.count": 1}, nvml=None, smi=None),
)  # fmt: skip
"""Every call of libcuda; the last two where no NVML knows better."""

PROGRAMS = (
    _smi("fails without a word", Smi(does="fails", exit_code=9), {"driver.smi.exit_code": 9}),
    _smi("is a wrapper that finds nothing", Smi(does="fails", says="nvidia-smi: not found\n", exit_code=127),
         {"driver.smi.message": "nvidia-smi: not found"}),
    _smi("does not know CUDA", Smi(cuda="ERR!"), {"driver.smi.driver": VERSION}),
    _smi("is another driver's", Smi(driver="535.161.08"), {"driver.smi.driver": "535.161.08"}),
    _smi("may not ask", Smi(does="fails", says=smi.NO_PERMISSION, exit_code=4), {"driver.smi.exit_code": 4}),
    _smi("is killed", Smi(does="dies"), {"driver.smi.exit_code": -9}),
)  # fmt: skip

FILES = (
    Accident("NVML is of another architecture", Machine(nvml="other"), SEES, None,
             {"driver.nvml": Because("ELF class"), "driver.cuinit": 0}),
    Accident("NVML is a text file", Machine(nvml="text"), SEES, None,
             {"driver.nvml": Because("invalid ELF header"), "driver.cuinit": 0}),
    Accident("libcuda is a text file", Machine(libcuda="text"), BLIND, "libcuda-broken",
             {"driver.libcuda_error": Words("invalid ELF header"), "driver.nvml": 0}),
    Accident("libcuda is a folder", Machine(libcuda="folder"), BLIND, "libcuda-broken",
             {"driver.libcuda_error": Words("libcuda.so.1"), "driver.nvml": 0}),
    Accident("half a download of libcuda", Machine(libcuda="half"), BLIND, "libcuda-broken",
             {"driver.libcuda_error": Words("libcuda.so.1"), "driver.nvml": 0}),
    Accident("nvidia-uvm is missing", Machine(nodes=("nvidia0", "nvidiactl"), faults={"cuInit": "return 999"}), BLIND,
             "uvm-or-suspend", {"driver.device_nodes": ("/dev/nvidia0", "/dev/nvidiactl")}),
    Accident("the module runs and nobody made its device nodes",
             Machine(nodes=(), smi=None, faults={"cuInit": "return 100", "nvmlInitWithFlags": "return 9"}), BLIND,
             "driver-not-loaded", {"driver.kernel": VERSION, "driver.device_nodes": (), "driver.nvml": 9}),
    Accident("no device nodes, and all works (a driver that makes them late)", Machine(nodes=()), SEES, None,
             {"driver.device_nodes": (), "driver.cuinit": 0}),
    Accident("memory full, and no program starts",
             Machine(cards=(Card(memory_used=24 * GIB - (600 << 20), processes="1:1073741824,3:22548578304"),)), SEES,
             None, {"gpus.0.processes.1.pid": 3}),
)  # fmt: skip
"""Libraries, device files and cards that are not what they should be."""

ALL = (*NVML_STARTS, *NVML_CALLS, *CUDA_CALLS, *PROGRAMS, *FILES)
