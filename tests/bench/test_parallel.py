"""Several processes under torchrun, for real: sound ones, and every way in which they can end."""

import contextlib
import importlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from envdoctor.bench import table
from envdoctor.bench.experiments import Experiment
from envdoctor.bench.plan import Planned, Sizes
from envdoctor.bench.result import Result, Series
from envdoctor.bench.series import SeriesOptions, run_series
from envdoctor.cli.bench import bench

SIZES = Sizes(rounds=2, window_seconds=0.05, epochs=0)
MEMORY = {"net": "textbook", "data": "memory", "batch": 64, "workers": 0, "lr": 0.05, "processes": 2}
CPUS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CPUS < 2 or sys.platform == "win32", reason="two processes need two CPUs"),
]


def worker(name: str) -> Any:
    # Late: collecting the tests must not import torch.
    return importlib.import_module(f"envdoctor.bench.worker.{name}")


def experiment(name: str, epochs: float = 0.0, **settings: Any) -> Planned:
    one = Experiment(name=f"parallel.{name}", kind="parallel", changes="c", held="h", question="q?",
                     settings={**MEMORY, **settings})  # fmt: skip
    return Planned(one, epochs, 1.0)


def options(tmp_path: Path, *plan: Planned, **more: Any) -> SeriesOptions:
    wanted: dict[str, Any] = {"device": "cpu", "threads": 1, "limit": 150.0, "state": tmp_path / "state", **more}
    return SeriesOptions(preset="quick", plan=plan, sizes=SIZES, **wanted)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the processes a folder by which they can be told from those of others; afterwards none may be left."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    yield tmp_path
    assert gone(tmp_path), processes(tmp_path)
    assert not list(tmp_path.glob("envdoctor/ranks/*"))


def processes(place: Path) -> list[psutil.Process]:
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(str(place) in word for word in one.cmdline()) and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def gone(place: Path, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while processes(place) and time.monotonic() < until:
        time.sleep(0.1)
    return not processes(place)


def rank(place: Path, number: int) -> psutil.Process:
    [found] = [
        one for one in processes(place) if "rank" in one.cmdline() and one.environ().get("LOCAL_RANK") == str(number)
        and "launch" not in one.cmdline()
    ]  # fmt: skip
    return found


def when_measuring(act: Callable[[], None]) -> Callable[[str, Mapping[str, Any]], None]:
    """Return a listener that does something once, when both processes have joined and work."""
    done: list[int] = []

    def listen(_device: str, said: Mapping[str, Any]) -> None:
        if "first_step" in said and not done:
            done.append(1)
            act()

    return listen


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Series:
    plan = (
        experiment("ddp_2", 0.1),
        experiment("loader", data="loader", workers=1, augment="affine"),
        experiment("all_reduce", all_reduce=True),
    )
    return run_series(sys.executable, options(tmp_path_factory.mktemp("sound"), *plan))


def named(series: Series, name: str) -> Result:
    [found] = [one for one in series.measurements if one.name == f"parallel.{name}"]
    return found


def test_two_processes_and_one_take_turns_with_equal_work(sound: Series) -> None:
    found = named(sound, "ddp_2")

    assert found.verdict == "DONE", found.reason
    assert [side.name for side in found.sides] == ["reference", "this", "all_threads"]
    assert found.comparison is not None
    assert found.batch == 64
    assert {window.images // window.steps for window in found.windows} == {64}
    assert found.values["images_per_process"] * found.values["processes"] == 64


def test_threads_fit_the_cpus_and_say_why(sound: Series) -> None:
    found = named(sound, "ddp_2")

    assert found.values["threads_per_process"] * 2 <= CPUS
    assert found.threads == found.values["threads_per_process"]
    assert "to each of 2 processes" in found.threads_reason
    assert {side.name: side.settings["threads"] for side in found.sides}["reference"] == 1


def test_equal_work_gives_equal_weights_and_accuracy(sound: Series) -> None:
    values, training = named(sound, "ddp_2").values, named(sound, "ddp_2").training

    assert training is not None
    assert values["processes_differ_by"] == 0
    assert values["weights_differ_by"] < 1e-5
    assert training.steps == 16  # 0.1 epochs of 10,000 images
    assert training.accuracy == pytest.approx(values["alone_accuracy"], abs=0.02)
    assert training.test_loss == pytest.approx(values["alone_test_loss"], rel=1e-3)


def test_the_loader_is_equal_per_process_and_in_total(sound: Series) -> None:
    found = named(sound, "loader")
    workers = {side.name: side.settings["workers"] for side in found.sides}

    assert found.verdict == "DONE", found.reason
    assert workers["reference"] == workers["this"] == found.values["loader_processes_per_process"] == 1
    assert workers["equal_in_total"] == found.values["loader_processes_in_total"] == 2
    assert workers["no_workers"] == 0
    assert "per process (reference), in total (equal_in_total)" in found.values["loader_held"]
    assert found.values["loader_held_equal"] is True


def test_an_all_reduce_is_measured_by_size(sound: Series) -> None:
    values = named(sound, "all_reduce").values

    assert [row["bytes"] for row in values["all_reduce"]] == [4096 << 2 * power for power in range(8)]
    for row in values["all_reduce"]:
        assert row["algorithm_bytes_per_second"] == pytest.approx(row["bytes"] / row["median_seconds"])
        # Two processes: 2 (n - 1) / n is 1.
        assert row["bus_bytes_per_second"] == pytest.approx(row["algorithm_bytes_per_second"])
    assert values["all_reduce_latency_seconds"] == values["all_reduce"][0]["median_seconds"]


def test_the_table_names_the_sides_and_the_sizes(sound: Series) -> None:
    page = " ".join(table.render(sound, width=200).split())

    assert "One process and several (images/s in all)" in page
    assert "one process without loader processes (an unequal comparison)" in page
    assert "65,536 KiB:" in page


def test_a_killed_process_is_named_and_the_rest_goes_on(place: Path) -> None:
    killer = when_measuring(lambda: rank(place, 1).send_signal(signal.SIGKILL))
    plan = (experiment("ddp_2"), experiment("ddp_1", processes=1))
    first, second = run_series(sys.executable, options(place, *plan), killer).measurements

    assert first.verdict == "FAILED"
    assert first.reason.startswith("process 1 was ended by SIGKILL")
    assert second.verdict == "DONE", second.reason
    assert second.values["processes"] == 1


def test_a_process_that_never_comes_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Python runs this file first; the second process sleeps before it is one.
    (place / "code").mkdir()
    code = "import os, time\nif os.environ.get('LOCAL_RANK') == '1':\n    time.sleep(600)\n"
    (place / "code" / "sitecustomize.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(place / "code"))
    [found] = run_series(sys.executable, options(place, experiment("ddp_2"), limit=60.0)).measurements

    assert found.verdict == "FAILED"
    assert "the processes did not find each other in" in found.reason
    assert "process 0 is at 'meet', process 1 never came" in found.reason


def test_a_process_that_stands_still_ends_with_the_limit(place: Path) -> None:
    stopper = when_measuring(lambda: rank(place, 1).suspend())
    [found] = run_series(sys.executable, options(place, experiment("ddp_2"), limit=50.0), stopper).measurements

    assert found.verdict == "FAILED"
    assert "no end after" in found.reason


def test_a_killed_worker_takes_its_processes_along(place: Path) -> None:
    def kill() -> None:
        rank(place, 0).parent().parent().send_signal(signal.SIGKILL)  # type: ignore[union-attr]

    [found] = run_series(sys.executable, options(place, experiment("ddp_2")), when_measuring(kill)).measurements
    left = gone(place)
    # What it could not take away itself: no images, a plan and some lines.
    size = sum(file.stat().st_size for file in place.glob("envdoctor/ranks/*/*"))
    for folder in place.glob("envdoctor/ranks/*"):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()

    assert found.verdict == "FAILED"
    assert "SIGKILL" in found.reason
    assert left
    assert size < 100_000


def test_an_interrupted_command_leaves_no_process(place: Path) -> None:
    command = [
        sys.executable, "-m", "envdoctor", "bench", "--preset", "full", "--device", "cpu", "--python", sys.executable,
        "--only", "parallel.ddp_2", "--json",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 90
    while not list(place.glob("envdoctor/ranks/*/said-1.jsonl")) and time.monotonic() < until:
        time.sleep(0.1)
    # As Ctrl-C; a shell lets what it starts in the background ignore that.
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    left = gone(place)
    for folder in place.glob("envdoctor/ranks/*"):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()

    assert process.returncode == 130
    assert json.loads(out)["verdict"] == "INTERRUPTED"
    assert left


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_two_nodes_meet_at_an_endpoint(place: Path) -> None:
    nodes = {"nnodes": 2, "endpoint": f"127.0.0.1:{free_port()}"}
    found: dict[int, Series] = {}

    def node(number: int) -> None:
        wanted = options(place / str(number), experiment("ddp_1", processes=1), nodes=nodes)
        found[number] = run_series(sys.executable, wanted)

    threads = [threading.Thread(target=node, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for number in range(2):
        [one] = found[number].measurements
        assert one.verdict == "DONE", one.reason
        assert one.values["nodes"] == 2
        assert one.values["global_batch"] == 64
        assert one.values["images_per_process"] == 32
        assert one.values["weights_differ_by"] < 1e-5


def test_an_endpoint_that_belongs_to_somebody_else_is_a_result(place: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        nodes = {"nnodes": 2, "endpoint": f"127.0.0.1:{other.getsockname()[1]}"}
        wanted = options(place, experiment("ddp_1", processes=1), nodes=nodes, limit=40.0)
        [found] = run_series(sys.executable, wanted).measurements

    assert found.verdict == "FAILED"
    assert "not all 2 nodes came to 127.0.0.1" in found.reason


HOLD = """
import socket, subprocess, sys
one = socket.socket(socket.AF_INET6)
one.bind(("::", 60000))
one.listen()
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""
OWN_NETWORK = ("unshare", "--user", "--map-root-user", "--net", "sh", "-c")


def own_network(setup: str, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a network of its own, after a line of shell."""
    return subprocess.run(
        [*OWN_NETWORK, f'{setup}; exec "$@"', "sh", *command], capture_output=True, text=True, check=False, timeout=300
    )


ONE_PORT = "ip link set lo up && echo 60000 60000 > /proc/sys/net/ipv4/ip_local_port_range"


@pytest.mark.skipif(not shutil.which("unshare") or not shutil.which("ip"), reason="needs a network of one's own")
@pytest.mark.parametrize(
    ("setup", "before", "reason"),
    [
        pytest.param(ONE_PORT, [sys.executable, "-c", HOLD], "no port is free", id="no free port"),
        pytest.param(":", [], "not even the loopback interface", id="no loopback"),
    ],
)
def test_what_the_network_lacks_is_named(place: Path, setup: str, before: list[str], reason: str) -> None:
    if own_network(setup, "true").returncode:
        pytest.skip("this system gives nobody a network of its own")
    command = ["-m", "envdoctor", "bench", "--preset", "full", "--device", "cpu", "--python", sys.executable]
    more = ["--only", "parallel.ddp_2", "--timeout", "50", "--json"]
    done = own_network(setup, *before, sys.executable, *command, *more)
    [found] = json.loads(done.stdout)["measurements"]

    assert done.returncode == 1
    assert place.is_dir()
    assert found["verdict"] == "FAILED"
    assert reason in found["reason"]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system pins no processes")
def test_one_cpu_is_no_place_for_two_processes(place: Path) -> None:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        [found] = run_series(sys.executable, options(place, experiment("ddp_2"))).measurements
    finally:
        os.sched_setaffinity(0, before)

    assert found.verdict == "SKIPPED"
    assert found.reason.startswith("2 processes need 2 CPUs, and there are 1 CPU by affinity")


@pytest.mark.parametrize("count", [1, 2, 4])
def test_shares_of_a_batch_are_the_batch(count: int) -> None:
    work = worker("ranks_work")
    whole = list(work.Shares(100, 16, work.Part(0, 1), 7))
    parts = [list(work.Shares(100, 16, work.Part(index, count), 7)) for index in range(count)]

    assert len(whole) == 6
    assert [list(itertools.chain(*pieces)) for pieces in zip(*parts, strict=True)] == whole


def test_each_epoch_has_its_own_order() -> None:
    work = worker("ranks_work")
    shares = work.Shares(64, 16, work.Part(0, 1), 7)

    assert list(shares) != list(shares)


@pytest.mark.parametrize(
    ("device", "gpus", "settings", "reason"),
    [
        pytest.param("cuda:1", 2, {}, "it was measured with cuda:0", id="all GPUs work in one result"),
        pytest.param("cuda:0", 1, {}, "1 GPU here, and it needs 2", id="processes share no GPU"),
        pytest.param("cuda:0", 1, {"processes": "all"}, "1 GPU here, and it needs 2", id="all of one"),
        pytest.param("cuda:0", 1, {"processes": 1, "wrap": "data_parallel"}, "it needs 2", id="DataParallel"),
    ],
)
def test_what_makes_no_sense_is_skipped(device: str, gpus: int, settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(worker("refused").Skip, match=reason):
        worker("parallel")._processes(device, settings, gpus)


@pytest.mark.parametrize(
    ("device", "gpus", "settings", "number"),
    [
        pytest.param("cpu", 0, {"processes": 2}, 2, id="on CPUs as many as asked for"),
        pytest.param("cuda:0", 8, {"processes": 2}, 2, id="two of eight"),
        pytest.param("cuda:0", 8, {"processes": "all"}, 8, id="all of eight"),
        pytest.param("cuda:0", 8, {"processes": 1, "wrap": "data_parallel"}, 1, id="DataParallel is one process"),
        pytest.param("cuda:0", 1, {"processes": 1}, 1, id="DDP of one"),
    ],
)
def test_how_many_processes(device: str, gpus: int, settings: dict[str, Any], number: int) -> None:
    assert worker("parallel")._processes(device, settings, gpus) == number


@pytest.mark.parametrize(
    ("given", "word"),
    [
        pytest.param(["--nnodes", "2"], "give HOST:PORT of one of the 2 machines", id="no place to meet"),
        pytest.param(["--nnodes", "2", "--rdzv-endpoint", "node-a"], "node-a: give HOST:PORT", id="no port"),
        pytest.param(["--nnodes", "2", "--rdzv-endpoint", "a:99999"], "a:99999: give HOST:PORT", id="no such port"),
        pytest.param(["--rdzv-endpoint", "node-a:29400"], "give the number of machines", id="how many"),
        pytest.param(["--nnodes", "0"], "not in the range", id="none"),
    ],
)
def test_a_meeting_place_that_is_none_is_wrong_usage(given: list[str], word: str) -> None:
    done = CliRunner().invoke(bench, ["--preset", "quick", "--only", "parallel", *given])

    assert done.exit_code == 2
    assert word in " ".join(done.output.replace("│", "").split())


def test_nodes_are_not_for_the_smoke_test() -> None:
    done = CliRunner().invoke(bench, ["--nnodes", "2", "--rdzv-endpoint", "a:1"])

    assert done.exit_code == 2
    assert "--nnodes is for --preset quick and full" in " ".join(done.output.split())


def test_one_node_needs_no_meeting_place() -> None:
    done = CliRunner().invoke(bench, ["--preset", "full", "--only", "parallel", "--nnodes", "1", "--dry-run"])

    assert done.exit_code == 0, done.output
    assert "parallel.ddp_2" in done.output


PLAN = {"processes": 2, "nodes": 1, "name": "parallel.ddp_2", "device": "cpu", "limit": 100.0}


def test_one_node_stays_on_the_loopback() -> None:
    arguments = worker("torchrun").arguments_of(PLAN, {}, Path("folder"))

    assert "--local_addr=127.0.0.1" in arguments
    assert "--nproc_per_node=2" in arguments
    assert arguments[-2:] == ["rank", "folder"]


def test_several_nodes_meet_where_they_are_told() -> None:
    nodes = {"nnodes": 2, "endpoint": "node-a:29400"}
    arguments = worker("torchrun").arguments_of({**PLAN, "nodes": 2}, nodes, Path("folder"))

    assert {"--nnodes=2", "--rdzv_backend=c10d", "--rdzv_endpoint=node-a:29400"} <= set(arguments)
    assert "--standalone" not in arguments
    assert "--local_addr=127.0.0.1" not in arguments


REPORT = "  exitcode  : -9 (pid: 42)"


@pytest.mark.parametrize(
    ("ranks", "words", "reason"),
    [
        pytest.param(
            [{"stage": "windows", "pid": 41, "failed": "RuntimeError: Connection closed by peer", "last_lines": []},
             {"stage": "windows", "pid": 42}],
            [REPORT], "process 1 was ended by SIGKILL (often: the system ran out of memory) at 'windows'",
            id="the killed one, not the one that noticed",
        ),
        pytest.param(
            [{"stage": "windows", "pid": 41, "failed": "RuntimeError: Connection closed by peer", "last_lines": []},
             {"stage": "train", "pid": 42, "failed": "ArithmeticError: no finite number", "last_lines": []}],
            [], "process 1: ArithmeticError: no finite number", id="the cause, not its consequence",
        ),
        pytest.param(
            [{"stage": "windows", "pid": 41, "failed": "RuntimeError: Connection reset", "last_lines": []},
             {"stage": "meet", "pid": 42}],
            [], "process 1 ended without a word at 'meet'", id="nobody says how",
        ),
        pytest.param(
            [{"stage": "meet", "pid": 41, "failed": "RuntimeError: Timed out", "last_lines": []},
             {"stage": "meet", "pid": 42, "failed": "RuntimeError: Timed out", "last_lines": []}],
            [], "process 0: RuntimeError: Timed out", id="all say the same",
        ),
        pytest.param(
            [{}, {}], ["Traceback", "RuntimeError: no free port", "  at the end"],
            "torchrun ended with exit code 1: RuntimeError: no free port", id="torchrun itself",
        ),
    ],
)  # fmt: skip
def test_who_began_it(tmp_path: Path, ranks: list[dict[str, Any]], words: list[str], reason: str) -> None:
    group = worker("torchrun").Group(tmp_path, PLAN, {})
    group._ranks = dict(enumerate(ranks))
    group._process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    group._process.wait()
    (tmp_path / "stderr").write_text("\n".join(words))

    assert str(group._failure()) == reason


@pytest.mark.parametrize(
    ("chosen", "processes", "sides"),
    [
        pytest.param(1, 2, {"reference": 1, "this": 1, "all_threads": 2}, id="one thread is best alone"),
        pytest.param(4, 2, {"reference": 4, "this": 2, "same_threads": 2}, id="four are"),
        pytest.param(4, 4, {"reference": 4, "this": 1, "same_threads": 1}, id="a CPU for each process"),
        pytest.param(1, 1, {"reference": 1, "this": 1}, id="the wrapper alone: the same threads"),
    ],
)
def test_threads_of_the_sides(chosen: int, processes: int, sides: dict[str, int]) -> None:
    usable = 4
    settings = {"threads": min(chosen, usable // processes), "workers": 0, "data": "memory", "wrap": "ddp"}
    found = worker("parallel")._sides(settings, chosen, processes, usable)

    assert {name: side["threads"] for name, side in found.items()} == sides
    assert found["this"]["threads"] * processes <= usable
