from typing import Any

import pytest

from envdoctor.facts import Host, Platform, SharedMemory, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import GIB, container, gpu_machine, judged, mac, windows

FOLDER = "/dev/shm"  # noqa: S108  # the name of the thing
MIB = 2**20
DOCKER = BROKEN["SYS001"]


def test_names_the_size() -> None:
    [found] = judged("SYS001", DOCKER)

    assert found.what == f"{FOLDER} has 64 MiB in this container (docker)."
    assert found.severity is Severity.WARNING
    assert "--shm-size=8g" in found.fix.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [("podman", "--shm-size"), ("kubernetes", "emptyDir"), ("apptainer", "num_workers=0")],
)
def test_each_engine_has_its_own_way(kind: str, words: str) -> None:
    [found] = judged("SYS001", DOCKER, platform=Platform(None, kind, None))

    assert words in found.fix.text


def test_outside_of_a_container_it_can_be_mounted_anew() -> None:
    [found] = judged("SYS001", DOCKER, platform=Platform(None, None, None))

    assert found.what == f"{FOLDER} has 64 MiB."
    assert any("remount" in command for command in found.fix.commands)


def test_dead_runs_fill_it() -> None:
    [found] = judged("SYS001", gpu_machine(), shm=SharedMemory(8 * GIB, 3 * MIB))

    assert found.what == f"{FOLDER} is full: 3 MiB of 8192 MiB are free."
    assert found.evidence == {"shm.total_bytes": 8 * GIB, "shm.free_bytes": 3 * MIB}


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"shm": SharedMemory(8 * GIB, 8 * GIB)}, id="8 GiB"),
        pytest.param({"shm": SharedMemory(128 * MIB, 128 * MIB)}, id="the threshold itself"),
        pytest.param({"shm": SharedMemory(8 * GIB, 64 * MIB)}, id="just enough room left"),
        pytest.param({"shm": None}, id="no such folder"),
        pytest.param({"shm": SharedMemory(Unknown("no"), Unknown("no"))}, id="nobody could tell"),
        pytest.param({"shm": SharedMemory(8 * GIB, Unknown("no"))}, id="nobody knows what is free"),
        pytest.param({"host": Host("darwin")}, id="macOS has another way"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("SYS001", DOCKER, **facts)


def test_sound_machines_are_sound() -> None:
    for machine in (container(), gpu_machine(), mac(), windows()):
        assert not judged("SYS001", machine)
