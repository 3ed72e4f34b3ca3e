"""Pretend machines, looked at and judged as a whole: each with the one cause that must come out, or none."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from envdoctor.examine import Options, judge_snapshot
from envdoctor.probes.interpreter import Choice
from envdoctor.probes.snapshot import Look, take_snapshot
from tests.rig import accidents
from tests.rig.accidents import Accident
from tests.rig.expect import disagreements
from tests.rig.libraries import Libraries
from tests.rig.machines import Card, Machine
from tests.rig.profiles import ACCIDENTS, MACHINES
from tests.rig.torch_package import BLIND, CPU_BUILD, SEES, TorchPackage, make_environment

pytestmark = pytest.mark.slow

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
    assert len(ACCIDENTS) + len(accidents.ALL) >= 60
    assert len(faults) >= 40
    names = [row.name for row in (*MACHINES, *ACCIDENTS, *accidents.ALL)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("accident", [pytest.param(row, id=row.name) for row in accidents.ALL])
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
