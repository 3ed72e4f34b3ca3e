"""The machines that people have, and the accidents that happen to them: each with the facts that must come out."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.rig import smi
from tests.rig.expect import Because, Words
from tests.rig.machines import A100, GIB, Card, Machine, cards
from tests.rig.smi import Smi


class Profile(msgspec.Struct, frozen=True):
    """A machine, and what the facts `driver` and `gpus` must be on it."""

    name: str
    machine: Machine
    facts: dict[str, Any]


R470 = Card(name="GeForce GTX 1080 Ti", capability="6.1", memory_total=11 * GIB, mig=None)
INIT = "nvmlInitWithFlags"
REFUSED = Because("NVML: ")


def _refused(code: int, exit_code: int, says: str, **machine: Any) -> Machine:
    """Make a machine on which NVML refuses to start, and nvidia-smi says so."""
    faults = {INIT: f"return {code}", **machine.pop("faults", {})}
    return Machine(faults=faults, smi=Smi(does="fails", says=says, exit_code=exit_code), **machine)


MACHINES = (
    Profile(
        "healthy, one GPU",
        Machine(),
        {
            "driver.version": "580.65.06",
            "driver.kernel": "580.65.06",
            "driver.kernel_flavor": "open",
            "driver.library": "580.65.06",
            "driver.cuda": "13.0",
            "driver.module_on_disk": True,
            "driver.nouveau": False,
            "driver.libcuda": Words("/libcuda.so.580.65.06"),
            "driver.libcuda_error": None,
            "driver.library_files.count": 4,
            "driver.cuinit": 0,
            "driver.cuinit_name": "CUDA_SUCCESS",
            "driver.cuda_device_count": 1,
            "driver.nvml": 0,
            "driver.smi.path": "/usr/bin/nvidia-smi",
            "driver.smi.exit_code": 0,
            "driver.smi.driver": "580.65.06",
            "driver.smi.message": None,
            "driver.device_nodes": ("/dev/nvidia-uvm", "/dev/nvidia0", "/dev/nvidiactl"),
            "driver.denied_nodes": (),
            "driver.uvm_loaded": True,
            "driver.secure_boot": None,
            "driver.fabric_manager": None,
            "driver.cuda_devices_answer": True,
            "driver.versions.nvml": "580.65.06",
            "driver.versions.libcuda": "580.65.06",
            "driver.versions.proc": "580.65.06",
            "driver.versions.sys": "580.65.06",
            "driver.versions.smi": "580.65.06",
            "driver.versions.agree": True,
            "gpus.count": 1,
            "gpus.0.name": "NVIDIA GeForce RTX 3090",
            "gpus.0.uuid": "GPU-6f2b7a50-1c1e-4f0a-9d55-000000000000",
            "gpus.0.pci_address": "0000:01:00.0",
            "gpus.0.compute_capability": "8.6",
            "gpus.0.memory_total_bytes": 24 * GIB,
            "gpus.0.memory_used_bytes": 300 << 20,
            "gpus.0.mig": None,
            "gpus.0.compute_mode": "default",
            "gpus.0.ecc_uncorrected": None,
            "gpus.0.power_limit_watts": 350.0,
            "gpus.0.power_watts": 31.5,
            "gpus.0.temperature_celsius": 41,
            "gpus.0.pcie_generation": 1,
            "gpus.0.pcie_generation_max": 4,
            "gpus.0.pcie_width": 16,
            "gpus.0.pcie_width_max": 16,
            "gpus.0.display": False,
            "gpus.0.processes": (),
            "gpus.0.graphics_processes": (),
            "gpus.0.architecture": "Ampere",
            "gpus.0.persistence": True,
            "gpus.0.performance_state": 8,
            "gpus.0.utilisation_percent": 0,
            "gpus.0.clock_mhz": 210,
            "gpus.0.clock_max_mhz": 2100,
            "gpus.0.memory_clock_mhz": 405,
            "gpus.0.memory_clock_max_mhz": 9751,
            "gpus.0.held_down_by": ("idle",),
            "gpus.0.temperature_slowdown_celsius": 95,
            "gpus.0.power_limit_default_watts": 350.0,
            "gpus.0.ecc": None,
            "gpus.0.ecc_after_restart": None,
            "gpus.0.retired_pages": None,
            "gpus.0.retired_pages_pending": None,
            "gpus.0.remapped_rows": None,
            "gpus.0.remapped_rows_pending": None,
            "gpus.0.remapped_rows_failed": None,
            "gpus.0.mig_instances": None,
            "gpus.0.numa_node": None,
            "gpus.0.nvlinks": None,
            "gpus.0.nvlinks_up": None,
            "gpus.0.fabric": None,
            "gpus.0.driver_model": None,
            "gpus.0.display_attached": False,
            "gpus.0.peers": (),
            "gpus.0.problem": None,
        },
    ),
    Profile(
        "8 GPUs",
        Machine(cards=cards(8)),
        {"gpus.count": 8, "gpus.7.index": 7, "gpus.7.pci_address": "0000:08:00.0", "driver.cuda_device_count": 8},
    ),
    Profile(
        "one GPU of three is lost",
        Machine(
            cards=cards(3),
            faults={"nvmlDeviceGetHandleByIndex_v2@1": "return 15", "cuInit": "return 999"},
            smi=Smi(does="fails", says=smi.LOST, exit_code=15),
        ),
        {
            "gpus.count": 3,
            "gpus.0.problem": None,
            "gpus.1.problem": "GPU is lost",
            "gpus.1.name": Because("GPU is lost"),
            "gpus.2.problem": None,
            "gpus.2.name": "NVIDIA A100-SXM4-80GB",
            "driver.version": "580.65.06",
            "driver.smi.message": Words("GPU is lost"),
            "driver.smi.exit_code": 15,
        },
    ),
    Profile(
        "a GPU gets lost between two readings",
        Machine(cards=cards(2), faults={"nvmlDeviceGetTemperature@0": "return 15"}),
        {"gpus.0.problem": "GPU is lost", "gpus.0.name": "NVIDIA A100-SXM4-80GB", "gpus.1.problem": None},
    ),
    Profile(
        "a GPU needs a reset",
        Machine(faults={"nvmlDeviceGetMemoryInfo_v2": "return 16", "nvmlDeviceGetMemoryInfo": "return 16"}),
        {"gpus.0.problem": "GPU requires restart", "gpus.0.memory_total_bytes": Because("restart")},
    ),
    Profile(
        "library newer than the running module",
        _refused(
            18,
            18,
            smi.MISMATCH,
            driver="535.161.08",
            library="535.183.01",
            cuda="12.2",
            faults={"cuInit": "return 803"},
        ),
        {
            "driver.version": "535.161.08",
            "driver.kernel": "535.161.08",
            "driver.library": "535.183.01",
            "driver.nvml": 18,
            "driver.nvml_message": Words("mismatch"),
            "driver.cuinit": 803,
            "driver.cuinit_name": "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
            "driver.smi.message": "Failed to initialize NVML: Driver/library version mismatch",
            "driver.smi.exit_code": 18,
            "gpus": Because("(18)"),
        },
    ),
    Profile(
        "module installed and not loaded",
        _refused(9, 9, smi.NO_DRIVER, kernel=None, nodes=(), faults={"cuInit": "return 100"}),
        {
            "driver.version": "580.65.06",
            "driver.kernel": None,
            "driver.kernel_flavor": None,
            "driver.module_on_disk": True,
            "driver.nvml": 9,
            "driver.nvml_message": "Driver Not Loaded",
            "driver.cuinit": 100,
            "driver.cuda_device_count": 0,
            "driver.device_nodes": (),
            "driver.smi.message": Words("couldn't communicate with the NVIDIA driver"),
            "gpus": Because("Driver Not Loaded"),
        },
    ),
    Profile(
        "no module for this kernel",
        _refused(9, 9, smi.NO_DRIVER, kernel=None, nodes=(), on_disk=False, faults={"cuInit": "return 100"}),
        {"driver.kernel": None, "driver.module_on_disk": False, "driver.library": "580.65.06"},
    ),
    Profile(
        "nouveau holds the card and nothing of NVIDIA's is installed",
        Machine(kernel=None, on_disk=False, nouveau=True, nodes=(), nvml=None, libcuda=None, smi=None),
        {
            "driver.nouveau": True,
            "driver.version": None,
            "driver.library": None,
            "driver.libcuda": None,
            "driver.cuinit": None,
            "driver.nvml": None,
            "driver.smi": None,
        },
    ),
    Profile(
        "this user may not ask",
        _refused(4, 4, smi.NO_PERMISSION),
        {"driver.nvml": 4, "driver.nvml_message": "Insufficient Permissions", "gpus": Because("(4)")},
    ),
    Profile(
        "NVML says it is not initialised",
        _refused(1, 255, smi.UNKNOWN_ERROR),
        {"driver.nvml": 1, "driver.version": "580.65.06", "driver.smi.exit_code": 255, "gpus": REFUSED},
    ),
    Profile(
        "a container lost its devices",
        _refused(999, 255, smi.UNKNOWN_ERROR, faults={"cuInit": "return 100"}, around="docker"),
        {"driver.nvml": 999, "driver.nvml_message": "Unknown Error", "driver.cuinit": 100, "gpus": REFUSED},
    ),
    Profile(
        "a container without GPUs sees the host's module",
        Machine(nodes=(), on_disk=False, nvml=None, libcuda=None, smi=None, around="docker"),
        {
            "driver.version": "580.65.06",
            "driver.kernel": "580.65.06",
            "driver.library": None,
            "driver.libcuda": None,
            "driver.nvml": None,
            "driver.smi": None,
            "gpus": Because("no NVML library"),
        },
    ),
    Profile(
        "MIG is on",
        Machine(cards=(msgspec.structs.replace(A100, mig=1),)),
        {"gpus.0.mig": True, "gpus.0.ecc_uncorrected": 0},
    ),
    Profile(
        "exclusive mode, and taken",
        Machine(cards=(Card(compute_mode=3, processes="4711:8589934592"),), faults={"cuDeviceGet": "return 46"}),
        {
            "gpus.0.compute_mode": "exclusive_process",
            "gpus.0.processes.0.pid": 4711,
            "gpus.0.processes.0.memory_bytes": 8 * GIB,
            "driver.cuinit": 0,
        },
    ),
    Profile("computing is prohibited", Machine(cards=(Card(compute_mode=2),)), {"gpus.0.compute_mode": "prohibited"}),
    Profile(
        "memory full",
        Machine(cards=(Card(memory_used=24 * GIB - (600 << 20), processes="1:1073741824,2:-,3:22548578304"),)),
        {
            "gpus.0.memory_used_bytes": 24 * GIB - (600 << 20),
            "gpus.0.processes.count": 3,
            "gpus.0.processes.1.memory_bytes": None,
        },
    ),
    Profile(
        "uncorrectable memory errors",
        Machine(cards=(msgspec.structs.replace(A100, ecc=17),)),
        {"gpus.0.ecc_uncorrected": 17},
    ),
    Profile(
        "cuInit: no device",
        Machine(faults={"cuInit": "return 100"}),
        {"driver.cuinit": 100, "driver.cuinit_name": "CUDA_ERROR_NO_DEVICE", "gpus.count": 1},
    ),
    Profile(
        "cuInit: the driver is too old for this libcuda",
        Machine(faults={"cuInit": "return 35"}),
        {
            "driver.cuinit": 35,
            "driver.cuinit_name": "CUDA_ERROR_INSUFFICIENT_DRIVER",
            "driver.cuda_device_count": Because("CUDA_ERROR_INSUFFICIENT_DRIVER"),
        },
    ),
    Profile(
        "cuInit: the fabric manager is not ready",
        Machine(cards=cards(8), faults={"cuInit": "return 802"}),
        {"driver.cuinit": 802, "driver.cuinit_name": "CUDA_ERROR_SYSTEM_NOT_READY", "gpus.count": 8},
    ),
    Profile(
        "cuInit: two halves of a driver",
        Machine(faults={"cuInit": "return 803"}),
        {"driver.cuinit": 803, "driver.cuinit_name": "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"},
    ),
    Profile(
        "cuInit: compatibility package on a consumer GPU",
        Machine(faults={"cuInit": "return 804"}),
        {"driver.cuinit": 804, "driver.cuinit_name": "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE"},
    ),
    Profile(
        "cuInit: unknown error",
        Machine(faults={"cuInit": "return 999"}),
        {"driver.cuinit": 999, "driver.cuinit_name": "CUDA_ERROR_UNKNOWN", "driver.nvml": 0, "gpus.count": 1},
    ),
    Profile(
        "cuInit gives a code that nobody knows",
        Machine(faults={"cuInit": "return 777"}),
        {"driver.cuinit": 777, "driver.cuinit_name": "error 777"},
    ),
    Profile(
        "libcuda is a toolkit's stub",
        Machine(libcuda="stub"),
        {
            "driver.cuinit": 34,
            "driver.cuinit_name": "CUDA_ERROR_STUB_LIBRARY",
            "driver.cuda": "13.0",
            "driver.cuda_device_count": Because("CUDA_ERROR_STUB_LIBRARY"),
        },
    ),
    Profile(
        "driver 470",
        Machine(
            driver="470.223.02",
            cuda="11.4",
            flavor="proprietary",
            cards=(R470,),
            faults={
                "nvmlDeviceGetMemoryInfo_v2": "return 13",
                "nvmlDeviceGetComputeRunningProcesses_v3": "return 13",
            },
        ),
        {
            "driver.version": "470.223.02",
            "driver.kernel_flavor": "proprietary",
            "driver.library": "470.223.02",
            "driver.cuda": "11.4",
            "gpus.0.compute_capability": "6.1",
            # Version 1 of the call counts what the driver reserves.
            "gpus.0.memory_used_bytes": 800 << 20,
            "gpus.0.processes": (),
        },
    ),
    Profile(
        "driver 610",
        Machine(driver="610.43.02", cuda="13.3"),
        {"driver.version": "610.43.02", "driver.cuda": "13.3", "driver.smi.driver": "610.43.02"},
    ),
    Profile(
        "WSL 2",
        Machine(
            driver="551.61",
            library="550.54.10",
            cuda="12.4",
            kernel=None,
            on_disk=False,
            nodes=(),
            around="wsl2",
            cards=(Card(name="NVIDIA T500", memory_total=2 * GIB, power_limit=None, processes="99:-"),),
        ),
        {
            "driver.version": "551.61",
            "driver.kernel": None,
            "driver.library": "550.54.10",
            "driver.device_nodes": (),
            "driver.cuinit": 0,
            "gpus.0.power_limit_watts": None,
            "gpus.0.processes.0.memory_bytes": None,
        },
    ),
    Profile(
        "GPU access blocked on WSL 2",
        _refused(
            17, 17, smi.BLOCKED, kernel=None, on_disk=False, nodes=(), faults={"cuInit": "return 100"}, around="wsl2"
        ),
        {
            "driver.nvml": 17,
            "driver.nvml_message": Words("operating system has blocked"),
            "driver.smi.message": "Failed to initialize NVML: GPU access blocked by the operating system",
        },
    ),
    Profile(
        "a driver and no GPU",
        Machine(cards=()),
        {
            "driver.nvml": 0,
            "driver.version": "580.65.06",
            "driver.cuinit": 100,
            "driver.cuda_device_count": 0,
            "driver.smi.message": "No devices were found",
            "gpus": (),
        },
    ),
    Profile(
        "CUDA_VISIBLE_DEVICES hides one of two",
        Machine(cards=cards(2), environment={"CUDA_VISIBLE_DEVICES": "1"}),
        {"gpus.count": 2, "driver.cuda_device_count": 1, "driver.cuinit": 0},
    ),
    Profile(
        "CUDA_VISIBLE_DEVICES is empty",
        Machine(environment={"CUDA_VISIBLE_DEVICES": ""}),
        {"gpus.count": 1, "driver.cuda_device_count": 0, "driver.cuinit": 100},
    ),
    Profile(
        "a board without NVML (Jetson)",
        Machine(driver="540.4.0", cuda="12.6", nvml=None, smi=None, cards=(Card(name="Orin", capability="8.7"),)),
        {
            "driver.nvml": None,
            "driver.cuinit": 0,
            "gpus.count": 1,
            "gpus.0.name": "Orin",
            "gpus.0.compute_capability": "8.7",
            "gpus.0.pci_address": "0000:01:00.0",
            "gpus.0.temperature_celsius": Because("not told"),
        },
    ),
    Profile(
        "nvidia-smi is missing beside a sound driver",
        Machine(smi=None),
        {"driver.smi": None, "driver.version": "580.65.06", "gpus.count": 1},
    ),
    *(
        Profile(
            f"driver {driver}",
            Machine(driver=driver, cuda=cuda, flavor=flavor),
            {
                "driver.version": driver,
                "driver.kernel_flavor": flavor,
                "driver.library": driver,
                "driver.cuda": cuda,
                "driver.smi.driver": driver,
            },
        )
        for driver, cuda, flavor in (
            ("525.147.05", "12.0", "proprietary"),
            ("535.183.01", "12.2", "proprietary"),
            ("550.54.14", "12.4", "open"),
            ("590.44.01", "13.1", "open"),
        )
    ),
    Profile(
        "a workstation with an old and a new card",
        Machine(
            cards=(R470, Card(name="NVIDIA RTX 6000 Ada Generation", capability="8.9", bus="00000000:41:00.0", ecc=0))
        ),
        {
            "gpus.count": 2,
            "gpus.0.compute_capability": "6.1",
            "gpus.0.ecc_uncorrected": None,
            "gpus.1.compute_capability": "8.9",
            "gpus.1.pci_address": "0000:41:00.0",
            "gpus.1.ecc_uncorrected": 0,
        },
    ),
    Profile(
        "a laptop: the card drives the screen and tells no power limit",
        Machine(
            cards=(Card(name="NVIDIA GeForce RTX 4060 Laptop GPU", capability="8.9", display=1, power_limit=None),)
        ),
        {"gpus.0.display": True, "gpus.0.power_limit_watts": None, "gpus.0.power_watts": 31.5},
    ),
    Profile(
        "a container with its GPU",
        Machine(around="docker", on_disk=False),
        {"driver.kernel": "580.65.06", "driver.module_on_disk": False, "driver.cuinit": 0, "gpus.count": 1},
    ),
    Profile(
        "a container whose driver was updated on the host",
        _refused(
            18,
            18,
            smi.MISMATCH,
            driver="580.65.06",
            library="570.86.10",
            around="docker",
            faults={"cuInit": "return 803"},
        ),
        {"driver.kernel": "580.65.06", "driver.library": "570.86.10", "driver.nvml": 18, "driver.cuinit": 803},
    ),
    Profile(
        "16 GPUs in a domain of their own",
        Machine(cards=tuple(msgspec.structs.replace(card, bus=f"0001{(card.bus or '')[4:]}") for card in cards(16))),
        {"gpus.count": 16, "gpus.15.index": 15, "driver.cuda_device_count": 16},
    ),
)
"""Machines whose programs and libraries all answer."""

ACCIDENTS = (
    Profile(
        "NVML hangs at its start",
        Machine(faults={INIT: "hang"}),
        {
            "driver.nvml": Because("nvmlInit"),
            "driver.library": "580.65.06",
            "driver.version": "580.65.06",
            "driver.cuinit": 0,
            "gpus": Because("no end after"),
        },
    ),
    Profile(
        "NVML hangs and ignores SIGTERM",
        Machine(faults={INIT: "hang-hard"}),
        {"driver.nvml": Because("nvmlInit"), "driver.cuinit": 0, "gpus": Because("no end after")},
    ),
    Profile(
        "NVML aborts at its start",
        Machine(faults={INIT: "abort"}),
        {"driver.nvml": Because("SIGABRT in nvmlInit"), "driver.cuinit": 0, "gpus.0.compute_capability": "8.6"},
    ),
    Profile(
        "NVML crashes at its start",
        Machine(faults={INIT: "segfault"}),
        {"driver.nvml": Because("SIGSEGV in nvmlInit"), "driver.cuinit": 0, "gpus.0.pci_address": "0000:01:00.0"},
    ),
    Profile(
        "NVML ends the process",
        Machine(faults={INIT: "exit 0"}),
        {"driver.nvml": Because("exit code 0 in nvmlInit"), "driver.cuinit": 0},
    ),
    Profile(
        "NVML crashes while it counts",
        Machine(faults={"nvmlDeviceGetCount_v2": "segfault"}),
        {"driver.nvml": 0, "driver.version": "580.65.06", "gpus": Because("SIGSEGV in nvmlDeviceGetCount")},
    ),
    Profile(
        "the version cannot be read",
        Machine(kernel=None, faults={"nvmlSystemGetDriverVersion": "return 999"}),
        {"driver.nvml": 0, "driver.version": "580.65.06", "gpus.count": 1},
    ),
    Profile(
        "one GPU of three hangs",
        Machine(cards=cards(3), faults={"nvmlDeviceGetPowerUsage@1": "hang"}),
        {
            "gpus.count": 3,
            "gpus.0.problem": None,
            "gpus.1.problem": "no answer in nvmlDeviceGetPowerUsage",
            "gpus.1.name": "NVIDIA A100-SXM4-80GB",
            "gpus.1.temperature_celsius": Because("no answer"),
            "gpus.2.problem": None,
            "gpus.2.temperature_celsius": 41,
        },
    ),
    Profile(
        "one GPU of three crashes NVML",
        Machine(cards=cards(3), faults={"nvmlDeviceGetName@1": "segfault"}),
        {
            "gpus.count": 3,
            "gpus.0.problem": None,
            "gpus.1.problem": "SIGSEGV in nvmlDeviceGetName",
            "gpus.2.problem": None,
            "gpus.2.name": "NVIDIA A100-SXM4-80GB",
        },
    ),
    Profile(
        "the last GPU aborts NVML",
        Machine(cards=cards(2), faults={"nvmlDeviceGetUUID@1": "abort"}),
        {"gpus.0.problem": None, "gpus.1.problem": "SIGABRT in nvmlDeviceGetUUID", "gpus.1.compute_capability": "8.0"},
    ),
    Profile(
        "one reading is refused",
        Machine(faults={"nvmlDeviceGetPowerUsage": "return 4"}),
        {
            "gpus.0.power_watts": Because("Insufficient Permissions"),
            "gpus.0.power_limit_watts": 350.0,
            "gpus.0.problem": None,
        },
    ),
    Profile(
        "cuInit hangs",
        Machine(faults={"cuInit": "hang"}),
        {"driver.cuinit": Because("in cuInit"), "driver.cuda": "13.0", "driver.nvml": 0, "gpus.count": 1},
    ),
    Profile(
        "cuInit aborts",
        Machine(faults={"cuInit": "abort"}),
        {
            "driver.cuinit": Because("SIGABRT in cuInit"),
            "driver.libcuda": Words("libcuda.so."),
            "driver.cuda_device_count": Because("SIGABRT"),
            "gpus.count": 1,
        },
    ),
    Profile(
        "cuInit crashes",
        Machine(faults={"cuInit": "segfault"}),
        {"driver.cuinit": Because("SIGSEGV in cuInit"), "gpus.count": 1},
    ),
    Profile(
        "libcuda crashes over a device",
        Machine(faults={"cuDeviceGetName": "segfault"}),
        {"driver.cuinit": 0, "driver.cuda_device_count": 1, "gpus.count": 1},
    ),
    Profile(
        "libcuda is an empty file",
        Machine(libcuda="empty"),
        {
            "driver.libcuda": Words("libcuda.so.1"),
            "driver.libcuda_error": Words("file too short"),
            "driver.cuinit": Because("file too short"),
            "driver.cuda": "13.0",
            "gpus.count": 1,
        },
    ),
    Profile(
        "libcuda is of another architecture",
        Machine(libcuda="other"),
        {"driver.libcuda_error": Words("ELF class"), "driver.cuinit": Because("ELF class"), "gpus.count": 1},
    ),
    Profile(
        "NVML is an empty file",
        Machine(nvml="empty"),
        {
            "driver.nvml": Because("file too short"),
            "driver.nvml_message": Words("file too short"),
            "driver.version": "580.65.06",
            "driver.cuinit": 0,
            "gpus.0.memory_total_bytes": 24 * GIB,
        },
    ),
    Profile(
        "nvidia-smi hangs",
        Machine(smi=Smi(does="hangs")),
        {"driver.smi.exit_code": Because("did not answer"), "driver.version": "580.65.06", "gpus.count": 1},
    ),
    Profile(
        "nvidia-smi hangs and ignores SIGTERM",
        Machine(smi=Smi(does="ignores SIGTERM")),
        {"driver.smi.exit_code": Because("did not answer"), "driver.smi.driver": Because("did not"), "gpus.count": 1},
    ),
    Profile(
        "nvidia-smi floods",
        Machine(smi=Smi(does="floods")),
        {"driver.smi.exit_code": Because("did not answer"), "driver.version": "580.65.06", "gpus.count": 1},
    ),
    Profile(
        "nvidia-smi prints rubbish",
        Machine(smi=Smi(does="rubbish")),
        {"driver.smi.exit_code": 0, "driver.smi.driver": Because("does not name the driver"), "gpus.count": 1},
    ),
    Profile(
        "everything hangs",
        Machine(faults={INIT: "hang-hard", "cuInit": "hang-hard"}, smi=Smi(does="ignores SIGTERM")),
        {
            "driver.version": "580.65.06",
            "driver.nvml": Because("no end after"),
            "driver.cuinit": Because("no end after"),
            "driver.smi.exit_code": Because("did not answer"),
            "gpus": Because("no end after"),
        },
    ),
)
"""Machines on which something crashes, hangs or talks nonsense."""
