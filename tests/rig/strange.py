"""What a hostile or strange driver stack does besides: libraries, programs and machines, each with the cause."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.rig.accidents import TORCH_ONLY, VERSION, Accident
from tests.rig.expect import Because, Words
from tests.rig.machines import A100, GIB, Card, Machine, cards
from tests.rig.profiles_gpu import HGX
from tests.rig.smi import LOST, MISMATCH, NO_DEVICES, NO_DRIVER, UNKNOWN_ERROR, Smi
from tests.rig.torch_package import BLIND, CPU_BUILD, SEES, TorchPackage

BUSY: dict[str, Any] = {"utilisation": 99, "performance_state": 0, "pcie_generation": 4}
NOT_LOADED: dict[str, Any] = {
    "kernel": None,
    "nodes": (),
    "faults": {"nvmlInitWithFlags": "return 9", "cuInit": "return 100"},
    "smi": Smi(does="fails", says=NO_DRIVER, exit_code=9),
}
JETSON: dict[str, Any] = {
    "driver": "540.4.0", "cuda": "12.6", "nvml": None, "smi": None, "around": "jetson", "bus": False,
    "cards": (Card(name="Orin", capability="8.7"),), "nodes": ("nvidia0", "nvidiactl"), "uvm": True,
}  # fmt: skip
NOTHING: dict[str, Any] = {
    "kernel": None, "on_disk": False, "nodes": (), "nvml": None, "libcuda": None, "smi": None, "cards": (),
}  # fmt: skip


def _loading(library: str, fault: str, facts: dict[str, Any]) -> Accident:
    """Let a library do something to whoever loads it."""
    machine = Machine(faults={f"load {library}": fault})
    return Accident(f"{library} while it is loaded: {fault}", machine, BLIND, "driver-wedged", facts)


LOADING = (
    _loading("nvml", "abort", {"driver.nvml": Because("SIGABRT in load libnvidia-ml"), "driver.cuinit": 0}),
    _loading("nvml", "segfault", {"driver.nvml": Because("SIGSEGV in load"), "driver.version": VERSION}),
    _loading("nvml", "exit 0", {"driver.nvml": Because("exit code 0 in load")}),
    _loading("nvml", "hang-hard", {"driver.nvml": Because("no end after"), "driver.cuinit": 0}),
    _loading("nvml", "floods", {"driver.nvml": Because("no end after"), "driver.cuinit": 0}),
    _loading("libcuda", "abort", {"driver.cuinit": Because("SIGABRT in load libcuda"), "gpus.count": 1}),
    _loading("libcuda", "segfault", {"driver.libcuda": Because("SIGSEGV in load"), "gpus.count": 1}),
    _loading("libcuda", "exit 1", {"driver.cuinit": Because("exit code 1 in load")}),
    _loading("libcuda", "hang", {"driver.cuinit": Because("no end after"), "driver.nvml": 0}),
)
"""A library runs code as soon as it is loaded."""

FILES = (
    Accident("NVML is a link to nothing", Machine(nvml="dangling"), SEES, None,
             {"driver.nvml": None, "driver.cuinit": 0, "driver.version": VERSION}),
    Accident("NVML is a folder", Machine(nvml="folder"), SEES, None, {"driver.cuinit": 0}),
    Accident("half a download of NVML", Machine(nvml="half"), SEES, None, {"driver.nvml": Because("libnvidia-ml")}),
    Accident("NVML is another library", Machine(nvml="foreign"), SEES, None,
             {"driver.cuinit": 0, "driver.version": VERSION}),
    Accident("libcuda is a link to nothing", Machine(libcuda="dangling"), BLIND, "libcuda-broken",
             {"driver.libcuda": None, "driver.nvml": 0}),
    Accident("libcuda is another library", Machine(libcuda="foreign"), BLIND, "libcuda-broken",
             {"driver.libcuda_error": Words("no function cuInit"), "driver.cuinit": Because("no function cuInit")}),
    Accident("libcuda is for another processor", Machine(libcuda="arm"), BLIND, "libcuda-broken",
             {"driver.libcuda": None, "driver.nvml": 0, "driver.library_files.count": 4}),
    Accident("NVML is for another processor", Machine(nvml="arm"), SEES, None, {"driver.nvml": None}),
    Accident("libcuda is a link to nothing, in a container", Machine(libcuda="dangling", around="docker"), BLIND,
             "libcuda-broken", {"driver.libcuda": None}),
    Accident("both libraries are empty files", Machine(libcuda="empty", nvml="empty"), BLIND, "libcuda-broken",
             {"driver.cuinit": Because("file too short"), "driver.nvml": Because("file too short")}),
    Accident("libcuda is of another installation",
             Machine(libcuda_version="535.183.01", faults={"cuInit": "return 803"}), BLIND, "driver-library-mismatch",
             {"driver.versions.agree": False}),
    Accident("an older libcuda lies there, and all works", Machine(libcuda_version="580.65.5"), SEES, None,
             {"driver.versions.agree": False, "driver.cuinit": 0}),
)  # fmt: skip
"""Files that have the name of a library."""


def _code(code: int, cause: str, **machine: Any) -> Accident:
    facts = {"driver.cuinit": code, "driver.cuda_devices_answer": None}
    faults = {"cuInit": f"return {code}", "cuGetErrorName": "return 1"}
    name = f"cuInit: {code}, by a library that knows no names"
    return Accident(name, Machine(faults=faults, **machine), BLIND, cause, facts)


CODES = (
    _code(3, TORCH_ONLY),
    _code(34, "driver-stub-on-path"),
    _code(35, "driver-too-old"),
    _code(36, "driver-too-old"),
    _code(46, "mig-or-exclusive-mode"),
    _code(801, TORCH_ONLY),
    _code(802, "fabricmanager"),
    _code(803, "driver-library-mismatch"),
    _code(804, "libcuda-broken"),
    _code(999, "uvm-or-suspend"),
    _code(-1, TORCH_ONLY),
    _code(2147483647, TORCH_ONLY),
)
DEVICES = (
    *(
        Accident(f"libcuda over a device: {function}: {fault}", Machine(cards=cards(2), faults={function: fault}),
                 BLIND, "driver-wedged",
                 {"driver.cuinit": 0, "driver.cuda_device_count": 2, "gpus.1.problem": None,
                  "driver.cuda_devices_answer": Because(f"in libcuda over device {place}")})
        for function, fault, place in (
            ("cuDeviceGetName@1", "segfault", 1),
            ("cuDeviceGetName@0", "hang", 0),
            ("cuDeviceTotalMem_v2@1", "abort", 1),
            ("cuDeviceGetAttribute", "hang-hard", 0),
            ("cuDeviceGetPCIBusId", "floods", 0),
        )
    ),
    Accident("libcuda refuses a device", Machine(cards=cards(2), faults={"cuDeviceGet@1": "return 101"}), BLIND,
             TORCH_ONLY, {"driver.cuda_devices_answer": False, "driver.cuda_device_count": 2}),
)  # fmt: skip


def _smi(name: str, program: Smi, facts: dict[str, Any]) -> Accident:
    """Let only nvidia-smi be odd: the driver is sound, and PyTorch works."""
    known = {"driver.version": VERSION, "driver.cuda": "13.0", "gpus.count": 1, "driver.versions.agree": True}
    return Accident(f"nvidia-smi, {name}", Machine(smi=program), SEES, None, known | facts)


def _says(exit_code: int, says: str, message: str) -> Accident:
    facts = {"driver.smi.exit_code": exit_code, "driver.smi.message": Words(message)}
    return _smi(f"exit code {exit_code}: {message}", Smi(does="fails", says=says, exit_code=exit_code), facts)


HTML = "<!DOCTYPE html>\n<html><head><title>403 Forbidden</title></head><body>580.65.06</body></html>\n"
PROGRAMS = (
    _says(2, "Invalid combination of input arguments.\n", "Invalid combination"),
    _says(6, "No devices were found\n", "No devices"),
    _says(9, NO_DRIVER, "couldn't communicate"),
    _says(12, "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.\n", "libnvidia-ml"),
    _says(14, "WARNING: infoROM is corrupted at gpu 0000:01:00.0\n", "infoROM"),
    _says(15, LOST, "GPU is lost"),
    _says(255, UNKNOWN_ERROR, "Unknown Error"),
    _says(126, "/usr/bin/nvidia-smi: Permission denied\n", "Permission denied"),
    _says(127, "nvidia-smi: Befehl nicht gefunden\n", "Befehl"),
    _says(0, NO_DEVICES, "No devices"),
    _says(0, HTML, "DOCTYPE"),
    _says(0, "Pilote NVIDIA : 580,65,06\n驅動程式 580,65,06\n", "Pilote"),
    _smi("a byte order mark and DOS lines", Smi(does="fails", says="\ufeff580.65.06\r\n580.65.06\r\n"),
         {"driver.smi.driver": VERSION}),
    _smi("nothing at all", Smi(does="fails"), {"driver.smi.exit_code": 0, "driver.smi.driver": Because("nothing")}),
    _smi("a number that is no version", Smi(does="fails", says="42\n"), {"driver.smi.driver": Because("not name")}),
    _smi("it crashes", Smi(does="crashes"), {"driver.smi.exit_code": -11}),
    _smi("it warns at length", Smi(does="complains"), {"driver.smi.driver": VERSION, "driver.smi.exit_code": 0}),
    _smi("it leaves a child behind", Smi(does="leaves a child"), {"driver.smi.driver": VERSION}),
    _smi("its first line names no interpreter", Smi(does="no interpreter"),
         {"driver.smi.exit_code": Because("the interpreter that its first line names")}),
    _smi("it is no program", Smi(does="no program"), {"driver.smi.exit_code": Because("does not start")}),
    Accident("nvidia-smi, it is a folder", Machine(smi=None, tree={"usr/bin/nvidia-smi/readme": ""}), SEES, None,
             {"driver.smi.exit_code": Because("folder"), "driver.nvml": 0}),
    _smi("it asks a question", Smi(does="asks"), {"driver.smi.exit_code": 1}),
    Accident("nvidia-smi, a line without end", Machine(smi=Smi(does="one line")), SEES, "driver-wedged",
             {"driver.smi.exit_code": Because("did not answer"), "gpus.count": 1}),
)  # fmt: skip

MACHINES = (
    Accident("nvidia-smi alone says that the module is not loaded",
             Machine(nvml=None, libcuda=None, on_disk=False,
                     **{name: value for name, value in NOT_LOADED.items() if name != "faults"}),
             BLIND, "driver-not-loaded", {"driver.nvml": None, "driver.smi.exit_code": 9}),
    Accident("nvidia-smi alone says that two halves do not fit",
             Machine(nvml=None, libcuda=None, smi=Smi(does="fails", says=MISMATCH, exit_code=18)), BLIND,
             "driver-library-mismatch", {"driver.nvml": None}),
    Accident("nouveau holds the card beside an installed driver", Machine(nouveau=True, **NOT_LOADED), BLIND,
             "driver-not-loaded", {"driver.nouveau": True, "driver.kernel": None}),
    Accident("Secure Boot and a module that is not loaded", Machine(secure_boot=True, **NOT_LOADED), BLIND,
             "driver-not-loaded", {"driver.secure_boot": True}),
    Accident("the host's module is not loaded, seen from a container", Machine(around="docker", on_disk=False,
             **NOT_LOADED), BLIND, "driver-not-loaded", {"driver.kernel": None, "driver.nvml": 9}),
    Accident("nvidia-uvm is not loaded", Machine(uvm=False, faults={"cuInit": "return 999"}), BLIND, "uvm-or-suspend",
             {"driver.uvm_loaded": False}),
    Accident("an HGX board", Machine(cards=HGX, switches=4, fabric_manager=True), SEES, None,
             {"driver.fabric_manager": "running", "gpus.count": 8}),
    Accident("an HGX board whose fabric manager does not run",
             Machine(cards=HGX, switches=4, faults={"cuInit": "return 802"}), BLIND, "fabricmanager",
             {"driver.fabric_manager": "not running"}),
    Accident("an HGX board in a container",
             Machine(cards=HGX, switches=4, around="docker", tree={"proc/2/comm": "bash\n"}), SEES, None,
             {"driver.fabric_manager": Because("cannot be seen")}),
    Accident("the bus shows a card that the driver does not list",
             Machine(answers={"count": "0"}, smi=Smi(does="fails", says=NO_DEVICES, exit_code=6)), BLIND, "gpu-fault",
             {"gpus": (), "driver.nvml": 0}),
    Accident("a card that its container was given, and the driver does not list",
             Machine(answers={"count": "0"}, around="docker", smi=None), BLIND, "gpu-fault", {"gpus": ()}),
    Accident("NVML dies when it is left", Machine(faults={"nvmlShutdown": "abort"}), SEES, None, {"gpus.count": 1}),
    Accident("MIG without an instance",
             Machine(cards=(msgspec.structs.replace(A100, mig=1, instances=0),), faults={"cuInit": "return 100"}),
             BLIND, "mig-or-exclusive-mode", {"gpus.0.mig_instances": 0}),
    Accident("a card hidden by its UUID", Machine(environment={"CUDA_VISIBLE_DEVICES": "GPU-ffffffff"}), BLIND,
             "visible-devices-hidden", {"gpus.count": 1, "driver.cuda_device_count": 0}),
    Accident("device nodes are missing in a container", Machine(nodes=(), around="docker", on_disk=False,
             faults={"cuInit": "return 100", "nvmlInitWithFlags": "return 9"}, smi=None), BLIND, "container-no-gpu",
             {"driver.device_nodes": ()}),
    Accident("a container with libraries for nvidia-smi only", Machine(libcuda=None, around="docker", on_disk=False),
             BLIND, "container-no-gpu", {"driver.nvml": 0, "driver.libcuda": None}),
    Accident("WSL 2 without the GPU of Windows", Machine(around="wsl2", without=("dev/dxg",), **NOTHING), BLIND,
             None, {}),
    Accident("a Windows driver that is too old, seen from WSL 2",
             Machine(driver="471.41", library="470.57.02", cuda="11.4", kernel=None, on_disk=False, nodes=(),
                     around="wsl2"), BLIND, "driver-too-old", {"driver.version": "471.41"}),
    Accident("a Linux driver inside WSL 2",
             Machine(driver="551.61", library="550.54.10", cuda="12.4", kernel=None, on_disk=False, nodes=(),
                     around="wsl2", faults={"cuInit": "return 100", "nvmlInitWithFlags": "return 9"}, smi=None,
                     tree={"usr/lib/x86_64-linux-gnu/libcuda.so.1": ""}), BLIND, "wsl-driver",
             {"driver.nvml": 9}),
    Accident("a driver in a VirtualBox machine",
             Machine(around="virtualbox", cards=(), kernel=None, nodes=(), smi=None,
                     faults={"cuInit": "return 100", "nvmlInitWithFlags": "return 9"}), BLIND, "vm-no-passthrough",
             {"driver.kernel": None}),
    Accident("a driver in a KVM machine with a virtual adapter",
             Machine(around="kvm", cards=(), kernel=None, nodes=(), smi=None,
                     faults={"cuInit": "return 100", "nvmlInitWithFlags": "return 9"}), BLIND, "vm-no-passthrough",
             {"driver.kernel": None}),
    Accident("a KVM machine that was given a card", Machine(around="kvm"), SEES, None, {"gpus.count": 1}),
    Accident("a Jetson with the CPU build of PyPI", Machine(**JETSON), CPU_BUILD, "jetson-wheel",
             {"gpus.0.name": "Orin", "driver.cuinit": 0}),
    Accident("a Jetson with a build for servers", Machine(**JETSON), BLIND, "jetson-wheel", {"driver.nvml": None}),
    Accident("a Jetson with NVIDIA's build", Machine(**JETSON), msgspec.structs.replace(
             SEES, version="2.5.0a0+872d972e41.nv24.08", cuda="12.6", devices=(("Orin", 8, 7),)), None,
             {"gpus.0.compute_capability": "8.7"}),
    Accident("a laptop on battery", Machine(cards=(Card(name="NVIDIA GeForce RTX 4060 Laptop GPU", capability="8.9",
             power_limit=35_000, power_limit_default=80_000),)), SEES, None, {"gpus.0.power_limit_watts": 35.0}),
    Accident("a busy and sound server",
             Machine(cards=cards(4, msgspec.structs.replace(A100, reasons=4, power=398_000, temperature=71, **BUSY))),
             SEES, None, {"gpus.3.held_down_by": ("power cap",)}),
    Accident("no GPU, no driver, a CPU build", Machine(**NOTHING), CPU_BUILD, None, {"driver": None, "gpus": ()}),
)  # fmt: skip
"""Whole machines."""


class Warned(msgspec.Struct, frozen=True):
    """A machine that works, and of which one thing must be said."""

    name: str
    machine: Machine
    torch: TorchPackage
    cause: str | None
    """Of the only finding; None: there is none."""


def _card(name: str, cause: str | None, card: Card = A100, **readings: Any) -> Warned:
    return Warned(name, Machine(cards=(msgspec.structs.replace(card, **readings),)), SEES, cause)


WARNED = (
    _card("rows wait", "gpu-fault", rows="0,1,1,0"),
    _card("a row failed", "gpu-fault", rows="0,9,0,1"),
    _card("pages wait", "gpu-fault", retired=3, retired_pending=1),
    _card("rows were replaced long ago", None, rows="12,3,0,0"),
    _card("uncorrected errors", "gpu-fault", ecc=4),
    _card("the power brake", "thermal-or-power-throttle", reasons=0x88, **BUSY),
    _card("heat under load", "thermal-or-power-throttle", reasons=0x48, temperature=93, **BUSY),
    _card("too hot at rest", "thermal-or-power-throttle", temperature=97),
    _card("a power limit far below", "thermal-or-power-throttle", power_limit=150_000),
    _card("the driver regulates", None, reasons=0x24, clocks=(1215, 1410, 1593, 1593), **BUSY),
    _card("idle, and the brake's bit is set", None, reasons=0x89),
    _card("one lane", "pcie-or-numa", pcie_width=1),
    _card("the first generation under load", "pcie-or-numa", **(BUSY | {"pcie_generation": 1})),
    _card("eight lanes", None, pcie_width=8),
    _card("memory taken", "gpu-busy", memory_used=79 * GIB),
    _card("a consumer card at rest", None, card=Card(persistence=0)),
    Warned("a virtual machine's bus", Machine(around="kvm", cards=(Card(pcie_width=1),)), SEES, None),
    Warned("VMware with a CUDA build", Machine(around="vmware", **NOTHING), BLIND, "vm-no-passthrough"),
    Warned("a CUDA build without any GPU", Machine(**NOTHING), BLIND, "no-nvidia-gpu"),
    Warned("WSL 2 without a GPU", Machine(around="wsl2", without=("dev/dxg",), **NOTHING), BLIND, "wsl-driver"),
)
"""Warnings, and machines of which a hasty doctor would warn."""

ALL = (*LOADING, *FILES, *CODES, *DEVICES, *PROGRAMS, *MACHINES)
