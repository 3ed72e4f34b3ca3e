"""Machines that were written down with their cause before anybody looked how the rules judge them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.rig.accidents import TORCH_ONLY, Accident
from tests.rig.machines import A100, Card, Machine, cards
from tests.rig.profiles_gpu import HGX
from tests.rig.smi import MISMATCH, NO_DEVICES, NO_DRIVER, Smi
from tests.rig.strange import BUSY, NOTHING, Warned
from tests.rig.torch_package import BLIND, CPU_BUILD, CU128, SEES, TorchPackage

CU126 = ("sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_90")
NO_GPUS = replace(BLIND, init_error="RuntimeError: No CUDA GPUs are available")
ROCM = TorchPackage(version="2.9.1+rocm6.4", cuda=None, hip="6.4.43482", arch=())
AT = "00000000:01:00.0"
NO_LIST: dict[str, Any] = {
    "bus": False, "cards": (), "smi": Smi(does="fails", says=NO_DEVICES, exit_code=6), "nodes": ("nvidiactl",),
    "faults": {"cuInit": "return 100"},
}  # fmt: skip
NO_DRIVER_AT_ALL = {name: value for name, value in NOTHING.items() if name != "cards"}


def _held(device: str, holder: str | None = "nvidia", **machine: Any) -> Machine:
    """Let the bus show a card that the running driver does not list."""
    return Machine(adapters={AT: ("10de", device, holder)}, **(NO_LIST | machine))


def _sees(name: str, major: int, minor: int, *, cuda: str = "12.8", arch: tuple[str, ...] = CU128) -> TorchPackage:
    version = f"2.9.1+cu{cuda.replace('.', '')}"
    return TorchPackage(version=version, cuda=cuda, arch=arch, devices=((name, major, minor),))


def _says(code: int, words: str) -> TorchPackage:
    return replace(BLIND, init_error=f"Unexpected error from cudaGetDeviceCount(). Error {code}: {words}")


ALL = (
    Accident("a driver that dropped the card's generation", _held("1b06", driver="590.44.01", cuda="13.1"), NO_GPUS,
             "gpu-arch-too-old", {"gpus": ()}),
    Accident("a driver older than the card", _held("2b85", driver="535.183.01", cuda="12.2"), NO_GPUS,
             "driver-too-old"),
    Accident("the open module and a card before Turing", _held("1b06", flavor="open"), NO_GPUS, "driver-not-loaded"),
    Accident("the proprietary module and a card since Blackwell", _held("2b85", flavor="proprietary"), NO_GPUS,
             "driver-not-loaded"),
    Accident("a card that fits and does not start", _held("2204"), NO_GPUS, "gpu-fault"),
    Accident("a module that was not loaded because it knows no card here",
             Machine(driver="590.44.01", cuda="13.1", kernel=None, nodes=(), bus=False, cards=(),
                     adapters={AT: ("10de", "1b06", None)}, smi=Smi(does="fails", says=NO_DRIVER, exit_code=9),
                     faults={"nvmlInitWithFlags": "return 9", "cuInit": "return 100"}), BLIND, "gpu-arch-too-old"),
    Accident("two halves of a driver, and cuInit sees no device",
             Machine(driver="570.86.10", library="575.51.03", faults={"nvmlInitWithFlags": "return 18",
                     "cuInit": "return 100"}, smi=Smi(does="fails", says=MISMATCH, exit_code=18)), NO_GPUS,
             "driver-library-mismatch"),
    Accident("the first of four GPUs is lost",
             Machine(cards=cards(4), faults={"nvmlDeviceGetHandleByIndex_v2@0": "return 15", "cuInit": "return 999"}),
             _says(999, "unknown error"), "gpu-fault", {"gpus.0.problem": "GPU is lost", "gpus.3.problem": None}),
    Accident("a fabric that failed, seen from a container",
             Machine(cards=tuple(replace(card, fabric="3,10") for card in HGX), switches=4, around="docker",
                     faults={"cuInit": "return 802"}), _says(802, "system not yet initialized"), "fabricmanager"),
    Accident("WSL 1", Machine(around="wsl1", **NOTHING), BLIND, "wsl-driver"),
    Accident("WSL 1 and a CPU build", Machine(around="wsl1", **NOTHING), CPU_BUILD, None),
    Accident("a container that was given void",
             Machine(around="docker", environment={"NVIDIA_VISIBLE_DEVICES": "void"}, **NO_DRIVER_AT_ALL), BLIND,
             "visible-devices-hidden"),
    Accident("Apptainer without --nv",
             Machine(nvml=None, libcuda=None, smi=None, on_disk=False, tree={".singularity.d/runscript": ""}), BLIND,
             "container-no-gpu"),
    Accident("a pod that asked for no GPU",
             Machine(nvml=None, libcuda=None, smi=None, on_disk=False, nodes=(), around="docker",
                     environment={"KUBERNETES_SERVICE_HOST": "10.0.0.1"}), BLIND, "container-no-gpu"),
    Accident("a driver package without CUDA", Machine(libcuda=None), BLIND, "libcuda-broken"),
    Accident("an AMD card, a ROCm build, and no GPU", Machine(adapters={AT: ("1002", "744c", "amdgpu")}, **NOTHING),
             ROCM, "rocm"),
    Accident("an AMD card that a variable hides", Machine(adapters={AT: ("1002", "744c", "amdgpu")},
             environment={"HIP_VISIBLE_DEVICES": "-1"}, **NOTHING), ROCM, "visible-devices-hidden"),
    Accident("a ROCm build beside an NVIDIA card", Machine(), ROCM, "rocm"),
    Accident("a ROCm build without any GPU", Machine(**NOTHING), ROCM, None),
    *(Accident(f"CUDA_VISIBLE_DEVICES is {value!r}", Machine(environment={"CUDA_VISIBLE_DEVICES": value}), NO_GPUS,
               "visible-devices-hidden") for value in ("-1", "0,0", "NoDevFiles", "MIG-0", "cuda:0", "[0]", "none")),
    Accident("CUDA_VISIBLE_DEVICES with blanks", Machine(environment={"CUDA_VISIBLE_DEVICES": " 0 "}), SEES, None),
    Accident("PyTorch alone finds no GPU", Machine(), NO_GPUS, TORCH_ONLY),
    Accident("PyTorch alone hears 804", Machine(), _says(804, "forward compatibility was attempted"),
             "libcuda-broken"),
    Accident("Xavier's successor with the build for servers",
             Machine(driver="580.00", cards=(Card(name="NVIDIA Thor", capability="11.0", bus=None),), around="jetson",
                     bus=False), _sees("NVIDIA Thor", 11, 0, cuda="13.0", arch=("sm_80", "sm_110", "sm_120")), None),
    Accident("a V100 and a build without its code", Machine(cards=(Card(name="Tesla V100", capability="7.0"),)),
             _sees("Tesla V100", 7, 0), "gpu-arch-too-old"),
    Accident("a B300 and a build without its code", Machine(cards=(Card(name="NVIDIA B300", capability="10.3"),)),
             _sees("NVIDIA B300", 10, 3, cuda="12.6", arch=CU126), "gpu-arch-too-new"),
    Accident("a B300 runs the code of its family", Machine(cards=(Card(name="NVIDIA B300", capability="10.3"),)),
             _sees("NVIDIA B300", 10, 3), None),
    Accident("a newer libcuda of a compatibility package works", Machine(driver="535.183.01", cuda="13.0",
             libcuda_version="580.65.06", cards=(A100,)), _sees("A100", 8, 0, cuda="13.0"), None),
    Accident("a virtual GPU that tells little",
             Machine(around="kvm", cards=(Card(name="GRID T4-16C", capability="7.5", power_limit=None, power=None,
                     temperature=None, pcie_generation=None, pcie_width=None),)), _sees("GRID T4-16C", 7, 5), None),
)  # fmt: skip

WARNED = (
    Warned("the driver lists seven of eight GPUs", Machine(cards=cards(8), answers={"count": "7"}),
           replace(SEES, devices=(("A100", 8, 0),) * 7), "gpu-fault"),
    Warned("the bus itself shows seven of eight GPUs", Machine(cards=cards(7)),
           replace(SEES, devices=(("A100", 8, 0),) * 7), None),
    Warned("a batch job was given two of eight GPUs",
           Machine(cards=cards(8), answers={"count": "2"}, environment={"SLURM_JOB_ID": "7"}),
           replace(SEES, devices=(("A100", 8, 0),) * 2), None),
    Warned("a container was given one of two GPUs", Machine(cards=cards(2), answers={"count": "1"}, around="docker"),
           SEES, None),
    Warned("an old card for the screen", Machine(adapters={"00000000:09:00.0": ("10de", "128b", None)}), SEES, None),
    Warned("a card that the host keeps for virtual machines", _held("2204", "vfio-pci"), NO_GPUS, "driver-not-loaded"),
    Warned("an AMD card and a CUDA build", Machine(adapters={AT: ("1002", "744c", "amdgpu")}, **NOTHING), BLIND,
           "no-nvidia-gpu"),
    Warned("an AMD card and a CPU build", Machine(adapters={AT: ("1002", "744c", "amdgpu")}, **NOTHING), CPU_BUILD,
           None),
    Warned("a management adapter and a CUDA build", Machine(adapters={AT: ("1a03", "2000", "ast")}, **NOTHING), BLIND,
           "no-nvidia-gpu"),
    Warned("one of two cards is too old for the build",
           Machine(cards=(Card(capability="8.9"), Card(capability="6.1", bus="00000000:02:00.0", uuid="GPU-2"))),
           replace(SEES, devices=(("RTX 4090", 8, 9), ("GTX 1080 Ti", 6, 1))), "gpu-arch-too-old"),
    Warned("the driver holds the clock down by half for heat",
           Machine(cards=(Card(reasons=0x20, clocks=(900, 2100, 9751, 9751), **BUSY),)), SEES,
           "thermal-or-power-throttle"),
    Warned("all NVLinks are down", Machine(cards=cards(2, replace(A100, nvlinks="0" * 12))),
           replace(SEES, devices=(("A100", 8, 0),) * 2), None),
)  # fmt: skip
"""They work, and at most one thing must be said of each."""
