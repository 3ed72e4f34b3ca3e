"""Sampling beside a worker, on machines whose NVML answers, refuses, hangs and crashes, with the real binding."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from envdoctor.bench.gpu_watch import GpuWatch
from envdoctor.bench.host_watch import HostWatch
from envdoctor.bench.sampling import Sampler
from envdoctor.bench.usage import Usage, usage_of
from tests.rig.libraries import Libraries
from tests.rig.machines import A100, Built, Card, Machine, cards

BUSY = msgspec.structs.replace(A100, utilisation=97, memory_utilisation=41, power=250_000, energy=5, reasons=4)
IDLE = msgspec.structs.replace(A100, utilisation=0, power=60_000, energy=5)
PATIENCE = 30.0

Watch = Callable[..., GpuWatch]


def uuid_of(card: Card) -> str:
    assert card.uuid
    return card.uuid.removeprefix("GPU-")


@pytest.fixture
def build(tmp_path: Path, libraries: Libraries) -> Callable[..., Built]:
    def make(*wanted: Card, **more: Any) -> Built:
        return Machine(cards=wanted or (BUSY,), **more).build(tmp_path / "machine", libraries)

    return make


@pytest.fixture
def watch() -> Iterator[Watch]:
    made: list[GpuWatch] = []

    def begin(built: Built, **card: Any) -> GpuWatch:
        made.append(GpuWatch({"uuid": None, "pci": None, **card}, 0.1, built.environment()))
        return made[-1]

    yield begin
    for one in made:
        one.stop()


def until(said: Callable[[], Any]) -> Any:
    latest = time.monotonic() + PATIENCE
    while not (found := said()) and time.monotonic() < latest:
        time.sleep(0.02)
    return found


def last(one: GpuWatch) -> dict[str, Any]:
    rows = until(lambda: one.rows(0.0))
    return dict(rows[-1][1])


@pytest.mark.slow
def test_every_reading_comes(build: Callable[..., Built], watch: Watch) -> None:
    one = watch(build(), uuid=uuid_of(BUSY))
    row = last(one)

    assert one.problem() is None
    assert row["gpu_percent"] == 97
    assert row["gpu_memory_percent"] == 41
    assert row["power_watts"] == 250
    assert row["temperature_celsius"] == 41
    assert row["clock_mhz"] == 210
    assert row["held_down_by"] == ["power cap"]
    assert row["gpu_memory_used_bytes"] == 300 << 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("known", "by"),
    [
        pytest.param({"uuid": "00000000-0000-0000-0000-000000000001"}, "UUID", id="UUID"),
        pytest.param({"pci": "00000000:02:00.0"}, "PCI address", id="address"),
        pytest.param({"uuid": "ffffffff-0", "pci": "00000000:02:00.0"}, "PCI address", id="a UUID that NVML lacks"),
    ],
)
def test_cards_are_not_mixed_up(build: Callable[..., Built], watch: Watch, known: dict[str, str], by: str) -> None:
    idle, busy = cards(2)
    idle = msgspec.structs.replace(idle, utilisation=0)
    one = watch(build(idle, msgspec.structs.replace(busy, utilisation=88)), **known)

    assert last(one)["gpu_percent"] == 88
    assert one.found_by == by


@pytest.mark.slow
def test_a_card_that_nobody_can_name_is_watched_if_there_is_one_only(build: Callable[..., Built], watch: Watch) -> None:
    one = watch(build())

    assert last(one)["gpu_percent"] == 97
    assert one.found_by == "being the only one"


@pytest.mark.slow
def test_of_two_cards_none_is_guessed(build: Callable[..., Built], watch: Watch) -> None:
    one = watch(build(*cards(2)))

    assert until(one.problem)
    assert until(lambda: "which of NVML's 2 GPUs" in str(one.problem()))
    assert not one.rows(0.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("card", "faults", "expected"),
    [
        pytest.param(
            msgspec.structs.replace(BUSY, utilisation=None, power=None, energy=None), {},
            {"gpu_percent": None, "gpu_memory_percent": None, "power_watts": None, "energy_joules": None},
            id="a card in parts (MIG) refuses some",
        ),
        pytest.param(
            BUSY, {"nvmlDeviceGetTemperature": "return 4"},
            {"temperature_celsius": {"unknown": "Insufficient Permissions"}, "gpu_percent": 97},
            id="no permission for one",
        ),
        pytest.param(
            msgspec.structs.replace(BUSY, power=4_000_000_000), {},
            {"power_watts": {"unknown": "ValueError: the driver says 4000000000, which cannot be"}},
            id="rubbish",
        ),
        pytest.param(
            BUSY, {"nvmlDeviceGetClockInfo": "return 15"},
            {"clock_mhz": {"unknown": "GPU is lost"}, "memory_clock_mhz": {"unknown": "GPU is lost"}}, id="lost",
        ),
    ],
)  # fmt: skip
def test_each_reading_may_fail_for_itself(
    build: Callable[..., Built], watch: Watch, card: Card, faults: dict[str, str], expected: dict[str, Any]
) -> None:
    row = last(watch(build(card, faults=faults), uuid=uuid_of(card)))

    assert {name: row[name] for name in expected} == expected


@pytest.mark.slow
def test_a_reading_that_hangs_is_left_and_the_others_go_on(build: Callable[..., Built], watch: Watch) -> None:
    one = watch(build(faults={"nvmlDeviceGetPowerUsage": "hang"}), uuid=uuid_of(BUSY))
    row = last(one)

    assert row["power_watts"] == {"unknown": "NVML does not answer in nvmlDeviceGetPowerUsage"}
    assert row["gpu_percent"] == 97
    assert row["clock_mhz"] == 210


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param({"faults": {"nvmlInitWithFlags": "hang"}}, "does not answer in nvmlInit", id="hangs"),
        pytest.param({"faults": {"nvmlInitWithFlags": "hang-hard"}}, "does not answer in nvmlInit", id="hangs hard"),
        pytest.param({"faults": {"nvmlInitWithFlags": "return 18"}}, "version mismatch", id="refuses"),
        pytest.param(
            {"faults": {"nvmlDeviceGetUtilizationRates": "segfault"}},
            "ended in nvmlDeviceGetUtilizationRates: SIGSEGV", id="crashes",
        ),
        pytest.param({"faults": {"nvmlDeviceGetTemperature": "exit 3"}}, "exit code 3", id="ends"),
        pytest.param({"faults": {"load nvml": "abort"}}, "SIGABRT", id="dies as it is loaded"),
        pytest.param({"nvml": "text"}, "libnvidia-ml", id="no library"),
        pytest.param({"nvml": None}, "no NVML library", id="none"),
    ],
)  # fmt: skip
def test_without_nvml_the_reason_is_told_and_nothing_waits(
    build: Callable[..., Built], watch: Watch, more: dict[str, Any], reason: str
) -> None:
    one = watch(build(**more), uuid=uuid_of(BUSY))
    found = until(lambda: reason in str(one.problem()))
    spent = time.process_time()
    one.stop()

    assert found, one.problem()
    assert time.process_time() - spent < 0.2


@pytest.mark.slow
def test_a_library_that_floods_does_no_harm(build: Callable[..., Built], watch: Watch) -> None:
    one = watch(build(faults={"nvmlDeviceGetTemperature": "floods"}), uuid=uuid_of(BUSY))

    assert last(one)["temperature_celsius"] == {"unknown": "NVML does not answer in nvmlDeviceGetTemperature"}
    assert last(one)["gpu_percent"] == 97


def test_another_makers_gpu_is_no_matter_of_nvml() -> None:
    one = GpuWatch({"uuid": None, "pci": None, "hip": True}, 0.1)

    assert "not" in str(one.problem())
    assert one.rows(0.0) == []
    one.stop()


@pytest.mark.slow
def test_the_watching_process_goes_with_its_listener(build: Callable[..., Built]) -> None:
    code = (
        "import os, sys, time\nfrom envdoctor.bench.gpu_watch import GpuWatch\n"
        "one = GpuWatch({'uuid': None, 'pci': None}, 0.1)\n"
        "until = time.monotonic() + 30\n"
        "while not one.rows(0.0) and time.monotonic() < until:\n    time.sleep(0.02)\n"
        "print(one._process.pid, flush=True)\nos._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=build().environment(), capture_output=True, check=True, timeout=60
    )
    pid = int(done.stdout)

    def is_gone() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    assert until(is_gone)


@pytest.mark.slow
def test_samples_become_levels_and_the_counter_agrees_with_the_power(build: Callable[..., Built]) -> None:
    sampler = Sampler(0.1, build().environment())
    sampler.start()
    sampler.worker(None)
    sampler.card({"uuid": uuid_of(BUSY), "pci": None})
    until(lambda: sampler.sampled().gpu)
    sampler.begin()
    until(lambda: len(sampler.sampled().gpu) > 8 and len(sampler.sampled().host) > 2)
    sampled = sampler.sampled()
    sampler.stop()
    found = usage_of(sampled)

    assert found.covers == "experiment"
    assert found.levels["gpu_percent"].mean == 97  # type: ignore[union-attr]
    assert found.held_down_by == {"power cap": 1.0}
    assert found.energy_by == "counter"
    assert found.energy_joules == pytest.approx(250 * (sampled.ended - sampled.began), rel=0.05)
    assert found.levels["cpu_percent"].n > 2  # type: ignore[union-attr]
    assert len(found.cores) == os.cpu_count()
    assert msgspec.convert(msgspec.to_builtins(found), Usage) == found


@pytest.mark.slow
def test_the_cpu_alone_asks_no_nvml(build: Callable[..., Built]) -> None:
    sampler = Sampler(0.05, build(faults={"load nvml": "abort"}).environment())
    sampler.start()
    sampler.card(None)
    sampler.begin()
    until(lambda: sampler.sampled().host)
    sampled = sampler.sampled()
    sampler.stop()

    assert sampled.gpu_problem is None
    assert usage_of(sampled).unknown == {}


@pytest.mark.slow
def test_a_workers_share_is_counted_with_its_children() -> None:
    spin = "import time\nuntil = time.process_time() + 60\nwhile time.process_time() < until:\n    pass\n"
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {spin!r}])\n"
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        host = HostWatch()
        host.follow(process.pid)

        def family() -> list[Any]:
            host._look_for_family(time.monotonic())
            return host._family

        until(family)
        host.look()
        time.sleep(1.0)
        share = host.look()["worker_cpus"]
    finally:
        for one in host._family:
            one.kill()
        process.kill()
        process.wait()

    assert share > 0.05  # of a machine that others use as well; the parent alone takes nothing
    assert host.look().get("worker_cpus") is None


def test_a_process_that_is_not_ours_is_not_counted() -> None:
    host = HostWatch()
    host.follow(1)
    host.look()

    assert "worker_cpus" not in host.look()
