"""Pretend machines, looked at and judged as a whole: each with the one cause that must come out, or none."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import TorchRun
from envdoctor.probes.interpreter import Choice
from envdoctor.probes.snapshot import Look, take_snapshot
from envdoctor.report import json
from tests.rig import accidents, experts, profiles_gpu, strange
from tests.rig.accidents import Accident
from tests.rig.expect import disagreements
from tests.rig.libraries import Libraries
from tests.rig.machines import Card, Machine, cards
from tests.rig.profiles import ACCIDENTS, MACHINES
from tests.rig.smi import Smi
from tests.rig.smi import write as write_program
from tests.rig.strange import Warned
from tests.rig.torch_package import BLIND, CPU_BUILD, SEES, TorchPackage, make_environment

pytestmark = pytest.mark.slow

EVERY = (*accidents.ALL, *strange.ALL, *experts.ALL)
PROFILES = {profile.name: profile.machine for profile in (*MACHINES, *ACCIDENTS)}
PASCAL = Card(name="NVIDIA GeForce GTX 1080 Ti", capability="6.1")
BLACKWELL = Card(name="NVIDIA GeForce RTX 5090", capability="12.0")
OLD_WHEEL = TorchPackage(
    version="2.5.1+cu121", cuda="12.1", arch=("sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_90")
)

JUDGED: list[tuple[str | Machine, TorchPackage | None, str | None]] = [
    # profile or machine, the torch in it, primary cause (None: nothing is broken)
    ("healthy, one GPU", SEES, None),
    ("8 GPUs", SEES, None),
    ("driver 610", SEES, None),
    ("WSL 2", SEES, None),
    ("MIG is on", SEES, None),
    ("exclusive mode, and taken", SEES, None),
    ("CUDA_VISIBLE_DEVICES hides one of two", SEES, None),
    ("nvidia-smi is missing beside a sound driver", SEES, None),
    ("nvidia-smi prints rubbish", SEES, None),
    ("one reading is refused", SEES, None),
    ("the version cannot be read", SEES, None),
    ("this user may not ask", SEES, None),
    ("a board without NVML (Jetson)", SEES, None),
    ("driver 525.147.05", SEES, None),
    ("driver 535.183.01", SEES, None),
    ("driver 550.54.14", SEES, None),
    ("driver 590.44.01", SEES, None),
    ("a laptop: the card drives the screen and tells no power limit", SEES, None),
    ("a container with its GPU", SEES, None),
    ("16 GPUs in a domain of their own", SEES, None),
    ("a container whose driver was updated on the host", BLIND, "driver-library-mismatch"),
    ("healthy, one GPU", CPU_BUILD, "cpu-only-build"),
    ("healthy, one GPU", None, "torch-missing"),
    ("WSL 2", CPU_BUILD, "cpu-only-build"),
    ("library newer than the running module", BLIND, "driver-library-mismatch"),
    ("module installed and not loaded", BLIND, "driver-not-loaded"),
    ("no module for this kernel", BLIND, "driver-not-loaded"),
    ("nouveau holds the card and nothing of NVIDIA's is installed", BLIND, "no-driver"),
    ("one GPU of three is lost", BLIND, "gpu-fault"),
    ("a GPU needs a reset", BLIND, "gpu-fault"),
    ("one GPU of three crashes NVML", BLIND, "gpu-fault"),
    ("a container lost its devices", BLIND, "container-no-gpu"),
    ("a container without GPUs sees the host's module", BLIND, "container-no-gpu"),
    ("a container without GPUs sees the host's module", CPU_BUILD, None),
    ("computing is prohibited", BLIND, "mig-or-exclusive-mode"),
    ("cuInit: the fabric manager is not ready", BLIND, "fabricmanager"),
    ("cuInit: two halves of a driver", BLIND, "driver-library-mismatch"),
    ("cuInit: compatibility package on a consumer GPU", BLIND, "libcuda-broken"),
    ("cuInit: unknown error", BLIND, "uvm-or-suspend"),
    ("cuInit: the driver is too old for this libcuda", BLIND, "driver-too-old"),
    ("libcuda is a toolkit's stub", BLIND, "driver-stub-on-path"),
    ("libcuda is an empty file", BLIND, "libcuda-broken"),
    ("libcuda is of another architecture", BLIND, "libcuda-broken"),
    ("driver 470", BLIND, "driver-too-old"),
    ("GPU access blocked on WSL 2", BLIND, "wsl-driver"),
    ("CUDA_VISIBLE_DEVICES is empty", BLIND, "visible-devices-hidden"),
    ("NVML aborts at its start", BLIND, "driver-wedged"),
    ("NVML ends the process", BLIND, "driver-wedged"),
    ("NVML crashes while it counts", BLIND, "driver-wedged"),
    ("cuInit crashes", BLIND, "driver-wedged"),
    ("nvidia-smi hangs", BLIND, "driver-wedged"),
    ("everything hangs", BLIND, "driver-wedged"),
    (Machine(cards=(PASCAL,)), BLIND, "gpu-arch-too-old"),
    (Machine(cards=(BLACKWELL,)), OLD_WHEEL, "gpu-arch-too-new"),
    (Machine(cards=(Card(capability="8.9"),)), SEES, None),
    (Machine(driver="535.183.01", cuda="12.2"), SEES, None),
    (Machine(driver="520.61.05", cuda="11.8"), BLIND, "driver-too-old"),
    (Machine(environment={"CUDA_VISIBLE_DEVICES": "7"}), BLIND, "visible-devices-hidden"),
    (Machine(nvml=None, libcuda=None, smi=None, kernel=None, on_disk=False, nodes=()), BLIND, "no-driver"),
    (Machine(nvml=None, libcuda=None, smi=None, kernel=None, on_disk=False, nodes=()), CPU_BUILD, "no-driver"),
    (Machine(nvml=None, libcuda=None, smi=None, kernel=None, on_disk=False, nodes=(), cards=()), BLIND, None),
    (Machine(nvml=None, libcuda=None, smi=None, kernel=None, on_disk=False, nodes=(), cards=()), CPU_BUILD, None),
]


def _id(row: tuple[str | Machine, TorchPackage | None, str | None]) -> str:
    machine, torch, cause = row
    name = machine if isinstance(machine, str) else "a machine"
    return f"{name}, torch {torch.version if torch else 'missing'}: {cause or 'sound'}"


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Callable[[TorchPackage | None], str]:
    """An environment for each torch, made once."""
    made: dict[TorchPackage | None, str] = {}

    def get(torch: TorchPackage | None) -> str:
        if torch not in made:
            made[torch] = str(make_environment(tmp_path_factory.mktemp("environment") / "venv", torch))
        return made[torch]

    return get


@pytest.mark.parametrize(("machine", "torch", "cause"), JUDGED, ids=map(_id, JUDGED))
def test_the_one_cause_comes_out(
    machine: str | Machine,
    torch: TorchPackage | None,
    cause: str | None,
    interpreter: Callable[[TorchPackage | None], str],
    libraries: Libraries,
    tmp_path: Path,
) -> None:
    described = PROFILES[machine] if isinstance(machine, str) else machine
    system = described.build(tmp_path, libraries).system()
    look = Look(python=Choice(interpreter(torch), "the test says so"), seconds=4, gpu_test=False)

    snapshot, _ = take_snapshot(system, look)
    report = judge_snapshot(snapshot, Options())

    primary = report.primary_finding
    assert (primary.cause if primary else None) == cause, [(f.code, f.cause, f.what) for f in report.findings]
    assert (report.verdict == "broken") == (cause is not None)


def test_the_tables_are_long_enough_to_mean_something() -> None:
    faults = [row for row in JUDGED if row[2] is not None]

    assert len(MACHINES) >= 40
    assert len(ACCIDENTS) + len(EVERY) >= 140
    assert len(faults) + len(EVERY) >= 180
    assert len({row.name for row in profiles_gpu.ALL}) == len(profiles_gpu.ALL) >= 80
    names = [*PROFILES, *(row.name for row in EVERY)]
    assert len(PROFILES) == len(MACHINES) + len(ACCIDENTS)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("accident", [pytest.param(row, id=row.name) for row in EVERY])
def test_what_is_seen_and_what_is_said(
    accident: Accident,
    interpreter: Callable[[TorchPackage | None], str],
    libraries: Libraries,
    tmp_path: Path,
) -> None:
    system = accident.machine.build(tmp_path, libraries).system()
    # Less than two seconds of silence would prove nothing, and be no error.
    seconds = 3.2 if accident.hangs else 10
    look = Look(python=Choice(interpreter(accident.torch), "the test says so"), seconds=seconds, gpu_test=False)
    started = time.monotonic()

    snapshot, _ = take_snapshot(system, look)
    report = judge_snapshot(snapshot, Options())

    assert not disagreements({"driver": snapshot.driver, "gpus": snapshot.gpus}, accident.facts)
    primary = report.primary_finding
    assert (primary.cause if primary else None) == accident.cause, [(f.code, f.cause, f.what) for f in report.findings]
    assert time.monotonic() - started < seconds + 3


@pytest.mark.parametrize("warned", [pytest.param(row, id=row.name) for row in (*strange.WARNED, *experts.WARNED)])
def test_what_is_said_of_a_machine_that_works(
    warned: Warned, interpreter: Callable[[TorchPackage | None], str], libraries: Libraries, tmp_path: Path
) -> None:
    system = warned.machine.build(tmp_path, libraries).system()
    look = Look(python=Choice(interpreter(warned.torch), "the test says so"), seconds=10, gpu_test=False)

    snapshot, _ = take_snapshot(system, look)
    report = judge_snapshot(snapshot, Options())

    # What this real machine's own limits are is not the pretend machine's.
    said = [found for found in report.findings if found.code[:3] in ("GPU", "DRV", "VIR", "TOR")]
    assert {found.cause for found in said if found.because_of is None} == ({warned.cause} if warned.cause else set())
    assert report.verdict != "broken"


# --- the same machine under surroundings that break programs -------------------------------------

STUB = Machine(libcuda="stub")
BLOCKED = "import os, signal, sys; signal.pthread_sigmask(0, {15, 2, 17, 13}); os.execv(sys.argv[1], sys.argv[1:])"
SURROUNDINGS: list[tuple[str, dict[str, str], tuple[str, ...]]] = [
    # what is odd, variables, the program that starts envdoctor
    ("nothing", {}, ()),
    ("signals are blocked", {}, (sys.executable, "-c", BLOCKED)),
    ("SIGPIPE and SIGCHLD are ignored", {}, ("sh", "-c", "trap '' PIPE CHLD; exec \"$@\"", "sh")),
    ("no file may be written", {}, ("bash", "-c", 'ulimit -f 0; exec "$@"', "sh")),
    ("little address space", {}, ("bash", "-c", 'ulimit -v 1500000; exec "$@"', "sh")),
    ("little processor time", {}, ("bash", "-c", 'ulimit -t 20; exec "$@"', "sh")),
    ("no standard input", {}, ("sh", "-c", 'exec "$@" <&-', "sh")),
    ("no standard error", {}, ("sh", "-c", 'exec "$@" 2>&-', "sh")),
    ("descriptors are handed down", {}, ("sh", "-c", 'exec "$@" 3</dev/null 4</dev/null 5>/dev/null 9>&1', "sh")),
    ("the lowest priority", {}, ("nice", "-n", "19")),
    ("a session of its own", {}, ("setsid", "-w")),
    ("a variable of 100 kB", {"MUCH": "x" * 100_000}, ()),
    ("a thousand variables", {f"MANY_{i}": "y" for i in range(1000)}, ()),
    ("values that are no text", {"ODD": "\udcff\udc80", "CUDA_ODD": "\udcfe"}, ()),
    ("lines in values", {"CUDA_CACHE_PATH": "a\nb\x1b[2J\r\n::error::c", "PS1": "\n"}, ()),
    ("an allocator setting that aborts PyTorch", {"PYTORCH_CUDA_ALLOC_CONF": "max_split_size_mb:"}, ()),
    ("numbers that are none", {"OMP_NUM_THREADS": "many", "COLUMNS": "9" * 50, "LINES": "-1"}, ()),
    ("an unknown locale", {"LC_ALL": "xx_YY.KOI8-R", "LANGUAGE": "?", "TZ": "No/Where"}, ()),
    ("glibc checks the heap", {"MALLOC_PERTURB_": "165", "GLIBC_TUNABLES": "glibc.malloc.check=3:rubbish"}, ()),
    ("all bound at the start", {"LD_BIND_NOW": "1", "LD_WARN": "1"}, ()),
    (
        "an unbuffered, tracing Python",
        {"PYTHONUNBUFFERED": "1", "PYTHONTRACEMALLOC": "1", "PYTHONFAULTHANDLER": "1"},
        (),
    ),
    (
        "a cache nowhere",
        {"PYTHONPYCACHEPREFIX": "/proc/none", "XDG_CACHE_HOME": "/dev/null", "TMPDIR": "/dev/full"},
        (),
    ),
    ("leftovers of other environments", {"VIRTUAL_ENV": "\n", "CONDA_PREFIX": "/dev/null", "CONDA_EXE": ""}, ()),
    ("PYTHONINSPECT", {"PYTHONINSPECT": "1"}, ()),
]


@pytest.mark.skipif(os.name == "nt", reason="signals and shells of POSIX")
@pytest.mark.parametrize(("_name", "variables", "starter"), [pytest.param(*r, id=r[0]) for r in SURROUNDINGS])
def test_the_cause_comes_out_whatever_surrounds_the_command(
    _name: str,
    variables: dict[str, str],
    starter: tuple[str, ...],
    interpreter: Callable[[TorchPackage | None], str],
    libraries: Libraries,
    tmp_path: Path,
) -> None:
    assert (
        primary_of_command(tmp_path / "work", interpreter(BLIND), libraries, variables, starter)
        == "driver-stub-on-path"
    )


@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not have")
@pytest.mark.parametrize(
    "folder",
    ["with blanks", 'it\'s "quoted"', "ünïcødé-木", "$HOME;`id`&&|>*?", "-o", "new\nline", "%s{0}\\", "x" * 200],
)
def test_the_cause_comes_out_wherever_the_command_is_started(
    folder: str, interpreter: Callable[[TorchPackage | None], str], libraries: Libraries, tmp_path: Path
) -> None:
    home = {"HOME": str(tmp_path / folder), "TMPDIR": str(tmp_path / folder)}

    assert primary_of_command(tmp_path / folder, interpreter(BLIND), libraries, home) == "driver-stub-on-path"


def primary_of_command(
    work: Path, python: str, libraries: Libraries, variables: dict[str, str], starter: tuple[str, ...] = ()
) -> str | None:
    """Start the whole command on the machine whose libcuda is a stub, and return the cause that it names."""
    work.mkdir()
    environment = STUB.build(work.parent / "machine", libraries).environment()
    kept = {name: value for name, value in environment.items() if not name.startswith(("PYTHON", "VIRTUAL", "CONDA"))}
    argv = [*starter, sys.executable, "-m", "envdoctor", "check", "--json", "--timeout", "20", "--python", python]
    done = subprocess.run(
        argv, check=False, cwd=work, env=kept | variables, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60
    )

    assert done.returncode == 1, done.stdout[-500:]
    report = json.load(done.stdout)
    assert report.primary_finding is not None
    return report.primary_finding.cause


# --- in bounded time -----------------------------------------------------------------------------

LIMIT = 5.0
STUCK = Machine(
    faults={"nvmlInitWithFlags": "hang-hard", "cuInit": "hang-hard"}, smi=Smi(does="ignores SIGTERM"), cards=cards(8)
)
HANGING_TORCH = TorchPackage(hangs=True)
PROGRAMS = ("gcc", "g++", "cc", "clang", "nvcc", "systemd-detect-virt", "ldconfig")


@pytest.mark.skipif(os.name == "nt", reason="programs are shell scripts here")
@pytest.mark.parametrize(
    ("machine", "torch", "programs"),
    [
        pytest.param(Machine(), HANGING_TORCH, (), id="one hangs: the import of torch"),
        pytest.param(STUCK, HANGING_TORCH, PROGRAMS, id="NVML, libcuda, nvidia-smi, torch and the compilers hang"),
    ],
)
def test_it_ends_in_time_whatever_hangs(
    machine: Machine,
    torch: TorchPackage,
    programs: tuple[str, ...],
    interpreter: Callable[[TorchPackage | None], str],
    libraries: Libraries,
    tmp_path: Path,
) -> None:
    built = machine.build(tmp_path, libraries)
    for name in programs:
        write_program(tmp_path / "usr/bin" / name, Smi(does="ignores SIGTERM"), driver="", cuda="", cards=())
    argv = [sys.executable, "-m", "envdoctor", "check", "--json", "--timeout", f"{LIMIT:g}"]
    started = time.monotonic()

    done = subprocess.run(
        [*argv, "--python", interpreter(torch)], check=False, env=built.environment(), capture_output=True, timeout=60
    )

    # Python's own start and end on a busy machine are not the check's.
    assert time.monotonic() - started < LIMIT + 1 + 3
    report = json.load(done.stdout)
    assert done.returncode == 1
    assert report.seconds <= LIMIT + 1
    assert isinstance(report.facts.torch_run, TorchRun)
    assert report.facts.torch_run.failure is not None
    assert report.facts.torch_run.failure.kind == "hang"
