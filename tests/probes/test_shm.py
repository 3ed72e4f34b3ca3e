from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import SharedMemory, Unknown
from envdoctor.probes import shm
from envdoctor.probes.calls import Calls, Room
from envdoctor.probes.system import System
from tests.systems import still, system


@pytest.mark.parametrize(
    ("room", "fact"),
    [
        pytest.param(Room(64 << 20, 60 << 20), SharedMemory(64 << 20, 60 << 20), id="Docker's 64 MiB"),
        pytest.param(None, None, id="not there"),
        pytest.param(Unknown("Permission denied"), Unknown(f"{shm.PLACE}: Permission denied"), id="denied"),
    ],
)
def test_shm(room: Room | None | Unknown, fact: SharedMemory | None | Unknown, tmp_path: Path) -> None:
    assert shm.probe(system(tmp_path, calls=still(room=room))) == fact


def test_a_missing_folder_is_none_for_the_real_call_too(tmp_path: Path) -> None:
    assert shm.probe(system(tmp_path, calls=Calls())) is None


def test_a_real_folder_has_a_size(tmp_path: Path) -> None:
    found = shm.probe(system(tmp_path, folders=(f"{shm.PLACE}/",), calls=Calls()))

    assert isinstance(found, SharedMemory)
    assert isinstance(found.total_bytes, int)
    assert found.total_bytes > 0


@pytest.mark.parametrize("os", ["windows", "darwin"])
def test_elsewhere_there_is_none(os: str) -> None:
    assert shm.probe(System(os=os)) is None
