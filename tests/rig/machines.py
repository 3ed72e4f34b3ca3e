"""A machine with an NVIDIA driver, made of a description: the rig that every test of GPU paths stands on.

built = Machine(driver="535.183.01", cuda="12.2").build(tmp_path, libraries)
driver.probe(built.system())                     # in this process, with a fake root
subprocess.run(argv, env=built.environment())    # the whole command, on this machine's own /proc
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from envdoctor.probes.command import run
from envdoctor.probes.system import System
from tests.rig import smi as smi_maker
from tests.rig.libraries import Libraries
from tests.rig.smi import Smi

GIB = 1 << 30
LIBRARY_FOLDER = "usr/lib/x86_64-linux-gnu"
RELEASE = "6.8.0-45-generic"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A GPU as NVML describes it. A reading that is None is one that the GPU does not support."""

    name: str | None = "NVIDIA GeForce RTX 3090"
    uuid: str | None = "GPU-6f2b7a50-1c1e-4f0a-9d55-000000000000"
    bus: str | None = "00000000:01:00.0"
    capability: str | None = "8.6"
    memory_total: int | None = 24 * GIB
    memory_used: int | None = 300 << 20
    mig: int | None = None
    compute_mode: int | None = 0
    ecc: int | None = None
    power_limit: int | None = 350_000
    """Milliwatts, as NVML counts."""
    power: int | None = 31_500
    temperature: int | None = 41
    pcie_generation: int | None = 1
    pcie_generation_max: int | None = 4
    pcie_width: int | None = 16
    pcie_width_max: int | None = 16
    display: int | None = 0
    processes: str | None = ""
    """"PID:BYTES,PID:BYTES"; BYTES "-": not told; a number alone is a count for which there is no table."""
    drawing: str | None = ""
    """The same, for those that draw."""
    screen: int | None = 0
    persistence: int | None = 1
    performance_state: int | None = 8
    utilisation: int | None = 0
    memory_utilisation: int | None = 0
    energy: int | None = None
    """Millijoules from which the counter goes on; None: it has none (before Volta)."""
    reasons: int | None = 1
    """Bits of what holds the clocks down; 1: nothing is to be done."""
    clocks: tuple[int, int, int, int] | None = (210, 2100, 405, 9751)
    """Of the multiprocessors now and at most, of the memory now and at most."""
    threshold: int | None = 95
    """Where it slows itself down."""
    power_limit_default: int | None = 350_000
    ecc_mode: str | None = None
    """"NOW,LATER"."""
    retired: int | None = None
    retired_pending: int | None = None
    rows: str | None = None
    """Remapped rows: "CORRECTED,UNCORRECTED,PENDING,FAILED"."""
    instances: int | None = None
    """MIG instances that can compute."""
    fabric: str | None = None
    """"STATE,STATUS"."""
    nvlinks: str | None = None
    """One character a link; 1 is up."""
    architecture: int | None = 7
    driver_model: str | None = None
    numa_node: int = -1
    """As the bus says it: -1 on a machine with one node."""

    def by_smi(self) -> dict[str, str]:
        """Return what nvidia-smi --query-gpu says of it, by its names of fields."""
        said = {
            "name": self.name,
            "uuid": self.uuid,
            "pci.bus_id": self.bus,
            "compute_cap": self.capability,
            "memory.total": self.memory_total and self.memory_total >> 20,
            "memory.used": self.memory_used and self.memory_used >> 20,
            "temperature.gpu": self.temperature,
        }
        return {field: "[N/A]" if value is None else str(value) for field, value in said.items()}


A100 = Card(
    name="NVIDIA A100-SXM4-80GB", capability="8.0", memory_total=80 * GIB, mig=0, ecc=0, power_limit=400_000,
    power_limit_default=400_000, ecc_mode="1,1", rows="0,0,0,0", nvlinks="1" * 12, clocks=(210, 1410, 1593, 1593),
)  # fmt: skip


AROUND = {
    # Where the machine stands → files that show it.
    "docker": {".dockerenv": ""},
    "vmware": {"sys/class/dmi/id/sys_vendor": "VMware, Inc.\n"},
    "virtualbox": {
        "sys/class/dmi/id/sys_vendor": "innotek GmbH\n",
        "sys/class/dmi/id/product_name": "VirtualBox\n",
    },
    "hyper-v": {
        "sys/class/dmi/id/sys_vendor": "Microsoft Corporation\n",
        "sys/class/dmi/id/product_name": "Virtual Machine\n",
    },
    "kvm": {
        "sys/class/dmi/id/sys_vendor": "QEMU\n",
        "sys/class/dmi/id/product_name": "Standard PC (Q35 + ICH9, 2009)\n",
    },
    "jetson": {
        "proc/device-tree/model": "NVIDIA Jetson AGX Orin Developer Kit",
        "proc/device-tree/compatible": "nvidia,p3737-0000+p3701-0005\0nvidia,tegra234\0",
        "etc/nv_tegra_release": "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64\n",
        "proc/sys/kernel/osrelease": "5.15.148-tegra\n",
    },
    "wsl1": {
        "proc/version": "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com) #1237-Microsoft\n",
        "proc/sys/kernel/osrelease": "4.4.0-19041-Microsoft\n",
    },
    "wsl2": {
        "proc/version": "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@1) #1 SMP\n",
        "proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n",
        "dev/dxg": "",
    },
}
ADAPTERS = {
    "vmware": ("15ad", "0405", "vmwgfx"),
    "virtualbox": ("80ee", "beef", "vboxvideo"),
    "kvm": ("1af4", "1050", "virtio-pci"),
}
"""The adapters of virtual machines: vendor, device, driver."""


def cards(count: int, card: Card = A100) -> tuple[Card, ...]:
    """Return several GPUs of a kind, at addresses of their own."""
    return tuple(
        msgspec.structs.replace(
            card, bus=f"00000000:{index + 1:02X}:00.0", uuid=f"GPU-00000000-0000-0000-0000-{index:012d}"
        )
        for index in range(count)
    )


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What to fake. Without arguments: a sound desktop with one GPU."""

    driver: str = "580.65.06"
    """What NVML and nvidia-smi say."""
    cuda: str = "13.0"
    cards: tuple[Card, ...] = (Card(),)
    faults: dict[str, str] = {}
    """Function (with "@INDEX": for one GPU; "load nvml", "load libcuda") → "return CODE", "hang", "hang-hard", "abort",
    "segfault", "exit CODE", "floods"."""
    library: str = ""
    """Version of the user libraries; "": the driver's."""
    libcuda_version: str = ""
    """Of libcuda, where it is of another installation; "": the libraries'."""
    kernel: str | None = ""
    """Version of the running kernel module; "": the driver's; None: none runs."""
    flavor: str = "open"
    """`open` or `proprietary`."""
    on_disk: bool = True
    """The module's file is there for the running kernel."""
    nouveau: bool = False
    nodes: tuple[str, ...] = ("nvidia0", "nvidiactl", "nvidia-uvm")
    nvml: str | None = "works"
    """`works`, `empty` (a file without content), `other`, `text`, `half`, `folder`, `dangling` (a link to nothing),
    `foreign` (a library of this name without its functions), `arm` (for another processor), None."""
    libcuda: str | None = "works"
    """The same, and `stub`. `other`: of another architecture; `text`: no library at all; `half`: cut off."""
    smi: Smi | None = Smi()
    environment: dict[str, str] = {}
    around: str = "metal"
    """`metal`, `docker`, `wsl1`, `wsl2`, `vmware`, `virtualbox`, `hyper-v`, `kvm`, `jetson`."""
    bus: bool = True
    """The PCI bus shows the cards (WSL has no bus to show)."""
    answers: dict[str, str] = {}
    """More lines of the libraries' script, and others than the machine's own: "count" → "1000000"."""
    peers: str | None = "30,0,1"
    """Between all GPUs: level of the topology, peer access, the same through NVLink."""
    programs: dict[int, str] = {}
    """Processes → their names, as NVML tells them."""
    uvm: bool | None = None
    """The module nvidia-uvm is loaded; None: if its device node is there."""
    secure_boot: bool | None = None
    """None: a machine without UEFI."""
    switches: int = 0
    """NVSwitches on the bus."""
    fabric_manager: bool = False
    """It runs."""
    adapters: dict[str, tuple[str, str, str | None]] = {}
    """More adapters on the bus: address → vendor, device and the driver that holds it."""
    tree: dict[str, str] = {}
    """More files."""
    without: tuple[str, ...] = ()
    """Files that are not there after all."""

    def build(self, folder: Path, libraries: Libraries) -> Built:
        """Write the machine into an empty folder."""
        version = self.library or self.driver
        place = folder / self._libraries()
        place.mkdir(parents=True)
        for stem, number, kind, compiled in (
            ("libnvidia-ml", version, self.nvml, libraries.nvml),
            ("libcuda", self.libcuda_version or version, self.libcuda, libraries.libcuda),
        ):
            _put_library(place, stem, number, kind, libraries.foreign if kind == "foreign" else compiled)
        (folder / "rig.txt").write_text(self._script(version), encoding="utf-8")
        self._write_kernel(folder)
        self._write_surroundings(folder)
        if self.smi is not None:
            readings = [card.by_smi() for card in self.cards]
            smi_maker.write(folder / "usr/bin/nvidia-smi", self.smi, driver=self.driver, cuda=self.cuda, cards=readings)
        for path in self.without:
            (folder / path).unlink()
        return Built(folder, self.environment, self._libraries())

    def _libraries(self) -> str:
        return "usr/lib/wsl/lib" if self.around == "wsl2" else LIBRARY_FOLDER

    def _script(self, version: str) -> str:
        major, minor = self.cuda.split(".")
        pairs: dict[str, Any] = {
            "driver": self.driver,
            "nvml": f"{major}.{version}",
            "cuda": int(major) * 1000 + int(minor) * 10,
            "count": len(self.cards),
            "reserved": 500 << 20,
        }
        pairs |= {f"process.{pid}": name for pid, name in self.programs.items()}
        pairs |= {"peers": self.peers} if self.peers else {}
        for index, card in enumerate(self.cards):
            readings = msgspec.to_builtins(card)
            now, most, memory, memory_most = readings.pop("clocks") or (None,) * 4
            readings |= {"clock.1": now, "clock_max.1": most, "clock.2": memory, "clock_max.2": memory_most}
            readings["threshold.1"] = readings.pop("threshold")
            pairs |= {f"{index}.{key}": value for key, value in readings.items() if value is not None}
        if self.libcuda == "stub":
            functions = ("cuInit", "cuDriverGetVersion", "cuGetErrorName", "cuGetErrorString", "cuDeviceGetCount")
            pairs |= {f"fault.{function}": "return 34" for function in functions}
        pairs |= {f"fault.{function}": fault for function, fault in self.faults.items()}
        pairs |= self.answers
        return "".join(f"{key} {value}\n" for key, value in pairs.items())

    def _write_kernel(self, folder: Path) -> None:
        running = self.driver if self.kernel == "" else self.kernel
        put(folder, "proc/sys/kernel/osrelease", f"{RELEASE}\n")
        put(folder, f"lib/modules/{RELEASE}/modules.builtin", "")
        if self.on_disk:
            put(folder, f"lib/modules/{RELEASE}/updates/dkms/nvidia.ko.zst", "")
        if running is not None:
            put(folder, "proc/driver/nvidia/version", proc_version(running, self.flavor))
            put(folder, "sys/module/nvidia/version", f"{running}\n")
            if self.uvm if self.uvm is not None else "nvidia-uvm" in self.nodes:
                put(folder, "sys/module/nvidia_uvm/refcnt", "0\n")
        if self.nouveau:
            put(folder, "sys/module/nouveau/refcnt", "1\n")
        for node in self.nodes:
            put(folder, f"dev/{node}", "")
        if self.secure_boot is not None:
            variable = folder / "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
            variable.parent.mkdir(parents=True)
            variable.write_bytes(b"\x06\0\0\0" + bytes([self.secure_boot]))
        if self.switches:
            put(folder, "proc/2/comm", "kthreadd\n")
        if self.fabric_manager:
            put(folder, "proc/1711/comm", "nv-fabricmanage\n")
            put(folder, "run/nvidia-fabricmanager/nv-fabricmanager.pid", "1711\n")
        for path, text in self.tree.items():
            put(folder, path, text)

    def _write_surroundings(self, folder: Path) -> None:
        for path in ("tmp", "home/user", os.getcwd().lstrip("/")):  # noqa: PTH109  # the folders that a program needs
            (folder / path).mkdir(parents=True, exist_ok=True)
        put(folder, "etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\n')
        put(folder, "proc/version", f"Linux version {RELEASE} (buildd@lcy02-amd64-116) #45-Ubuntu SMP\n")
        for path, text in AROUND.get(self.around, {}).items():
            put(folder, path, text)
        if not self.around.startswith("wsl"):
            self._write_bus(folder)

    def _write_bus(self, folder: Path) -> None:
        bus = folder / "sys/bus/pci"
        (bus / "devices").mkdir(parents=True)
        holder = "nouveau" if self.nouveau else "nvidia" if self.kernel is not None else None
        shown = [
            ("030000", "10de", "2204", card.bus, holder, card.numa_node) for card in self.cards if card.bus and self.bus
        ]
        shown += [
            ("068000", "10de", "22a3", f"00000000:C{n:X}:00.0", "nvidia-nvswitch", 0) for n in range(self.switches)
        ]
        more = {"00000000:00:0F.0": ADAPTERS[self.around]} if self.around in ADAPTERS else {}
        for address, (vendor, device, driver) in {**more, **self.adapters}.items():
            shown.append(("030000", vendor, device, address, driver, -1))
        for kind, vendor, device, address, driver, node in shown:
            place = f"sys/bus/pci/devices/{address[4:].lower()}"
            facts = {"class": f"0x{kind}", "vendor": f"0x{vendor}", "device": f"0x{device}", "numa_node": str(node)}
            for name, text in facts.items():
                put(folder, f"{place}/{name}", f"{text}\n")
            if driver:
                (bus / "drivers" / driver).mkdir(parents=True, exist_ok=True)
                (folder / place / "driver").symlink_to(bus / "drivers" / driver)


class Built(msgspec.Struct, frozen=True):
    """A machine on disk."""

    root: Path
    extra: Mapping[str, str]
    libraries: str = LIBRARY_FOLDER

    def environment(self) -> dict[str, str]:
        """Return the variables with which programs of this real machine meet the fake one."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CUDA", "NVIDIA", "LD_"))}
        return {
            **kept,
            "PATH": f"{self.root}/usr/bin{os.pathsep}{kept.get('PATH', '')}",
            "LD_LIBRARY_PATH": f"{self.root}/{self.libraries}",
            "ENVDOCTOR_RIG": f"{self.root}/rig.txt",
            **self.extra,
        }

    def system(self) -> System:
        """Return the machine for probes in this process: below a root of its own, where PATH is /usr/bin."""
        outside = self.environment()
        return System(
            root=self.root,
            environment={**outside, "PATH": "/usr/bin", "HOME": "/home/user"},
            run=functools.partial(run, environment=outside),
        )


def proc_version(version: str, flavor: str) -> str:
    """Return the text of /proc/driver/nvidia/version."""
    if flavor == "open":
        line = f"NVIDIA UNIX Open Kernel Module for x86_64  {version}  Release Build  (dvs-builder@U16-A24-9-2)  "
    else:
        line = f"NVIDIA UNIX x86_64 Kernel Module  {version}  "
    gcc = "GCC version:  gcc version 13.3.0 (Ubuntu 13.3.0-6ubuntu2~24.04)\n"
    return f"NVRM version: {line}Sun May 12 19:39:15 UTC 2024\n{gcc}"


def put(root: Path, path: str, text: str) -> None:
    """Write a file of the fake tree."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _put_library(folder: Path, stem: str, version: str, kind: str | None, compiled: Path) -> None:
    if kind is None:
        return
    target = folder / f"{stem}.so.{version}"
    if kind in _FAULTY_FILES:
        _FAULTY_FILES[kind](target, compiled)
    else:
        shutil.copy(compiled, target)
    (folder / f"{stem}.so.1").symlink_to(target.name)


def _of_another_architecture(target: Path, compiled: Path) -> None:
    """Make it an ELF file of 32 bits, as a library of a multilib system is."""
    content = bytearray(compiled.read_bytes())
    content[4] = 1 if content[4] == 2 else 2
    target.write_bytes(bytes(content))


def _for_another_processor(target: Path, compiled: Path) -> None:
    """Make it a file of 64 bits for another processor: the loader passes over it without a word."""
    content = bytearray(compiled.read_bytes())
    content[18:20] = (243).to_bytes(2, "little")  # RISC-V
    target.write_bytes(bytes(content))


_FAULTY_FILES: dict[str, Callable[[Path, Path], object]] = {
    "empty": lambda target, _: target.touch(),
    "other": _of_another_architecture,
    # What a proxy answers, and a script saved as the library.
    "text": lambda target, _: target.write_text("<html>404</html>\n" * 100, encoding="utf-8"),
    "half": lambda target, compiled: target.write_bytes(compiled.read_bytes()[:100]),
    "folder": lambda target, _: target.mkdir(),
    "arm": _for_another_processor,
    "dangling": lambda target, _: target.symlink_to("no-such-file"),
}
