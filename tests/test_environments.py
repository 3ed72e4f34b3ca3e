"""Environments on disk that are broken or odd in ways of their own, and what the whole command says of each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.rig.torch_package import CPU_BUILD, TorchPackage

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals and shells of POSIX")]

SHADOWED = "multiple-installs-or-shadowing"
NOTHING_LEFT = "import os; os.closerange(3, 1000)"
VERSION = "__version__ = '2.9.1+cpu'\ncuda = None\nhip = None\nxpu = None\n"


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What is odd about an environment, and what must come out."""

    name: str
    cause: str | None
    """Of the primary finding; None: nothing is broken."""
    warned: str | None = None
    """Cause of a warning that there must be."""
    torch: TorchPackage | None = CPU_BUILD
    before: str = ""
    """What torch does first when it is imported."""
    after: str = ""
    """What it does last."""
    files: dict[str, str] = {}
    """In site-packages."""
    beside: dict[str, str] = {}
    """In the working directory."""
    variables: dict[str, str] = {}
    """"{here}" is the folder of the environment."""
    change: Callable[[Path], None] | None = None
    """Called with site-packages at the end."""


def _without(name: str) -> Callable[[Path], None]:
    def change(site: Path) -> None:
        for path in site.glob(name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def _renamed(before: str, after: str) -> Callable[[Path], None]:
    def change(site: Path) -> None:
        (site / before).rename(site / after)

    return change


def _zipped(site: Path) -> None:
    with zipfile.ZipFile(site.parents[3] / "x.zip", "w") as archive:
        archive.writestr("torch/__init__.py", "x = 1")


def _extension_removed(site: Path) -> None:
    record = site / "torchvision-0.24.1+cpu.dist-info" / "RECORD"
    record.write_text("torchvision/_C.so,sha256=x,8398048\ntorchvision/__init__.py,,\n")


def _another_torch(site: Path) -> None:
    other = site.parents[3] / "old"
    other.mkdir()
    CPU_BUILD.write(other)
    (other / "torch-2.9.1+cpu.dist-info").rename(other / "torch-2.8.0+cpu.dist-info")
    (other / "torch" / "__init__.py").write_text("raise ImportError('libtorch_cuda.so: cannot open shared object')")
    (site / "old.pth").write_text(f"import sys; sys.path.insert(0, {str(other)!r})\n")


def _text_as_library(site: Path) -> None:
    folder = site.parents[3] / "libraries"
    folder.mkdir()
    (folder / "libodd.so.6").write_text("<html>")
    loads = f"try: ctypes.CDLL({str(folder / 'libodd.so.6')!r})\nexcept OSError as e: raise ImportError(str(e))"
    module = site / "torch" / "__init__.py"
    module.write_text(f"import ctypes\n{loads}\n{module.read_text()}")


def _linked_to_nothing(site: Path) -> None:
    _without("torch")(site)
    (site / "torch").symlink_to("/none/torch")


def _metadata_is_a_folder(site: Path) -> None:
    path = site / "torch-2.9.1+cpu.dist-info" / "METADATA"
    path.unlink()
    path.mkdir()
    (site / "odd.egg-info").symlink_to("/none")
    (site / ".dist-info").mkdir()


def _companion(name: str, version: str, wants: str) -> dict[str, str]:
    return {
        f"{name}/__init__.py": "",
        f"{name}/version.py": f"__version__ = {version!r}\n",
        f"{name}-{version}.dist-info/METADATA": f"Name: {name}\nVersion: {version}\nRequires-Dist: torch=={wants}\n",
    }


def _loads(what: str) -> dict[str, Any]:
    """Let a torchvision that fits by its metadata do something when its extension is loaded."""
    files = {**_companion("torchvision", "0.24.1+cpu", "2.9.1"), "torchvision/_C.so": ""}
    return {"files": files, "after": f"def _load(path): {what}\nops.load_library = _load"}


E = Environment
MANNERS = (
    E(name="prints gigabytes", cause=None, after="import sys\nfor _ in range(300): sys.stdout.write('x' * 1000000)"),
    E(name="closes its streams", cause=None, after="import os; os.close(1); os.close(2)"),
    E(name="forks, and both go on", cause=None, after="import os; os.fork()"),
    E(name="leaves a program behind", cause=None, after="import subprocess; subprocess.Popen(['sleep', '30'])"),
    E(name="leaves a thread behind", cause=None,
      after="import threading, time; threading.Thread(target=time.sleep, args=(99,)).start()"),
    E(name="goes elsewhere", cause=None, after="import os; os.chdir('/'); os.umask(0o777); os.environ.clear()"),
    E(name="replaces how programs end", cause=None,
      after="import os, sys, atexit, time; os._exit = sys.exit = None; atexit.register(time.sleep, 99)"),
    E(name="raises at every word", cause=None,
      after="import sys\nclass Out:\n  def write(self, *_): raise ValueError\n  flush = write\nsys.stdout = Out()"),
    E(name="masks and ignores all signals", cause=None,
      after="import signal\nfor n in (1, 2, 14, 15): signal.signal(n, signal.SIG_IGN)\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))"),
)  # fmt: skip
DEATHS = (
    E(name="raises KeyboardInterrupt", cause="torch-broken", before="raise KeyboardInterrupt"),
    E(name="goes on in a child", cause="torch-broken", before="import os\nif os.fork(): os._exit(0)\nos._exit(1)"),
    E(name="asks a question", cause="torch-broken", before="input('Accept the licence? ')"),
    E(name="an unknown instruction", cause="torch-broken", before="import os; os.kill(os.getpid(), 4)"),
    E(name="killed from outside", cause="limits", before="import os; os.kill(os.getpid(), 9)"),
    E(name="a bus error", cause="torch-broken", before="import os; os.kill(os.getpid(), 7)"),
    E(name="no memory", cause="limits", before="raise MemoryError"),
    E(name="a message without end", cause="torch-broken", before="raise RuntimeError('x' * 50_000_000)"),
    E(name="a message that is no text", cause="torch-broken", before=r"raise RuntimeError('\x1b[2J\udcff\0::error::')"),
    E(name="closes every descriptor", cause="torch-broken", before=NOTHING_LEFT),
    E(name="computes wrongly", cause="torch-broken", after="_Tensor.sum = lambda self: 3.0"),
    E(name="computes what is no number", cause="torch-broken", after="_Tensor.sum = lambda self: float('nan')"),
    E(name="lacks a function", cause="torch-broken", after="del ones"),
    E(name="dies when it is asked", cause="torch-broken",
      after="def get_num_threads():\n  import os; os.kill(os.getpid(), 11)"),
    E(name="two runtimes of OpenMP", cause=SHADOWED,
      before="import os\nos.write(2, b'OMP: Error #15: Initializing libiomp5.so, but found libomp.so\\n'); os.abort()"),
    E(name="torchvision dies", cause="torchvision-mismatch", **_loads("import os; os.abort()")),
    E(name="torchvision is linked with another variant", cause="torchvision-mismatch",
      **_loads("raise OSError('libcudart.so.12: cannot open shared object file')")),
)  # fmt: skip
FILES = (
    E(name="nothing but a cache is left of torch", cause="torch-broken", torch=None,
      files={"torch/__pycache__/x.pyc": ""}),
    E(name="nothing but libraries are left of torch", cause="torch-broken", torch=None,
      files={"torch/lib/libtorch_cpu.so": "", "torch-2.9.1.dist-info/METADATA": "Name: torch\n"}),
    E(name="a link to nothing", cause="torch-missing", change=_linked_to_nothing),
    E(name="nothing but metadata", cause="torch-missing", change=_without("torch")),
    E(name="version.py is gone", cause="torch-broken", change=_without("torch/version.py")),
    E(name="a file that is no text", cause="torch-broken", torch=None,
      files={"torch/__init__.py": "x = '\udce9'\n", "torch/version.py": VERSION}),
    E(name="metadata of another release", cause=None, warned=SHADOWED,
      change=_renamed("torch-2.9.1+cpu.dist-info", "torch-2.8.0+cpu.dist-info")),
    E(name="metadata of another variant", cause=None, warned=SHADOWED,
      change=_renamed("torch-2.9.1+cpu.dist-info", "torch-2.9.1+cu128.dist-info")),
    E(name="no metadata", cause=None, change=_without("torch-*.dist-info")),
    E(name="metadata that are a folder", cause=None, change=_metadata_is_a_folder),
    E(name="a torchvision for a newer torch", cause="torchvision-mismatch",
      files=_companion("torchvision", "0.25.0+cpu", "2.10.0")),
    E(name="a torchaudio for an older torch", cause="torchaudio-mismatch",
      files=_companion("torchaudio", "2.8.0+cpu", "2.8.0")),
    E(name="a torchvision whose compiled part was removed", cause="torchvision-mismatch", change=_extension_removed,
      files=_companion("torchvision", "0.24.1+cpu", "2.9.1")),
    E(name="a torch that a .pth file puts first, and that fails", cause=SHADOWED, change=_another_torch),
    E(name="a folder of NumPy, and nothing in it", cause="numpy-abi", before="import numpy; numpy.ndarray",
      files={"numpy/core/notes.txt": ""}),
    E(name="no temporary folder", cause="filesystem",
      before="raise FileNotFoundError(2, \"No usable temporary directory found in ['/tmp']\")"),
    E(name="a Triton of another release", cause="triton-or-compile",
      before="raise ImportError(\"cannot import name 'AttrsDescriptor' from 'triton.compiler.compiler'\")"),
    E(name="companions that fit", cause=None,
      files={**_companion("torchvision", "0.24.1+cpu", "2.9.1"), **_companion("torchaudio", "2.9.1+cpu", "2.9.1")}),
    E(name="an extension for an older torch", cause=None, warned="ext-binary-mismatch",
      files={"flash_attn-2.7.4+cu12torch2.6.dist-info/METADATA": "Name: flash_attn\n"}),
    E(name="an older Triton", cause=None, warned="triton-or-compile",
      files={"torch-2.9.1+cpu.dist-info/METADATA": "Name: torch\nVersion: 2.9.1\nRequires-Dist: triton==3.5.1\n",
             "triton-3.1.0.dist-info/METADATA": "Name: triton\n"}),
    E(name="a finder that fails", cause="torch-broken",
      files={"sitecustomize.py": "import sys\nclass F:\n  def find_spec(self, name, *_):\n"
                                 "    if name == 'torch': raise RuntimeError('no licence')\n"
                                 "sys.meta_path.insert(0, F())"}),
    E(name="an editable install whose builder is gone", cause="torch-missing", torch=None,
      files={"torch.pth": "import __editable___torch_finder\n", "__editable___torch_finder.py": "import gone"}),
    E(name="backports of the standard library", cause=None, after="import typing, dataclasses, enum",
      files={"typing.py": "x = 1", "dataclasses.py": "x = 1", "enum.py": "x = 1"}),
    E(name="NumPy without its compiled part", cause="numpy-abi", before="import numpy",
      files={"numpy/__init__.py": "import numpy._core._multiarray_umath", "numpy/_core/__init__.py": ""}),
    E(name="another package's backend", cause="ext-binary-mismatch",
      before="raise RuntimeError('Failed to load the backend extension: torch_foo. You can disable it')"),
)  # fmt: skip
SURROUNDINGS = (
    E(name="a start-up file that leaves", cause="python-broken", files={"sitecustomize.py": "raise SystemExit(0)"}),
    E(name="a start-up file that closes every descriptor", cause="python-broken",
      files={"sitecustomize.py": NOTHING_LEFT}),
    E(name="a start-up file that closes its streams", cause=None,
      files={"sitecustomize.py": "import os, sys; os.close(1); os.close(2); sys.stdout = sys.stderr = None"}),
    E(name="a start-up file that forbids files", cause="torch-broken", after="open('/dev/null')",
      files={"sitecustomize.py": "import builtins\ndef no(*_, **__): raise PermissionError\nbuiltins.open = no"}),
    E(name="little address space", cause="limits", before="bytearray(1 << 30)",
      files={"sitecustomize.py": "import resource as r; r.setrlimit(r.RLIMIT_AS, (400 << 20,) * 2)"}),
    E(name="sources of torch in the working directory", cause=SHADOWED,
      beside={"torch/__init__.py": "from torch._C import *", "setup.py": ""}),
    E(name="a script called torch.py", cause=SHADOWED, beside={"torch.py": "import torch; torch.cuda"}),
    E(name="a script called inspect.py", cause=SHADOWED, after="import inspect; inspect.signature",
      beside={"inspect.py": "print('hello')"}),
    E(name="files that hide nothing which is needed", cause=None,
      beside={"email.py": "", "calendar.py": "", "utils.py": "", "test.py": "", "torch/notes.txt": "",
              "numpy/data.csv": "", "sitecustomize.py": "1 / 0"}),
    E(name="an archive on PYTHONPATH", cause=SHADOWED, change=_zipped, variables={"PYTHONPATH": "{here}/x.zip"}),
    E(name="a backport on PYTHONPATH", cause=SHADOWED, after="import dataclasses; dataclasses.dataclass",
      beside={"spark/dataclasses.py": "x = 1"}, variables={"PYTHONPATH": "{here}/cwd/spark"}),
    E(name="a start-up file on PYTHONPATH that raises", cause=None, beside={"start/sitecustomize.py": "1 / 0"},
      variables={"PYTHONPATH": "{here}/cwd/start"}),
    E(name="a torch for another Python on PYTHONPATH", cause=SHADOWED, torch=None,
      beside={"old/site-packages/torch/__init__.py": "raise ImportError('Failed to load PyTorch C extensions:')",
              "old/site-packages/torch/version.py": VERSION,
              "old/site-packages/torch/_C.cpython-36m-x86_64-linux-gnu.so": ""},
      variables={"PYTHONPATH": "{here}/cwd/old/site-packages"}),
    E(name="a log setting that torch refuses", cause="env-variable", variables={"TORCH_LOGS": "dynamooo"},
      before="raise ValueError('\\nInvalid log settings: dynamooo, must be a comma separated list')"),
    E(name="a number of threads that is none", cause=None, warned="env-variable",
      variables={"OMP_NUM_THREADS": "$SLURM_CPUS_PER_TASK"}),
    *(E(name=f"{name} is {value!r}", cause="env-variable", variables={name: value})
      for name, value in (("PYTHONHASHSEED", "x"), ("PYTHONMALLOC", "x"), ("PYTHONUTF8", "yes"),
                          ("PYTHONIOENCODING", "x"), ("PYTHONTRACEMALLOC", "yes"), ("PYTHONPLATLIBDIR", "lib65"))),
    E(name="a text as a library on LD_LIBRARY_PATH", cause="env-variable", change=_text_as_library,
      variables={"LD_LIBRARY_PATH": "{here}/libraries"}),
    E(name="odd switches of Python", cause=None,
      variables={"PYTHONSAFEPATH": "1", "PYTHONOPTIMIZE": "2", "PYTHONDEVMODE": "1", "PYTHONNOUSERSITE": "1"}),
)  # fmt: skip
ALL = (*MANNERS, *DEATHS, *FILES, *SURROUNDINGS)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing in it: a copy of it costs less than another one."""
    folder = tmp_path_factory.mktemp("template") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ALL])
def test_the_cause_comes_out(row: Environment, template: Path, tmp_path: Path) -> None:
    python = make(row, template, tmp_path)
    # Only the installed command starts where a variable stops Python itself.
    by_module = sys.version_info >= (3, 11) and row.cause != "env-variable"
    argv = [sys.executable, "-P", "-m", "envdoctor"] if by_module else [command()]
    unwanted = ("PYTHON", "VIRTUAL", "CONDA", "LD_", "CUDA", "OMP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    variables = {name: value.replace("{here}", str(tmp_path)) for name, value in row.variables.items()}

    done = subprocess.run(
        [*argv, "check", "--json", "--timeout", "20", "--python", python],
        check=False, cwd=tmp_path / "cwd", env=kept | variables, capture_output=True, timeout=60,
    )  # fmt: skip

    assert done.returncode in (0, 1), done.stderr[-500:]
    report = json.loads(done.stdout)
    said = [(found["severity"], found["cause"], found["what"]) for found in report["findings"]]
    assert (report["findings"][0]["cause"] if report["primary"] else None) == row.cause, said
    warnings = {cause for severity, cause, _ in said if severity == "warning"} - OF_THIS_MACHINE
    assert row.cause is not None or warnings == ({row.warned} if row.warned else set()), said


OF_THIS_MACHINE = {"no-driver", "shm-too-small", "limits", "filesystem", "cpu-threads-oversubscribed"}
"""Warnings that the machine deserves on which the tests run."""


def command() -> str:
    """Return the installed command: an older `python -m` itself imports what lies in the working directory."""
    path = Path(sys.executable).with_name("envdoctor")
    if not path.exists():
        pytest.skip("envdoctor is not installed as a command")
    return str(path)


def make(row: Environment, template: Path, folder: Path) -> str:
    """Put the environment and the working directory into a folder; return its interpreter."""
    shutil.copytree(template, folder / "venv", symlinks=True)
    [site] = (folder / "venv").glob("lib/python*/site-packages")
    if row.torch is not None:
        row.torch.write(site)
        module = site / "torch" / "__init__.py"
        module.write_text(f"{row.before}\n{module.read_text()}\n{row.after}\n")
    (folder / "cwd").mkdir()
    for place, files in ((site, row.files), (folder / "cwd", row.beside)):
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    if row.change is not None:
        row.change(site)
    return str(folder / "venv" / "bin" / "python")
