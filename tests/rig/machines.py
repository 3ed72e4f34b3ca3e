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
    """"PID:BYTES,PID:BYTES"; BYTES "-": not told."""


A100 = Card(name="NVIDIA A100-SXM4-80GB", capability="8.0", memory_total=80 * GIB, mig=0, ecc=0, power_limit=400_000)


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
    """Function (with "@INDEX": for one GPU) → "return CODE", "hang", "hang-hard", "abort", "segfault", "exit CODE"."""
    library: str = ""
    """Version of the user libraries; "": the driver's."""
    kernel: str | None = ""
    """Version of the running kernel module; "": the driver's; None: none runs."""
    flavor: str = "open"
    """`open` or `proprietary`."""
    on_disk: bool = True
    """The module's file is there for the running kernel."""
    nouveau: bool = False
    nodes: tuple[str, ...] = ("nvidia0", "nvidiactl", "nvidia-uvm")
    nvml: str | None = "works"
    """`works`, `empty` (a file without content), `other`, `text`, `half`, `folder`, None."""
    libcuda: str | None = "works"
    """The same, and `stub`. `other`: of another architecture; `text`: no library at all; `half`: cut off."""
    smi: Smi | None = Smi()
    environment: dict[str, str] = {}
    around: str = "metal"
    """`metal`, `docker`, `wsl2`, `vmware`."""
    bus: bool = True
    """The PCI bus shows the cards (WSL has no bus to show)."""

    def build(self, folder: Path, libraries: Libraries) -> Built:
        """Write the machine into an empty folder."""
        version = self.library or self.driver
        place = folder / self._libraries()
        place.mkdir(parents=True)
        _put_library(place, "libnvidia-ml", version, self.nvml, libraries.nvml)
        _put_library(place, "libcuda", version, self.libcuda, libraries.libcuda)
        (folder / "rig.txt").write_text(self._script(version), encoding="utf-8")
        self._write_kernel(folder)
        self._write_surroundings(folder)
        if self.smi is not None:
            readings = [{"name": card.name or "[N/A]", "uuid": card.uuid or "[N/A]"} for card in self.cards]
            smi_maker.write(folder / "usr/bin/nvidia-smi", self.smi, driver=self.driver, cuda=self.cuda, cards=readings)
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
        for index, card in enumerate(self.cards):
            readings = msgspec.to_builtins(card)
            pairs |= {f"{index}.{key}": value for key, value in readings.items() if value is not None}
        if self.libcuda == "stub":
            functions = ("cuInit", "cuDriverGetVersion", "cuGetErrorName", "cuGetErrorString", "cuDeviceGetCount")
            pairs |= {f"fault.{function}": "return 34" for function in functions}
        pairs |= {f"fault.{function}": fault for function, fault in self.faults.items()}
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
            if "nvidia-uvm" in self.nodes:
                put(folder, "sys/module/nvidia_uvm/refcnt", "0\n")
        if self.nouveau:
            put(folder, "sys/module/nouveau/refcnt", "1\n")
        for node in self.nodes:
            put(folder, f"dev/{node}", "")

    def _write_surroundings(self, folder: Path) -> None:
        for path in ("tmp", "home/user", os.getcwd().lstrip("/")):  # noqa: PTH109  # the folders that a program needs
            (folder / path).mkdir(parents=True, exist_ok=True)
        put(folder, "etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\n')
        put(folder, "proc/version", f"Linux version {RELEASE} (buildd@lcy02-amd64-116) #45-Ubuntu SMP\n")
        if self.around == "docker":
            put(folder, ".dockerenv", "")
        elif self.around == "vmware":
            put(folder, "sys/class/dmi/id/sys_vendor", "VMware, Inc.\n")
        elif self.around == "wsl2":
            put(folder, "proc/version", "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@1) #1 SMP\n")
            put(folder, "dev/dxg", "")
            put(folder, "proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n")
        if self.around != "wsl2":
            self._write_bus(folder)

    def _write_bus(self, folder: Path) -> None:
        bus = folder / "sys/bus/pci"
        (bus / "devices").mkdir(parents=True)
        holder = "nouveau" if self.nouveau else "nvidia" if self.kernel is not None else None
        shown = [("10de", "2204", card.bus, holder) for card in self.cards if card.bus] if self.bus else []
        if self.around == "vmware":
            shown.append(("15ad", "0405", "00000000:00:0f.0", "vmwgfx"))
        for vendor, device, address, driver in shown:
            place = f"sys/bus/pci/devices/{address[4:].lower()}"
            for name, text in (("class", "0x030000"), ("vendor", f"0x{vendor}"), ("device", f"0x{device}")):
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


_FAULTY_FILES: dict[str, Callable[[Path, Path], object]] = {
    "empty": lambda target, _: target.touch(),
    "other": _of_another_architecture,
    # What a proxy answers, and a script saved as the library.
    "text": lambda target, _: target.write_text("<html>404</html>\n" * 100, encoding="utf-8"),
    "half": lambda target, compiled: target.write_bytes(compiled.read_bytes()[:100]),
    "folder": lambda target, _: target.mkdir(),
}
