"""The parts of the smoke test beside learning: judged from figures, and tried with real processes and real faults."""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from envdoctor.bench import json as bench_json
from envdoctor.bench import text
from envdoctor.bench.collect import measurement_of
from envdoctor.bench.measurement import Outcome, Part
from envdoctor.bench.parts import LOADERS, NAMES, ORDER, part_of
from envdoctor.bench.smoke import START, Options, run_smoke
from envdoctor.facts import Snapshot
from envdoctor.report.measured import measured
from envdoctor.report.model import Report

AMP = {"type": "bf16", "half": [2.31, 1.2, 0.9], "float32": [2.3, 1.21, 0.9], "scale": None, "seconds": 0.5}
CHECKPOINT = {"bytes": 2048, "save_seconds": 0.01, "load_seconds": 0.02,
              "wanted": [1.5, 1.25], "got": [1.5, 1.25]}  # fmt: skip
TWICE = {"losses": [[2.3, 1.5], [2.3, 1.5]], "same_weights": True, "not_deterministic": []}
LOADED = {"workers": 2, "batches": 8, "compared": 8, "different": 0, "first_batch_seconds": 0.2, "all_seconds": 0.3}


def judged(key: str, told: dict[str, Any], device: str = "cpu", **changed: Any) -> Part:
    return part_of(key, device, {**told, **changed})


@pytest.mark.parametrize(
    ("found", "word"),
    [
        pytest.param(judged("amp", AMP), "within 8.3e-03", id="bf16 rounds"),
        pytest.param(judged("checkpoint", CHECKPOINT), "2 KiB in 30 ms; the next 2 losses are the same", id="saved"),
        pytest.param(
            judged("checkpoint", CHECKPOINT, "cuda:0", got=[1.5, 1.25001]), "differ by up to", id="a GPU adds anew"
        ),
        pytest.param(judged("determinism", TWICE), "bit for bit", id="the same twice"),
        pytest.param(judged("loader_fork", LOADED), "8 batches from 2 processes", id="loaded"),
    ],
)
def test_what_is_sound_passes_with_its_number(found: Part, word: str) -> None:
    assert found.verdict == "PASS"
    assert word in found.what
    assert found.values


@pytest.mark.parametrize(
    ("found", "word"),
    [
        pytest.param(judged("amp", AMP, half=[2.3, float("nan"), 1.0]), "no finite number at step 2 of 3", id="NaN"),
        pytest.param(judged("amp", AMP, half=[2.3, None, 1.0]), "no finite number at step 2", id="null"),
        pytest.param(judged("amp", AMP, half=[2.3, 1.4, 0.9]), "within 1.6e-01", id="far away"),
        pytest.param(
            judged("amp", AMP, float32=[2.3, float("nan"), 1]), "in float32 is no finite", id="float32 itself breaks"
        ),
        pytest.param(judged("checkpoint", CHECKPOINT, got=[1.5, 1.2500001]), "differ by", id="a CPU must not differ"),
        pytest.param(judged("checkpoint", CHECKPOINT, "cuda:0", got=[1.5, 1.3]), "differ by", id="another training"),
        pytest.param(judged("checkpoint", {"error": "/x: No space left"}), "TMPDIR", id="no room"),
        pytest.param(judged("determinism", TWICE, same_weights=False), "2 of 2", id="weights differ"),
        pytest.param(judged("determinism", TWICE, losses=[[2.3, 1.5], [2.3, 1.4]]), "1 of 2", id="losses differ"),
        pytest.param(judged("loader_spawn", LOADED, different=3), "3 of them altered", id="altered batches"),
        pytest.param(judged("loader_spawn", LOADED, compared=7), "7 of 8 batches", id="a batch is lost"),
        pytest.param(judged("loader_fork", {"error": "worker died"}), "num_workers=0", id="a worker died"),
    ],
)
def test_what_is_not_sound_fails_with_its_number(found: Part, word: str) -> None:
    assert found.verdict == "FAIL"
    assert word in found.what
    assert "\n" not in found.what


def test_an_operation_that_has_no_deterministic_way_is_no_fault() -> None:
    different = {"losses": [[2.3, 1.5], [2.3, 1.4]], "not_deterministic": ["adaptive_pool has none"]}
    found = judged("determinism", TWICE, "cuda:0", **different)

    assert found.verdict == "SKIP"
    assert "adaptive_pool has none" in found.what


def test_every_part_has_a_name_and_a_judge() -> None:
    assert set(ORDER) == set(NAMES)
    assert [judged(key, {"skip": "no fork here"}).verdict for key in ORDER] == ["SKIP"] * len(ORDER)


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        pytest.param({"amp": AMP, "loader_fork": LOADED}, "PASS", id="all pass"),
        pytest.param({"amp": AMP, "loader_fork": {"skip": "no fork"}}, "PASS", id="one is not tried"),
        pytest.param({"amp": AMP, "loader_fork": {"error": "it died"}}, "FAIL", id="one fails"),
    ],
)
def test_the_verdict_counts_parts(told: dict[str, Any], parts: dict[str, Any], verdict: str) -> None:
    found = measurement_of("cpu", {**told, "parts": parts}, {}, None)

    assert found.verdict == verdict
    assert ("it died" in found.reason) == (verdict == "FAIL")
    assert len(found.parts) == 2


def test_every_format_shows_parts(outcome: Outcome, told: dict[str, Any]) -> None:
    parts = {"amp": AMP, "loader_fork": {"error": "it died"}, "loader_spawn": {"skip": "no time"}}
    made = measurement_of("cpu", {**told, "parts": parts}, {}, None)
    page = " ".join(text.render(msgspec.structs.replace(outcome, measurements=(made,)), width=100).split())
    document = json.loads(bench_json.render(msgspec.structs.replace(outcome, measurements=(made,))))
    report = Report(
        created="", seconds=0, exit_code=1, verdict="", headline="", primary=None, findings=(), not_checked=(),
        facts=Snapshot(), measurements=tuple(document["measurements"]),
    )  # fmt: skip
    [shown] = measured(report)

    assert "✗ loader processes (fork): it died" in page
    assert "loader processes (spawn): not tried: no time" in page
    assert [part["verdict"] for part in document["measurements"][0]["parts"]] == ["PASS", "FAIL", "SKIP"]
    assert [verdict for verdict, _ in shown.parts] == ["PASS", "FAIL", "SKIP"]


SHARED = "/dev/shm"  # noqa: S108  # the name that Linux gives it

# --- with real processes -------------------------------------------------------------------------

TINY = Options(train_per_class=60, test_per_class=20, most_steps=24, least_steps=24, device="cpu", timeout=120)


def tried(python: str, *parts: str, listen: Any = None) -> dict[str, Part]:
    outcome = run_smoke(python, msgspec.structs.replace(TINY, parts=parts), listen)
    [found] = outcome.measurements
    assert [proof.holds for proof in found.proofs] == [True] * 3
    assert outcome.exit_code == any(part.verdict == "FAIL" for part in found.parts)
    return dict(zip(parts, found.parts, strict=True))


@pytest.mark.slow
def test_a_dead_loader_process_is_told() -> None:
    def kill(_device: str, said: Mapping[str, Any]) -> None:
        until = time.monotonic() + 60
        while said.get("stage") == "loader spawn on cpu" and not killed and time.monotonic() < until:
            # Spawned processes load torch for seconds: there is time to find and to kill one.
            with contextlib.suppress(psutil.Error):
                for one in psutil.Process().children(recursive=True):
                    if "spawn_main" in " ".join(one.cmdline()):
                        one.kill()
                        killed.append(one.pid)
                        return

    killed: list[int] = []
    found = tried(sys.executable, "loader_spawn", "checkpoint", listen=kill)

    assert killed
    assert found["loader_spawn"].verdict == "FAIL"
    assert "worker" in found["loader_spawn"].what
    assert found["checkpoint"].verdict == "PASS"


@pytest.fixture
def python_in_a_small_place(tmp_path: Path) -> Callable[[str, str], str]:
    """Make a Python that sees a small tmpfs at a folder; skip where the system does not let us."""

    def make(folder: str, size: str) -> str:
        program = tmp_path / "cramped-python"
        mount = f'mount -t tmpfs -o size={size} none {folder} && exec "$@"'
        program.write_text(f"#!/bin/sh\nexec unshare -rm sh -c '{mount}' sh {sys.executable} \"$@\"\n")
        program.chmod(0o755)
        if not shutil.which("unshare") or subprocess.run([program, "-c", ""], check=False).returncode:
            pytest.skip("this system does not let a user mount a tmpfs of their own")
        return str(program)

    return make


@pytest.mark.slow
def test_no_room_for_a_checkpoint_is_told(
    python_in_a_small_place: Callable[[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "small"))
    found = tried(python_in_a_small_place(str(tmp_path / "small"), "100k"), "checkpoint", "determinism")

    assert found["checkpoint"].verdict == "FAIL"
    assert f"{tmp_path / 'small'} (0 MiB free) cannot be written to: No space left" in found["checkpoint"].what
    assert found["determinism"].verdict == "PASS"


@pytest.mark.slow
def test_a_folder_that_is_not_there_or_not_ours_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    [found] = tried(sys.executable, "checkpoint").values()

    assert found.verdict == "FAIL"
    assert "nowhere cannot be written to: No such file or directory" in found.what


@pytest.mark.slow
def test_too_little_shared_memory_is_told(python_in_a_small_place: Callable[[str, str], str]) -> None:
    if not Path(SHARED).is_dir():
        pytest.skip(f"this system has no {SHARED}")
    found = tried(python_in_a_small_place(SHARED, "64k"), "loader_fork", "checkpoint")

    assert found["loader_fork"].verdict == "FAIL"
    assert "0 of 0 MiB free" in found["loader_fork"].what
    assert found["checkpoint"].verdict == "PASS"


@pytest.mark.slow
def test_a_worker_that_dies_under_a_part_keeps_what_was_proved() -> None:
    def kill(_device: str, said: Mapping[str, Any]) -> None:
        if said.get("stage") == "determinism on cpu":
            [child] = psutil.Process().children()
            child.send_signal(signal.SIGKILL)

    wanted = msgspec.structs.replace(TINY, device="all", parts=("checkpoint", "determinism"))
    outcome = run_smoke(sys.executable, wanted, kill)
    found = outcome.measurements[0]

    assert found.verdict == "FAIL"
    assert "'determinism on cpu': SIGKILL" in found.reason
    assert [part.verdict for part in found.parts] == ["PASS"]
    assert len(found.proofs) == 3
    # GPUs were looked for nevertheless: either there is one, or it is said why not.
    assert outcome.no_gpu or len(outcome.measurements) > 1


@pytest.mark.slow
def test_all_loaders_hand_over_the_same() -> None:
    wanted = msgspec.structs.replace(TINY, timeout=120, parts=LOADERS)
    slow = run_smoke(sys.executable, wanted)

    assert {part.verdict for part in slow.measurements[0].parts} == {"PASS"}


HANGING = """
import importlib, json, os, sys, time, types
package = types.ModuleType("worker")
package.__path__ = [sys.argv[1]]
sys.modules["worker"] = package
loaders, parts, images, synthetic = (
    importlib.import_module("worker." + n) for n in ("part_loaders", "parts", "images", "data_synthetic"))
parent, load = os.getpid(), loaders.Pictures.__getitem__
def hang(self, index):
    if os.getpid() != parent:
        time.sleep(600)
    return load(self, index)
loaders.Pictures.__getitem__ = hang
parts.MOST_SECONDS = float(sys.argv[2])
place = parts.Place(synthetic.make(images.Wanted(20, 2, 0)), "cpu", 0, 1.0)
print(json.dumps(parts._tried(parts.PARTS["loader_fork"], place)), flush=True)
os._exit(0)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="nothing is forked there")
@pytest.mark.parametrize(
    ("most", "verdict", "word"),
    [
        pytest.param(1.0, "FAIL", "timed out after 1.0 seconds", id="a hang"),
        pytest.param(60.0, "SKIP", "the 1 s that were left were too few", id="it may have been slow"),
    ],
)
def test_a_loader_that_hangs_is_given_up(most: float, verdict: str, word: str) -> None:
    command = [sys.executable, "-c", HANGING, str(START.parent), str(most)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = part_of("loader_fork", "cpu", json.loads(done.stdout))

    assert found.verdict == verdict
    assert word in found.what
