import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.bench.observe import NothingSeenError, judged, observation_of, observe
from envdoctor.facts import Failure, Unknown
from envdoctor.observation import Observation, ObservedCpu
from envdoctor.probes.child import Account
from tests.machines_observed import OBSERVED, SOUND, observed, parts

WORKLOADS = Path(__file__).parent / "workloads"
SCRIPTS = [one for one in sorted(WORKLOADS.glob("*.py")) if one.stem != "common"]


def account(facts: dict[str, Any], failure: Failure | None = None) -> Account:
    return Account(facts, "run the script", failure, "", "", {})


def test_a_sound_run_is_accused_of_nothing_and_says_what_is_unexplained() -> None:
    report = judged(SOUND, 1.0)

    assert report.primary is None
    assert not report.findings
    assert report.exit_code == 0
    assert "No bottleneck seen in 100 steps of 20 ms: 96 % of the time computes" in report.headline
    assert "0 % is unexplained" in report.headline


@pytest.mark.parametrize(("code", "seen"), list(OBSERVED.items()))
def test_the_bottleneck_is_primary(code: str, seen: Any) -> None:
    assert judged(seen, 1.0).primary == code


def test_what_costs_most_is_named_first() -> None:
    seen = observed(parts=parts(loader=2.0, evaluate=3.0), seconds=7.0, loader_alone_seconds=0.02, work_steps=1.0)

    assert [found.code for found in judged(seen, 1.0).findings] == ["BEN005", "BEN002"]


def test_what_the_script_can_change_comes_before_what_others_do() -> None:
    seen = replace(OBSERVED["BEN002"], cpu=ObservedCpu(own=0.5, others=1.5, waiting=1.5))

    assert [found.code for found in judged(seen, 1.0).findings] == ["BEN002", "BEN008"]


def test_a_note_is_no_bottleneck() -> None:
    seen = observed(reads=(replace(OBSERVED["BEN004"].reads[0], per_step=1.0, seconds=0.0),), parts=parts())
    report = judged(seen, 1.0)

    assert [found.code for found in report.findings] == ["BEN004"]
    assert report.primary is None
    assert report.verdict == "healthy"


def test_a_script_that_kills_its_process_is_a_finding() -> None:
    seen = observation_of(account({}, Failure("signal", "run the script", "SIGSEGV", ("Segmentation fault",))), "a.py")

    assert judged(seen, 1.0).primary == "BEN001"
    assert seen.error == "SIGSEGV: Segmentation fault"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        pytest.param(account({"observation": {"script": "a.py", "ended": "finished"}}), "took no step", id="no step"),
        pytest.param(account({"refused": "--python: torch is not installed"}), "torch is not", id="no torch"),
        pytest.param(account({}, Failure("hang", "x", "no end after 9 s", ())), "no end after 9 s", id="hangs"),
        pytest.param(account({"failure": {"detail": "KeyError: 1"}}), "watch itself failed", id="our own fault"),
        pytest.param(None, "not there", id="no interpreter"),
        pytest.param(Unknown("no more descriptors"), "no more descriptors", id="not started"),
    ],
)
def test_what_could_not_be_watched_is_said(told: Any, words: str) -> None:
    with pytest.raises(NothingSeenError, match=words):
        observe("python", "a.py", (), seconds=1.0, listen=lambda *_, **__: told)


def test_numbers_that_are_none_are_left_out() -> None:
    told = {"script": "a.py", "ended": "enough", "steps": 9, "trend": float("nan"), "parts": {}}

    assert observation_of(account({"observation": told}), "a.py").trend is None


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_workload_says_what_is_wrong_with_it(script: Path) -> None:
    causes = {judged(one, 1.0).findings[0].cause for one in OBSERVED.values()}
    cause = script.read_text(encoding="utf-8").removeprefix('"""').partition(":")[0]

    assert cause in {"sound", *causes}


@pytest.mark.slow
def test_a_slow_loader_is_named_by_the_command(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    target = tmp_path / "seen.md"
    command = [sys.executable, "-m", "envdoctor", "bench", "--python", sys.executable, "--seconds", "2"]
    words = ["--format", "markdown", "-o", str(target), str(WORKLOADS / "loader_sleeps.py")]
    done = subprocess.run([*command, *words], capture_output=True, encoding="utf-8", check=False, timeout=200)

    assert done.returncode == 0, done.stderr
    assert not done.stdout
    assert "of the time waits for batches" in target.read_text(encoding="utf-8")


@pytest.mark.slow
def test_processes_that_train_together_are_watched() -> None:
    pytest.importorskip("torch")
    report = observe(sys.executable, str(WORKLOADS / "children_unequal.py"), (), seconds=2.0)
    seen = report.facts.observation

    assert report.primary == "BEN030", report.headline
    assert isinstance(seen, Observation)
    assert [one.rank for one in seen.ranks] == [0, 1]
    assert seen.ended == "enough"


RANKS = """
import os, sys, torch
torch.distributed.init_process_group("gloo")
net = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(8, 8))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(int(sys.argv[1])):
    optimizer.zero_grad()
    net(torch.randn(4, 8)).sum().backward()
    optimizer.step()
"""


@pytest.mark.slow
def test_a_script_for_torchrun_runs_in_several_processes(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    script = tmp_path / "ranks.py"
    script.write_text(RANKS, encoding="utf-8")
    seen = observe(sys.executable, str(script), ("40",), seconds=1.0, processes=2).facts.observation

    assert isinstance(seen, Observation)
    assert [one.rank for one in seen.ranks] == [0, 1]
    assert seen.steps >= 30
    assert seen.threads == 1  # as torchrun would have it
    report = observe(sys.executable, str(script), ("many",), seconds=1.0, processes=2)
    assert report.primary == "BEN001"
    assert "invalid literal" in report.findings[0].what
    assert "--nproc-per-node 2" in report.findings[0].verify


@pytest.mark.slow
def test_a_script_for_torchrun_that_is_started_alone_hears_of_the_option(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    script = tmp_path / "ranks.py"
    script.write_text(RANKS, encoding="utf-8")
    report = observe(sys.executable, str(script), ("40",), seconds=1.0)

    assert report.findings[0].fix.commands == ("envdoctor bench --nproc-per-node 2 ranks.py",)


GOES_ON = """
import os, torch
net = torch.nn.Linear(8, 8)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for step in range(10**9):
    optimizer.zero_grad()
    net(torch.randn(4, 8)).sum().backward()
    optimizer.step()
    if step == 10:
        open("PIDS", "w").write(str(os.getpid()))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_an_interrupt_ends_the_script_as_well(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    script, pids = tmp_path / "goes on.py", tmp_path / "pids"
    script.write_text(GOES_ON.replace("PIDS", str(pids)), encoding="utf-8")
    command = [sys.executable, "-m", "envdoctor", "bench", "--python", sys.executable, "--seconds", "300", str(script)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    until = time.monotonic() + 120
    while not (pids.exists() and pids.read_text(encoding="utf-8")) and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in errors
    while Path("/proc", pids.read_text(encoding="utf-8")).exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path("/proc", pids.read_text(encoding="utf-8")).exists()


ENDS = """
import torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 8))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
torch.set_num_threads(2)
for _ in range(80):
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = net(torch.randn(16, 64)).square().mean()
    loss.backward()
    optimizer.step()
    loss.item()
torch.save(net.state_dict(), "TARGET")
"""


@pytest.mark.slow
def test_a_script_that_ends_by_itself_computes_the_same_to_the_last_bit(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    alone, watched = tmp_path / "alone.pt", tmp_path / "watched.pt"
    script = tmp_path / "ends.py"
    script.write_text(ENDS.replace("TARGET", str(alone)), encoding="utf-8")
    subprocess.run([sys.executable, str(script)], check=True, timeout=120)
    script.write_text(ENDS.replace("TARGET", str(watched)), encoding="utf-8")
    seen = observe(sys.executable, str(script), (), seconds=60.0).facts.observation

    assert isinstance(seen, Observation)
    assert seen.ended == "finished"
    expected, found = torch.load(alone, weights_only=True), torch.load(watched, weights_only=True)
    assert all(torch.equal(expected[name], found[name]) for name in expected)


FORKS = """
import multiprocessing, torch
def work():
    net = torch.nn.Linear(8, 8)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range({steps}):
        optimizer.zero_grad()
        net(torch.randn(4, 8)).sum().backward()
        optimizer.step()
if __name__ == "__main__":
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    print("left with", process.exitcode)
"""


@pytest.mark.slow
@pytest.mark.parametrize("steps", [30, 10**9])
@pytest.mark.skipif(sys.platform != "linux", reason="processes are not forked there")
def test_a_forked_process_that_trains_is_watched(tmp_path: Path, steps: int) -> None:
    pytest.importorskip("torch")
    script = tmp_path / "forks.py"
    script.write_text(FORKS.format(steps=steps), encoding="utf-8")
    seen = observe(sys.executable, str(script), (), seconds=1.0).facts.observation

    assert isinstance(seen, Observation)
    assert seen.steps >= 20  # those of the child
    assert seen.ranks == ()


@pytest.mark.slow
def test_a_script_that_never_trains_is_ended(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    script = tmp_path / "sleeps.py"
    script.write_text("import time\nwhile True: time.sleep(3600)\n", encoding="utf-8")

    with pytest.raises(NothingSeenError, match="took no step"):
        observe(sys.executable, str(script), (), seconds=1.0, limit=2.0)


@pytest.mark.slow
def test_a_script_that_fails_is_named_with_its_line() -> None:
    pytest.importorskip("torch")
    report = observe(sys.executable, str(WORKLOADS / "script_fails.py"), (), seconds=20.0)

    assert report.primary == "BEN001"
    assert "script_fails.py:" in report.findings[0].what
    assert report.exit_code == 1
