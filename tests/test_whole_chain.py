"""No byte of any tool, library or file, and no word of any child, may keep a whole and true report from coming."""

from __future__ import annotations

import functools
import json as standard_json
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Failure, Python, Snapshot, Unknown
from envdoctor.findings import Severity
from envdoctor.probes import driver, kernel, libcuda, nvml, patient_facts, smi
from envdoctor.probes.child import Account, converse
from envdoctor.probes.command import Answer, Output
from envdoctor.probes.interpreter import Choice
from envdoctor.probes.snapshot import PROBES, Look, take_snapshot
from envdoctor.probes.system import System
from envdoctor.report import NAMES, json, render
from envdoctor.report.model import Probe, Report
from envdoctor.report.private import make_private
from tests.rig.libraries import Libraries
from tests.rig.machines import Machine, cards, put
from tests.rig.smi import RUBBISH, banner
from tests.rig.torch_package import BLIND, make_environment
from tests.systems import still

CHOICE = Choice("/home/ada/env/bin/python", "the test says so")
FILES = (
    "/proc/driver/nvidia/version",
    "/proc/cpuinfo",
    "/proc/self/mountinfo",
    "/proc/self/cgroup",
    "/proc/meminfo",
    "/proc/version",
    "/proc/sys/kernel/osrelease",
    "/etc/os-release",
    "/sys/module/nvidia/version",
    "/sys/bus/pci/devices/0000:01:00.0/class",
    "/sys/bus/pci/devices/0000:01:00.0/vendor",
    "/sys/bus/pci/devices/0000:01:00.0/device",
    "/sys/fs/cgroup/cpu.max",
    "/sys/class/dmi/id/sys_vendor",
    "/usr/local/cuda/version.json",
    "/usr/local/cuda/version.txt",
)
VARIABLES = (
    *("CUDA_VISIBLE_DEVICES", "CUDA_HOME", "LD_LIBRARY_PATH", "PYTORCH_CUDA_ALLOC_CONF", "OMP_NUM_THREADS", "HOME"),
    *("CUDA_LAUNCH_BLOCKING", "NVIDIA_VISIBLE_DEVICES", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "CUDA_PATH", "LANG"),
)
SEEDS = (
    b"NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\n",
    b"580.65.06\n",
    b"processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu avx2\nphysical id\t: 0\n",
    b'{"cuda": {"version": "12.4.1"}, "cuda_nvcc": {"version": "12.4"}}',
    b'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\n',
    b"0::/docker/1\n25 30 0:23 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup rw\n",
    b"0x030000\n",
    b"0x10de\n",
    b"100000 max\n",
    b"MemTotal: 99999999999999999999 kB\n",
    banner("535.183.01", "12.2", ["NVIDIA A100"]).encode(),
    banner("610.43.02", "13.3").encode(),
    RUBBISH,
)
TEXTS = st.text(max_size=30) | st.sampled_from(
    ("12.4", "580.65.06", "9" * 400, "\ud800", "\x00\x1b[2J", "</script>", "::error::x", "`*_|<b>", "8.6", "sm_86", "²")
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.sampled_from((0, 1, 999, 803, 2**70, -1))
VALUES = st.recursive(
    SCALARS | st.just({"unknown": "why"}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
CALM = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """Draw noise, a real content, or a real content with a part replaced."""
    seed = draw(st.sampled_from((*SEEDS, b"")))
    start = draw(st.integers(0, len(seed)))
    end = draw(st.integers(start, min(len(seed), start + 30)))
    return draw(
        st.just(seed) | st.binary(max_size=100) | st.just(seed[:start] + draw(st.binary(max_size=10)) + seed[end:])
    )


def bent(draw: st.DrawFn, told: Any, depth: int = 0) -> Any:
    """Replace, leave out or add something at some place of a JSON value."""
    if depth == 6 or not isinstance(told, dict | list) or not told or draw(st.integers(0, 4)) == 0:
        return draw(VALUES)
    if isinstance(told, list):
        place = draw(st.integers(0, len(told) - 1))
        return [*told[:place], bent(draw, told[place], depth + 1), *told[place + 1 :]]
    name = draw(st.sampled_from(sorted(told)))
    kept = {key: value for key, value in told.items() if key != name}
    return kept if draw(st.integers(0, 5)) == 0 else kept | {name: bent(draw, told[name], depth + 1)}


@st.composite
def stories(draw: st.DrawFn, told: dict[str, Any], stages: tuple[str, ...]) -> Account:
    """Draw what a child may have told: a sound story, bent at several places, and some end."""
    for _ in range(draw(st.integers(0, 5))):
        changed = bent(draw, told)
        told = changed if isinstance(changed, dict) else told
    stage = draw(st.sampled_from(stages) | TEXTS)
    failures = (
        Failure("signal", stage, "SIGSEGV"),
        Failure("hang", stage, "no end after 3 s"),
        Failure("exit", stage, "x"),
    )
    end = draw(st.none() | st.sampled_from(failures))
    told = standard_json.loads(standard_json.dumps(told))
    noise = draw(TEXTS)
    return Account(told, stage, end, noise, noise, dict.fromkeys((*stages, stage), 0.1))


# --- sound stories, told by the real children about the rig --------------------------------------


class Told(msgspec.Struct, frozen=True):
    """What the three children tell on a sound machine."""

    nvml: Account
    libcuda: Account
    patient: Account


@pytest.fixture(scope="module")
def told(libraries: Libraries, tmp_path_factory: pytest.TempPathFactory) -> Told:
    built = Machine(cards=cards(2)).build(tmp_path_factory.mktemp("sound"), libraries)
    python = make_environment(tmp_path_factory.mktemp("environment") / "venv", BLIND)
    options: dict[str, Any] = {"package": nvml._package_folder(), "folders": [], "first": 0, "seconds": 5}
    ask = functools.partial(converse, seconds=20, environment=built.environment(), flags=nvml.FLAGS)
    of_nvml = ask(sys.executable, nvml.SCRIPT, options)
    of_libcuda = ask(sys.executable, libcuda.SCRIPT, {"nodes": []})
    of_patient = patient_facts.ask(Choice(str(python), ""), seconds=20)
    assert isinstance(of_nvml, Account)
    assert isinstance(of_libcuda, Account)
    assert isinstance(of_patient, Account)
    return Told(of_nvml, of_libcuda, of_patient)


def test_the_sound_stories_are_whole(told: Told) -> None:
    assert told.nvml.facts["gpu.1.name"] == "NVIDIA A100-SXM4-80GB"
    assert told.libcuda.facts["init"] == 0
    assert told.patient.facts["torch"]["version"] == "2.9.1+cu128"


# --- the chain -----------------------------------------------------------------------------------


def holds(report: Report) -> None:
    """Check what scripts rely on, in every format."""
    errors = [found for found in report.findings if found.severity is Severity.ERROR]
    ranks = [found.severity.rank for found in report.findings if found.severity]
    assert (report.primary is None) == (not errors)
    assert ranks == sorted(ranks)
    assert len(ranks) == len(report.findings)
    assert (report.verdict == "broken") == bool(errors)
    assert (report.verdict == "healthy") == (not ranks or ranks[0] == Severity.NOTE.rank)
    assert report.exit_code == int(bool(errors))
    assert {one.code for one in report.not_checked}.isdisjoint(report.checked)
    assert not [one for one in report.not_checked if "the check itself failed" in one.reason]
    for shown in (report, make_private(report)):
        texts = {name: render(shown, name) for name in NAMES}
        assert all(text.encode() for name, text in texts.items() if name != "github")
        again = json.load(texts["json"])
        assert again.primary == report.primary
        assert [found.code for found in again.findings] == [found.code for found in report.findings]
        assert json.render(again) == texts["json"]


def seen(system: System, stories: tuple[Account, Account, Account], said: Answer) -> Snapshot:
    """Do what `take_snapshot` does, with children that have already told everything."""
    facts = {name: probe(system) for name, probe in PROBES.items()}
    of_nvml, of_libcuda, of_patient = stories
    facts |= patient_facts.understand(CHOICE, of_patient)
    facts["driver"], facts["gpus"] = driver.combine(
        kernel.probe(system),
        nvml.understand(of_nvml.facts, of_nvml.failure, of_nvml.stage),
        libcuda.understand(of_libcuda.facts, of_libcuda.failure, of_libcuda.stage),
        smi.ask_banner(system, smi.understand("/usr/bin/nvidia-smi", said), 1),
    )
    return Snapshot(**facts)


@CALM
@given(data=st.data())
def test_whatever_is_told_the_report_is_whole(told: Told, data: st.DataObject) -> None:
    files = data.draw(st.dictionaries(st.sampled_from(FILES), contents()))
    variables = data.draw(
        st.dictionaries(st.sampled_from(VARIABLES), st.text(st.characters(categories=None), max_size=20))
    )
    code, stdout, stderr = data.draw(st.integers(-1, 255)), data.draw(contents()), data.draw(contents())
    said = Output(code, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"))
    stages = (
        "start",
        "load libnvidia-ml.so.1",
        "nvmlInit",
        "GPU 1: nvmlDeviceGetName",
        "cuInit",
        "import torch",
        "end",
    )
    stories_ = tuple(data.draw(stories(one.facts, stages)) for one in (told.nvml, told.libcuda, told.patient))
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            target = Path(folder, path.lstrip("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        calls = still(home="/home", libc=None)
        system = System(
            root=Path(folder), environment={"PATH": "/bin", **variables}, run=lambda *_, **__: said, calls=calls
        )
        snapshot = seen(system, stories_, said)  # type: ignore[arg-type]  # three of them

    holds(judge_snapshot(snapshot, Options(), probes=(Probe("host", "ok", 0.1),)))


PATIENT = """#!/bin/sh
# Says these bytes where its story is expected.
cat '{story}' > "/dev/fd/$2"
cat '{noise}'
cat '{noise}' >&2
"""


@settings(CALM, max_examples=12)
@given(
    story=st.binary(max_size=200)
    | st.lists(VALUES).map(lambda lines: b"\n".join(standard_json.dumps(one).encode() for one in lines)),
    noise=contents(),
    script=st.dictionaries(
        st.sampled_from(
            ("driver", "nvml", "cuda", "count", "0.name", "0.bus", "0.capability", "0.memory_total", "0.ecc", "1.uuid")
        ),
        st.binary(max_size=30).filter(lambda value: b"\n" not in value)
        | st.integers(-5, 2**70).map(lambda number: str(number).encode()),
    ),
)
def test_whatever_real_children_and_libraries_say_the_report_is_whole(
    story: bytes, noise: bytes, script: dict[str, bytes], libraries: Libraries
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        snapshot, probes = look_at(Path(folder), libraries, story, noise, script)

    assert not isinstance(snapshot.driver, Unknown) or "the probe failed" not in snapshot.driver.reason
    assert not [probe for probe in probes if probe.reason and "the probe failed" in probe.reason]
    holds(judge_snapshot(snapshot, Options(), probes=probes))


def test_what_such_a_patient_says_is_heard(libraries: Libraries, tmp_path: Path) -> None:
    story = b'{"python": {"version": "3.9.1"}}\n{"torch": null, "done": true}\n'
    snapshot, _ = look_at(tmp_path, libraries, story, b"noise\n", {"0.name": b"\xff"})

    assert isinstance(snapshot.python, Python)
    assert (snapshot.python.version, snapshot.torch) == ("3.9.1", None)
    assert snapshot.python.startup_output == ("noise",)
    assert isinstance(snapshot.gpus, tuple)
    assert snapshot.gpus[0].name != "NVIDIA GeForce RTX 3090"


def look_at(
    root: Path, libraries: Libraries, story: bytes, noise: bytes, script: dict[str, bytes]
) -> tuple[Snapshot, tuple[Probe, ...]]:
    """Let a program tell this story in the patient's place, nvidia-smi print this noise, and the driver say this."""
    machine = root / "machine"
    built = Machine().build(machine, libraries)
    with (machine / "rig.txt").open("r+b") as file:
        # The first of two lines with the same key counts.
        usual = file.read()
        file.seek(0)
        file.write(b"".join(key.encode() + b" " + value + b"\n" for key, value in script.items()) + usual)
    for name, content in (("story", story), ("noise", noise)):
        (root / name).write_bytes(content)
    put(machine, "usr/bin/nvidia-smi", f"#!/bin/sh\ncat '{root}/noise'\n")
    put(root, "python", PATIENT.format(story=root / "story", noise=root / "noise"))
    for program in (machine / "usr/bin/nvidia-smi", root / "python"):
        program.chmod(0o755)
    look = Look(python=Choice(str(root / "python"), "the test says so"), seconds=6, gpu_test=False)
    return take_snapshot(built.system(), look)
