"""The examined Python under everything that people's machines do to it; real interpreters, made-up packages."""

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from envdoctor.facts import Companion, Python, Torch, TorchRun, Unknown
from envdoctor.probes.child import Account
from envdoctor.probes.interpreter import Choice
from envdoctor.probes.patient_facts import SCRIPT, ask, understand
from tests.elf import library

FAKE = {
    "version.py": "__version__ = '2.9.1+cu128'\ncuda: str = '12.8'\nhip = None\n",
    "__init__.py": """
from . import version
__version__ = version.__version__
class _Any:
    def __getattr__(self, name): return _Any()
    def __call__(self, *a, **k): return _Any()
    def __matmul__(self, other): return self
    def __float__(self): return 512.0
    def __int__(self): return 0
    def __bool__(self): return False
    def __str__(self): return "odd"
    def split(self): return []
_C = backends = cuda = ops = _Any()
cuda.is_available = lambda: False
cuda.device_count = lambda: 0
ones = zeros = _Any()
def get_num_threads(): return 2
""",
}
"""A torch that does nothing, and that without a fault."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="environments with the layout of POSIX")


class Patient:
    """A virtual environment with made-up packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
        self.python = str(folder / "bin" / "python")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        self.site.mkdir(parents=True)
        (folder / "bin").mkdir()
        base = getattr(sys, "_base_executable", sys.executable)
        Path(self.python).symlink_to(base)
        config = f"home = {Path(base).parent}\ninclude-system-site-packages = false\n"
        (folder / "pyvenv.cfg").write_text(config, encoding="utf-8")

    def install(self, name: str, files: Mapping[str, str], version: str = "") -> None:
        """Put a package there, with its metadata if it has a version."""
        (self.site / name).mkdir(exist_ok=True)
        for file, text in files.items():
            (self.site / name / file).write_text(text, encoding="utf-8")
        if version:
            self.metadata(f"{name}-{version}.dist-info", f"Name: {name}\nVersion: {version}\n")

    def metadata(self, folder: str, text: str | bytes, file: str = "METADATA") -> None:
        (self.site / folder).mkdir(exist_ok=True)
        (self.site / folder / file).write_bytes(text.encode() if isinstance(text, str) else text)

    def torch(self, begins_with: str = "") -> None:
        """Install the made-up torch; its import begins with this code."""
        self.install("torch", FAKE | {"__init__.py": f"{begins_with}\n{FAKE['__init__.py']}"}, "2.9.1")

    def examine(self, environment: Mapping[str, str] | None = None, *, seconds: float = 20) -> dict[str, Any]:
        choice = Choice(self.python, "a test asks")
        answer = ask(choice, seconds=seconds, environment={**self.environment, **(environment or {})})
        return understand(choice, answer)


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Patient:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return Patient(tmp_path / "env")


def run_of(facts: Mapping[str, Any]) -> TorchRun:
    assert isinstance(facts["torch_run"], TorchRun)
    return facts["torch_run"]


def sound(facts: Mapping[str, Any]) -> bool:
    run = run_of(facts)
    assert isinstance(facts["python"], Python)
    assert facts["python"].failure is None
    return run.failure is None and run.stage == "end" and run.version == "2.9.1+cu128"


def test_a_sound_patient(patient: Patient) -> None:
    patient.torch()
    facts = patient.examine()

    assert sound(facts)
    assert facts["torch"] == Torch(
        "2.9.1+cu128",
        cuda="12.8",
        hip=None,
        xpu=None,
        path=str(patient.site / "torch"),
        metadata_version="2.9.1",
        metadata_folder=str(patient.site),
        installer=None,
        has_libtorch_cuda=False,
        extensions=(),
        requires=(),
    )
    assert facts["python"].executable == patient.python
    assert facts["python"].kind == "venv"
    assert facts["python"].chosen_because == "a test asks"
    assert facts["packages"] == {"torch": "2.9.1"}
    assert (facts["torchvision"], facts["torchaudio"]) == (None, None)
    assert list(run_of(facts).seconds)[:4] == ["start", "python", "packages", "find torch"]


def test_the_search_path_is_that_of_the_users_own_try(patient: Patient) -> None:
    path = patient.examine({"PYTHONPATH": "/first:/second"})["python"].path
    argv = [patient.python, "-c", "import json, sys; print(json.dumps(sys.path))"]
    theirs = subprocess.run(
        argv, env=patient.environment | {"PYTHONPATH": "/first:/second"}, capture_output=True, check=True
    )

    assert list(path) == json.loads(theirs.stdout)


def test_no_torch(patient: Patient) -> None:
    facts = patient.examine()

    assert facts["torch"] is None
    assert facts["torch_run"] is None


def test_static_means_that_torch_is_not_imported(patient: Patient) -> None:
    patient.torch("raise SystemError")
    choice = Choice(patient.python, "")
    facts = understand(choice, ask(choice, seconds=20, import_torch=False, environment=patient.environment))

    assert facts["torch"].version == "2.9.1+cu128"
    assert facts["torch_run"] == Unknown("torch was not imported, as asked")


DEATHS = [
    pytest.param("import faulthandler; faulthandler._sigsegv()", "signal", "SIGSEGV", id="crashes"),
    pytest.param("import os; os.abort()", "signal", "SIGABRT", id="aborts"),
    pytest.param("import os; os._exit(0)", "exit", "exit code 0", id="leaves without a word"),
    pytest.param("import os; os._exit(127)", "exit", "exit code 127", id="leaves with a code"),
    pytest.param(
        "raise ImportError('libcudart.so.12: cannot open')",
        "exception",
        "ImportError: libcudart.so.12: cannot open",
        id="raises",
    ),
    pytest.param("raise SystemExit(3)", "exception", "SystemExit: 3", id="sys.exit"),
    pytest.param("raise KeyboardInterrupt", "exception", "KeyboardInterrupt", id="KeyboardInterrupt"),
    pytest.param(
        "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd",
        "exception",
        "Odd: (no message)",
        id="an error without a text",
    ),
    pytest.param("raise OSError('x' * 100000)", "exception", "OSError: " + "x" * 500, id="an endless message"),
    pytest.param("x = (", "exception", "SyntaxError: '(' was never closed (__init__.py, line 1)", id="half a file"),
]


@pytest.mark.parametrize(("code", "kind", "detail"), DEATHS)
def test_a_torch_that_dies_when_it_is_imported(patient: Patient, code: str, kind: str, detail: str) -> None:
    patient.torch(code)
    facts = patient.examine()
    failure = run_of(facts).failure

    assert failure is not None
    assert (failure.kind, failure.stage, failure.detail) == (kind, "import torch", detail)
    assert run_of(facts).stage == "import torch"
    assert facts["python"].failure is None
    assert facts["torch"].version == "2.9.1+cu128"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import time; time.sleep(60)", id="sleeps"),
        pytest.param(
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", id="ignores SIGTERM"
        ),
        pytest.param("import re; re.match(r'(a+)+b', 'a' * 60)", id="computes for ever and holds the GIL"),
        pytest.param("import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()", id="deadlock"),
    ],
)
def test_a_torch_that_never_comes_back(patient: Patient, code: str) -> None:
    patient.torch(code)
    started = time.monotonic()
    failure = run_of(patient.examine(seconds=1)).failure

    assert failure is not None
    assert (failure.kind, failure.stage, failure.detail) == ("hang", "import torch", "no end after 1 s")
    assert any("torch/__init__.py" in line for line in failure.last_lines)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("describe torch", "def get_num_threads(): raise RuntimeError('no')"),
        ("compute on the CPU", "import os\ndef ones(*a): os.abort()"),
        ("CUDA init", "import os\ncuda.is_available = lambda: os._exit(0)"),
        ("CUDA init", "cuda.is_available = lambda: 1 / 0"),
        ("device 0", "cuda.is_available = lambda: True\ncuda.device_count = lambda: 1\ncuda.get_device_properties = 0"),
    ],
)
def test_a_torch_that_dies_in_use(patient: Patient, stage: str, code: str) -> None:
    patient.torch()
    patient.install("torch", {"__init__.py": f"{FAKE['__init__.py']}\n{code}\n"})
    run = run_of(patient.examine())

    assert run.failure is not None
    assert (run.failure.stage, run.stage) == (stage, stage)
    assert stage == "describe torch" or run.version == "2.9.1+cu128"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("print('x' * 3_000_000)", id="floods stdout"),
        pytest.param("import sys; sys.stderr.write('x' * 3_000_000)", id="floods stderr"),
        pytest.param("import os; os.closerange(0, 3)", id="closes the standard streams"),
        pytest.param("import sys; del sys.stderr, sys.stdout", id="deletes sys.stderr"),
        pytest.param("import sys; sys.stderr = sys.stdout = None", id="has no sys.stderr"),
        pytest.param(
            "import threading, time; threading.Thread(target=lambda: time.sleep(60)).start()", id="a thread without end"
        ),
        pytest.param("import atexit, time; atexit.register(time.sleep, 60)", id="an exit without end"),
        pytest.param("import os, time\nif os.fork() == 0:\n    time.sleep(60)", id="leaves a child behind"),
        pytest.param("import os; os.chdir('/')", id="goes elsewhere"),
        pytest.param("import os; os.environ.clear()", id="empties the environment"),
        pytest.param("import sys; sys.path.clear()", id="empties the search path"),
        pytest.param("import sys; sys.path[:] = [None, 3, b'x', __import__('pathlib').Path('y')]", id="odd path"),
        pytest.param("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)", id="is deaf"),
        pytest.param("import os; os.setsid() if os.getsid(0) != os.getpid() else 0", id="its own session"),
        pytest.param("import logging; logging.disable(); import warnings; warnings.warn('w')", id="warns"),
        pytest.param("import gc; gc.disable()\nimport sys; sys.setrecursionlimit(200)", id="a low recursion limit"),
    ],
)
def test_a_torch_with_bad_manners_works_all_the_same(patient: Patient, code: str) -> None:
    patient.torch(code)
    started = time.monotonic()

    assert sound(patient.examine())
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.modules.clear()",
        "import os; os.write = os.fstat = None",
        "import builtins; builtins.open = builtins.str = None",
        "import json; json.dumps = None",
        "import traceback; traceback.format_exception = None; raise ValueError",
    ],
)
def test_whatever_a_torch_breaks_the_answer_is_clean(patient: Patient, code: str) -> None:
    patient.torch(code)
    facts = patient.examine()

    assert facts["python"].failure is None
    assert facts["torch"].version == "2.9.1+cu128"
    assert isinstance(facts["torch_run"], TorchRun)


def test_a_torch_that_closes_our_descriptor_and_opens_a_file(patient: Patient, tmp_path: Path) -> None:
    patient.torch(
        f"import os; os.closerange(3, 256); notes = [open({str(tmp_path / 'notes')!r}, 'a') for _ in '1234567']"
    )
    failure = run_of(patient.examine()).failure

    assert failure is not None
    assert (failure.kind, failure.stage) == ("exit", "import torch")
    assert "closed the descriptor" in failure.last_lines[-1]
    assert (tmp_path / "notes").read_text(encoding="utf-8") == ""


def test_no_core_file_is_left(patient: Patient, tmp_path: Path) -> None:
    patient.torch("import faulthandler; faulthandler._sigsegv()")
    patient.examine()

    assert list((tmp_path / "work").iterdir()) == []


def test_a_folder_called_torch_is_no_torch(patient: Patient, tmp_path: Path) -> None:
    (tmp_path / "work" / "torch" / "models").mkdir(parents=True)
    facts = patient.examine()

    assert facts["torch"].path.endswith("torch")
    assert facts["torch"].version == Unknown("not asked")
    assert run_of(facts).failure


def test_a_finder_that_fails_is_not_absence(patient: Patient) -> None:
    patient.torch()
    finder = "class F:\n    def find_spec(self, name, path=None, target=None):\n        if name == 'torch': 1 / 0\n"
    (patient.site / "sitecustomize.py").write_text(
        f"import sys\n{finder}sys.meta_path.insert(0, F())", encoding="utf-8"
    )
    facts = patient.examine()

    assert isinstance(facts["torch"], Unknown)
    assert "ZeroDivisionError" in facts["torch"].reason
    assert run_of(facts).failure


def test_a_torch_that_a_start_up_file_has_loaded(patient: Patient) -> None:
    patient.torch("__spec__ = None")
    (patient.site / "sitecustomize.py").write_text("import torch; torch.__spec__ = None", encoding="utf-8")

    assert patient.examine()["torch"] is not None


# --- what is installed -----------------------------------------------------------------------------


def test_torchvision_of_another_variant(patient: Patient) -> None:
    patient.torch()
    patient.install("torchvision", {"__init__.py": "", "version.py": "__version__ = '0.24.1+cpu'"})
    patient.metadata("torchvision-0.24.1.dist-info", "Name: torchvision\nRequires-Dist: torch (==2.9.1)\n")
    needed = library(["libtorch_cuda.so", "libc10.so", "libtorch.so", "libc.so.6"])
    (patient.site / "torchvision/_C.so").write_bytes(needed)
    (patient.site / "torch/lib").mkdir()
    (patient.site / "torch/lib/libc10.so").touch()
    vision = patient.examine()["torchvision"]

    assert isinstance(vision, Companion)
    assert (vision.version, vision.metadata_version, vision.requires_torch) == ("0.24.1+cpu", "0.24.1", "==2.9.1")
    assert vision.missing == ("libtorch.so", "libtorch_cuda.so")
    assert vision.load_error is None


@pytest.mark.parametrize(
    ("folder", "file", "text", "found"),
    [
        ("torch-2.9.1.dist-info", "METADATA", b"Name: torch\nSummary: \xff\xfe\x80\n", {"torch": "2.9.1"}),
        ("torch-2.9.1.dist-info", "RECORD", b"", {"torch": "2.9.1"}),
        ("Flask_SQL.alchemy-3.0.dist-info", "METADATA", b"", {"flask-sql-alchemy": "3.0"}),
        ("six-1.16.0-py3.11.egg-info", "PKG-INFO", b"", {"six": "1.16.0"}),
        ("local.egg-info", "PKG-INFO", b"Name: local\nVersion: 0.1\n", {"local": "0.1"}),
        ("local.egg-info", "nothing", b"", {"local": ""}),
        ("~orch-2.1.0.dist-info", "METADATA", b"Name: torch\nVersion: 2.1.0\n", {}),
        (".dist-info", "METADATA", b"", {"": ""}),
    ],
)
def test_metadata_of_all_kinds(patient: Patient, folder: str, file: str, text: bytes, found: dict[str, str]) -> None:
    patient.metadata(folder, text, file)

    assert {k: v for k, v in patient.examine()["packages"].items() if k} == {k: v for k, v in found.items() if k}


def test_what_is_installed_twice_or_half_removed(patient: Patient, tmp_path: Path) -> None:
    patient.torch()
    patient.metadata("torch-2.1.0.dist-info", "Name: torch\nVersion: 2.1.0\n")
    patient.metadata("~orch-2.0.0.dist-info", "")
    (patient.site / "~vidia").mkdir()
    (tmp_path / "work" / "~backup").touch()
    python = patient.examine()["python"]

    assert python.duplicates == {"torch": ("2.1.0", "2.9.1")}
    assert [Path(path).name for path in python.leftovers] == ["~orch-2.0.0.dist-info", "~vidia"]


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("pytorch-2.5.1-py3.11_cuda12.4_cudnn9.1.0_0.json", {"torch": ("2.9.1", "2.5.1 (conda)")}),
        ("pytorch-2.9.1-cuda126_py311_300.json", {}),
        ("pytorch-2.9-cuda126_py311_300.json", {"torch": ("2.9.1", "2.9 (conda)")}),
        ("pytorch-cuda-12.4-h0_0.json", {}),
        ("pytorch-lightning-2.5.1-pyhd_0.json", {}),
        ("history", {}),
    ],
)
def test_a_torch_that_pip_put_over_condas(patient: Patient, file: str, found: dict[str, tuple[str, ...]]) -> None:
    patient.torch()
    patient.metadata("torch-2.9.1.dist-info", "Name: torch\nVersion: 2.9.1\n")
    prefix = Path(patient.examine()["python"].prefix)
    (prefix / "conda-meta").mkdir()
    (prefix / "conda-meta" / file).touch()

    assert patient.examine()["python"].duplicates == found


# --- hostile surroundings --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"PYTHONWARNINGS": "error"}, id="warnings are errors"),
        pytest.param({"PYTHONDEVMODE": "1"}, id="development mode"),
        pytest.param({"PYTHONVERBOSE": "2"}, id="floods of its own"),
        pytest.param({"PYTHONOPTIMIZE": "2"}, id="no docstrings"),
        pytest.param({"PYTHONINSPECT": "1"}, id="interactive afterwards"),
        pytest.param({"PYTHONSAFEPATH": "1"}, id="safe path"),
        pytest.param({"PYTHONIOENCODING": "ascii:strict"}, id="ASCII only"),
        pytest.param({"PYTHONMALLOC": "debug"}, id="debugging allocator"),
        pytest.param({"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/none"}, id="no cache"),
        pytest.param({"PYTHONPATH": ":/none::/dev/null:"}, id="odd PYTHONPATH"),
        pytest.param({"PYTHONSTARTUP": "/none", "PYTHONUSERBASE": "/none"}, id="odd start-up files"),
        pytest.param({"PYTHONHASHSEED": "0", "PYTHONPROFILEIMPORTTIME": "1"}, id="import times on stderr"),
        pytest.param({"LD_PRELOAD": "/none/libnone.so"}, id="preload of a missing library"),
        pytest.param({"LC_ALL": "C", "LANG": "xx_YY"}, id="C locale"),
        pytest.param({"LC_ALL": "de_DE.ISO-8859-1", "PYTHONUTF8": "0"}, id="unknown locale"),
        pytest.param({"TMPDIR": "/none", "HOME": "/none", "XDG_CACHE_HOME": "/none"}, id="no HOME, no TMPDIR"),
        pytest.param({"PATH": ""}, id="an empty PATH"),
        pytest.param({"PATH": os.pathsep.join(f"/none/{i}" for i in range(5000))}, id="a PATH of thousands"),
        pytest.param({"TERM": "dumb", "COLUMNS": "-1"}, id="no terminal"),
    ],
)
def test_surroundings_that_do_not_matter(patient: Patient, environment: dict[str, str]) -> None:
    patient.torch()

    assert sound(patient.examine(environment))


def test_no_environment_at_all(patient: Patient) -> None:
    patient.torch()
    patient.environment = {}

    assert sound(patient.examine())


def test_chatty_start_up_files(patient: Patient) -> None:
    patient.torch()
    chatter = "import sys\nprint('hello\\n' * 400_000)\nsys.stderr.write('world\\n' * 400_000)\nraise ValueError('odd')"
    (patient.site / "sitecustomize.py").write_text(chatter, encoding="utf-8")
    (patient.site / "noise.pth").write_text("import sys; print('x' * 2000)\n", encoding="utf-8")
    facts = patient.examine()

    assert sound(facts)
    assert facts["python"].startup_output[-1] == "hello"
    assert all(len(line) <= 500 for line in facts["python"].startup_output)


def test_a_start_up_file_that_leaves(patient: Patient) -> None:
    (patient.site / "sitecustomize.py").write_text("import os; os._exit(4)", encoding="utf-8")
    facts = patient.examine()

    assert facts["python"].failure.detail == "exit code 4"
    assert isinstance(facts["torch"], Unknown)


def test_a_start_up_file_that_hangs(patient: Patient) -> None:
    (patient.site / "sitecustomize.py").write_text("import time; time.sleep(60)", encoding="utf-8")
    failure = patient.examine(seconds=2.05)["python"].failure

    assert (failure.kind, failure.stage) == ("hang", "start")


def test_too_little_time_to_start_is_no_fault_of_the_python(patient: Patient) -> None:
    (patient.site / "sitecustomize.py").write_text("import time; time.sleep(60)", encoding="utf-8")
    facts = patient.examine(seconds=0.3)

    assert all(isinstance(facts[name], Unknown) for name in ("python", "packages", "torch", "torch_run"))
    assert "longer --timeout" in facts["python"].reason


@pytest.mark.parametrize("reason", ["no answer in 30 s", "the probe failed: MemoryError: MemoryError"])
def test_a_probe_that_failed_is_no_fault_of_the_python(reason: str) -> None:
    assert set(understand(Choice("/env/bin/python", ""), Unknown(reason)).values()) == {Unknown(reason)}


@pytest.mark.parametrize(
    "environment", [{"PYTHONHOME": "/none"}, {"PYTHONPLATLIBDIR": "none", "PYTHONHOME": "/none/too"}]
)
def test_a_wrong_pythonhome(patient: Patient, environment: dict[str, str]) -> None:
    facts = patient.examine(environment)

    assert facts["python"].failure.kind in ("exit", "signal")
    assert facts["python"].failure.stage == "start"
    assert any("encodings" in line for line in facts["python"].failure.last_lines)
    assert facts["python"].executable == patient.python
    assert all(isinstance(facts[name], Unknown) for name in ("packages", "torch", "torch_run", "torchvision"))


def test_a_base_that_is_gone(patient: Patient, tmp_path: Path) -> None:
    Path(patient.python).unlink()
    Path(patient.python).symlink_to(tmp_path / "pyenv" / "python3.9")
    failure = patient.examine()["python"].failure

    assert failure.detail == f"it is a link to {tmp_path}/pyenv/python3.9, which does not exist"


def test_no_such_python(patient: Patient) -> None:
    Path(patient.python).unlink()

    assert patient.examine()["python"].failure.detail == "there is no such program"


@pytest.mark.parametrize("name", ["with space", 'it\'s "quoted" $HOME', "umgebung-äöü", "日本", "-dash", "new\nline"])
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_odd_folders(tmp_path: Path, name: str, locale: str) -> None:
    patient = Patient(tmp_path / name)
    patient.torch()
    facts = patient.examine({"LC_ALL": locale})

    assert sound(facts)
    assert facts["python"].executable == patient.python
    assert facts["torch"].path == str(patient.site / "torch")


def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    patient = Patient(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")))
    patient.torch()
    facts = patient.examine()

    assert sound(facts)
    assert facts["python"].executable == patient.python


def test_the_working_directory_is_gone(patient: Patient, tmp_path: Path) -> None:
    patient.torch()
    (tmp_path / "work").rmdir()

    assert sound(patient.examine())


@pytest.mark.parametrize("name", ["json", "random", "token", "types", "re", "struct", "platform", "signal", "examine"])
def test_files_beside_the_user_cannot_break_us(patient: Patient, tmp_path: Path, name: str) -> None:
    patient.torch()
    (tmp_path / "work" / f"{name}.py").write_text("raise SystemExit('mine')", encoding="utf-8")
    facts = patient.examine()

    assert sound(facts)
    hidden = [] if name == "examine" else [str(tmp_path / "work" / f"{name}.py")]
    assert list(facts["python"].shadowing) == hidden


@pytest.mark.parametrize("name", ["json", "random", "struct", "traceback", "platform", "tokenize"])
@pytest.mark.parametrize("place", ["work", "on PYTHONPATH"])
def test_what_hides_a_module_from_torch_hides_it_here_too(
    patient: Patient, tmp_path: Path, name: str, place: str
) -> None:
    patient.torch(f"import {name}")
    folder = tmp_path / place
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text("raise ImportError('mine')", encoding="utf-8")
    facts = patient.examine({"PYTHONPATH": str(tmp_path / "on PYTHONPATH")})
    failure = run_of(facts).failure

    assert failure is not None
    assert failure.detail == "ImportError: mine"
    assert any(f"{name}.py" in line for line in failure.last_lines)
    assert list(facts["python"].shadowing) == [str(folder / f"{name}.py")]


def test_a_torch_py_beside_the_user(patient: Patient, tmp_path: Path) -> None:
    patient.torch()
    (tmp_path / "work" / "torch.py").write_text("print('my first network')", encoding="utf-8")
    facts = patient.examine()

    assert facts["torch"].path == str(tmp_path / "work" / "torch.py")
    assert facts["torch"].metadata_version == "2.9.1"
    assert list(facts["python"].shadowing) == [str(tmp_path / "work" / "torch.py")]
    assert run_of(facts).failure


@pytest.mark.parametrize("name", ["numpy", "typing_extensions", "sympy"])
def test_what_hides_a_package_from_torch(patient: Patient, tmp_path: Path, name: str) -> None:
    patient.torch(f"import {name}\nraise KeyError")
    folder = tmp_path / "on PYTHONPATH"
    folder.mkdir()
    (folder / f"{name}.py").touch()
    (folder / "torch").mkdir()
    facts = patient.examine({"PYTHONPATH": str(folder)})

    assert facts["python"].shadowing == run_of(facts).shadows == (str(folder / f"{name}.py"),)


def test_what_is_installed_into_a_folder_on_pythonpath_hides_nothing(patient: Patient, tmp_path: Path) -> None:
    folder = tmp_path / "target"
    (folder / "numpy").mkdir(parents=True)
    (folder / "numpy/__init__.py").touch()
    (folder / "numpy-2.4.6.dist-info").mkdir()

    assert patient.examine({"PYTHONPATH": str(folder)})["python"].shadowing == ()


REQUIRED = """Metadata-Version: 2.4
Name: torch
Requires-Dist: filelock
Requires-Dist: typing-extensions (>=4.8)
Requires-Dist: nvidia-nccl-cu13==2.30.7; platform_system == "Linux"
Requires-Dist: triton~=3.9.0; platform_system == "Linux" and python_version < "9.16"
Requires-Dist: colorama; platform_system == "Windows"
Requires-Dist: dataclasses; python_version < "3.0"
Requires-Dist: optree; extra == "optree"
Requires-Dist: odd; sys_platform in "linux or darwin"

Requires-Dist: not-a-header
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the conditions name Linux")
def test_what_torch_requires_here(patient: Patient) -> None:
    patient.torch()
    patient.metadata("torch-2.9.1.dist-info", REQUIRED)

    assert patient.examine()["torch"].requires == (
        "filelock",
        "typing-extensions (>=4.8)",
        "nvidia-nccl-cu13==2.30.7",
        "triton~=3.9.0",
    )


def test_the_compiled_part_of_torch(patient: Patient) -> None:
    patient.torch()
    (patient.site / "torch/_C.cpython-310-x86_64-linux-gnu.so").touch()
    (patient.site / "torch/_C").mkdir()

    assert patient.examine()["torch"].extensions == ("_C.cpython-310-x86_64-linux-gnu.so",)


@pytest.mark.parametrize("name", ["test", "train.py", "data", "utils.py", "model.py"])
def test_what_hides_nothing_is_not_accused(patient: Patient, tmp_path: Path, name: str) -> None:
    if name.endswith(".py"):
        (tmp_path / "work" / name).touch()
    else:
        (tmp_path / "work" / name).mkdir()
        (tmp_path / "work" / name / "__init__.py").touch()

    assert patient.examine()["python"].shadowing == ()


def limited(patient: Patient, limits: str) -> None:
    """Put a limit on the patient, by way of a shell that starts it."""
    real = patient.folder / "bin" / "python.real"
    Path(patient.python).rename(real)
    script = f'#!/bin/sh\n{limits}\nexec {shlex.quote(str(real))} "$@"\n'
    Path(patient.python).write_text(script, encoding="utf-8")
    Path(patient.python).chmod(0o755)


@pytest.mark.parametrize(
    "limits",
    [
        "ulimit -n 12",
        "ulimit -v 100000",
        "ulimit -s 256",
        "ulimit -f 0",
        "ulimit -c unlimited",
        "exec <&-",
        "cd /",
        "umask 777",
        "trap '' CHLD HUP INT TERM PIPE ALRM",
    ],
)
def test_small_limits(patient: Patient, limits: str) -> None:
    patient.torch()
    limited(patient, limits)

    assert sound(patient.examine())


@pytest.mark.parametrize("limits", ["ulimit -v 4000", "ulimit -n 3", "ulimit -t 0"])
def test_limits_that_no_python_survives(patient: Patient, limits: str) -> None:
    limited(patient, limits)
    facts = patient.examine(seconds=3)

    assert isinstance(facts["python"], Python)
    assert facts["python"].failure is not None or facts["python"].version


def test_a_memory_limit_that_torch_does_not_survive(patient: Patient) -> None:
    patient.torch("hoard = bytearray(1 << 30)")
    limited(patient, "ulimit -v 400000")
    failure = run_of(patient.examine()).failure

    assert failure is not None
    assert (failure.stage, failure.detail) == ("import torch", "MemoryError")


# --- other Pythons ---------------------------------------------------------------------------------


def find_python(version: str) -> str | None:
    """Return a Python of this version: on PATH, or where pyenv puts them."""
    found = shutil.which(f"python{version}")
    candidates = [found] if found else []
    candidates += [str(path) for path in Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    for candidate in candidates:
        argv = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
        if done.stdout.strip() == version:
            return candidate
    return None


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.12", "3.13", "3.14"])
def test_other_pythons(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    folder = tmp_path / "on the pfad ü"
    (folder / "torch").mkdir(parents=True)
    for name, text in FAKE.items():
        (folder / "torch" / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    choice = Choice(python, "")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    answer = ask(
        choice,
        seconds=20,
        environment=environment | {"PYTHONPATH": str(folder), "LC_ALL": "C", "PYTHONWARNINGS": "error"},
    )
    facts = understand(choice, answer)

    assert facts["python"].failure is None
    assert facts["python"].version.startswith(f"{version}.")
    if version == "2.7":
        assert isinstance(facts["torch"], Unknown)
        assert isinstance(answer, Account)
        assert answer.failure is None
        return
    assert sound(facts)
    assert facts["torch"].path == str(folder / "torch")


@pytest.mark.parametrize("script", sorted(SCRIPT.parent.glob("*.py")), ids=lambda path: path.name)
def test_the_scripts_keep_to_old_python(script: Path) -> None:
    python = find_python("2.7" if script == SCRIPT else "3.6")
    if python is None:
        pytest.skip("there is no such old Python here")

    compile_it = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')"
    subprocess.run([python, "-c", compile_it, str(script)], check=True, timeout=20)


# --- the real thing --------------------------------------------------------------------------------


@pytest.fixture
def real() -> Callable[..., dict[str, Any]]:
    """Examine the Python that runs the tests, if it has a torch."""
    if importlib.util.find_spec("torch") is None:
        pytest.skip("there is no torch in this Python")
    choice = Choice(sys.executable, "")
    return lambda **environment: understand(choice, ask(choice, seconds=60, environment={**os.environ, **environment}))


@pytest.mark.slow
def test_a_real_torch(real: Callable[..., dict[str, Any]]) -> None:
    facts = real(PYTHONWARNINGS="default")
    run = run_of(facts)

    assert run.failure is None
    assert run.stage == "end"
    assert run.version == facts["torch"].version
    assert run.cuda == facts["torch"].cuda
    assert isinstance(run.available, bool)
    assert isinstance(run.threads, int)
    assert run.seconds["import torch"] > 0
    assert sys.platform != "linux" or Path(run.libraries["libc10"]).is_file()


@pytest.mark.slow
def test_a_malformed_allocator_setting_is_seen(real: Callable[..., dict[str, Any]]) -> None:
    facts = real(PYTORCH_CUDA_ALLOC_CONF="garbage", PYTORCH_ALLOC_CONF="garbage")
    run = run_of(facts)
    if run.failure is None:
        pytest.skip(f"torch {run.version} passes over it on this machine")

    assert run.failure.stage in ("import torch", "CUDA init")
    assert run.failure.kind in ("signal", "exception")
    assert "config" in "".join((run.failure.detail, *run.failure.last_lines)).lower()
    assert facts["torch"].version
