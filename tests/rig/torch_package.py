"""A package that answers like torch, made of a description: what `import torch` finds in a pretend environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

CU128 = ("sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120")

SOURCE = '''
"""Answers like torch; computes nothing but a product of ones."""
from types import SimpleNamespace as _Names
from torch import version
__version__ = version.__version__
_facts = {facts!r}
if _facts["hangs"]:
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(300)

class _Tensor:
    def __init__(self, value): self.value = value
    def __matmul__(self, other): return _Tensor(self.value * other.value * 8)
    def sum(self): return self.value * 64
    def numpy(self): return [self.value]

def ones(*shape): return _Tensor(1.0)
def zeros(*shape): return _Tensor(0.0)
def get_num_threads(): return _facts["threads"]

def _init():
    if _facts["init_error"]: raise RuntimeError(_facts["init_error"])

_devices = [_Names(name=n, major=a, minor=b, total_memory=24 << 30) for n, a, b in _facts["devices"]]
_C = _Names(_cuda_getArchFlags=lambda: " ".join(_facts["arch"]))
backends = _Names(cudnn=_Names(version=lambda: 91002), mps=_Names(is_available=lambda: False))
ops = _Names(load_library=lambda path: None)
cuda = _Names(
    is_available=lambda: bool(_devices), device_count=lambda: len(_devices), init=_init,
    get_device_properties=lambda i: _devices[i],
)
'''


class TorchPackage(msgspec.Struct, frozen=True, kw_only=True):
    """What this torch says of itself."""

    version: str = "2.9.1+cu128"
    cuda: str | None = "12.8"
    hip: str | None = None
    arch: tuple[str, ...] = CU128
    devices: tuple[tuple[str, int, int], ...] = ()
    """(name, major, minor) of each GPU that it sees."""
    init_error: str = ""
    threads: int = 1
    hangs: bool = False
    """Its import never ends, and ignores SIGTERM."""

    def write(self, site_packages: Path) -> None:
        """Put the package and its metadata into an environment."""
        folder = site_packages / "torch"
        folder.mkdir()
        (folder / "version.py").write_text(
            f"__version__ = {self.version!r}\ncuda = {self.cuda!r}\nhip = {self.hip!r}\nxpu = None\n"
        )
        facts = {name: getattr(self, name) for name in ("arch", "devices", "init_error", "threads", "hangs")}
        (folder / "__init__.py").write_text(SOURCE.format(facts=facts))
        metadata = site_packages / f"torch-{self.version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch\nVersion: {self.version}\n")
        (metadata / "INSTALLER").write_text("pip\n")


SEES = TorchPackage(devices=(("NVIDIA GeForce RTX 3090", 8, 6),))
BLIND = TorchPackage(init_error="CUDA initialization failed")
CPU_BUILD = TorchPackage(version="2.9.1+cpu", cuda=None, arch=())


def make_environment(folder: Path, torch: TorchPackage | None) -> Path:
    """Make a virtual environment with this torch and nothing else; return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    if torch is not None:
        [site_packages] = folder.glob("lib/python*/site-packages")
        torch.write(site_packages)
    return folder / "bin" / "python"
