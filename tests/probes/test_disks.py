from __future__ import annotations

import os
import threading
from pathlib import Path

import msgspec

from envdoctor.facts import Disk, Unknown
from envdoctor.probes import disks
from envdoctor.probes.calls import Calls, Room
from envdoctor.probes.system import System
from tests.systems import still, system

ROOM = Room(1000, 400)
TMP = "/tmp"  # noqa: S108  # nothing is written there


def purposes(found: tuple[Disk, ...]) -> dict[str, str]:
    return {disk.purpose: disk.path for disk in found}


def test_variables_name_the_folders(tmp_path: Path) -> None:
    variables = {"HOME": "/home/ada", "TMPDIR": "/scratch", "XDG_CACHE_HOME": "/cache"}
    machine = system(tmp_path, environment=variables, calls=still(room=ROOM, writable=True, working="/srv/job"))

    found = disks.probe(machine)

    assert purposes(found) == {"home": "/home/ada", "temporary": "/scratch", "working": "/srv/job", "cache": "/cache"}
    assert found[0] == Disk("home", "/home/ada", 400, 1000, writable=True)


def test_without_variables(tmp_path: Path) -> None:
    machine = system(tmp_path, calls=still(room=ROOM, writable=True, home="/var/empty", working="/"))

    assert purposes(disks.probe(machine)) == {"home": "/var/empty", "temporary": TMP, "working": "/"}


def test_a_user_without_home_and_a_working_folder_that_was_removed(tmp_path: Path) -> None:
    found = disks.probe(system(tmp_path, calls=still(room=ROOM, writable=True)))

    assert found[0] == Disk("home", "", None, None, None)
    assert found[2] == Disk("working", "", None, None, None)


def test_a_cache_folder_is_looked_at_where_it_is(tmp_path: Path) -> None:
    machine = system(tmp_path, folders=("/home/ada/.cache/",), environment={"HOME": "/home/ada"})

    assert purposes(disks.probe(machine))["cache"] == "/home/ada/.cache"


def test_a_missing_folder_is_none(tmp_path: Path) -> None:
    machine = system(tmp_path, environment={"HOME": "/nowhere"}, calls=Calls())

    assert disks.probe(machine)[0] == Disk("home", "/nowhere", None, None, None)


def test_a_real_folder_is_written_to_and_left_as_it_was(tmp_path: Path) -> None:
    machine = system(tmp_path, folders=("/home/ada/",), environment={"HOME": "/home/ada"}, calls=Calls())

    found = disks.probe(machine)[0]

    assert found.writable is True
    assert isinstance(found.free_bytes, int)
    assert not list((tmp_path / "home/ada").iterdir())


def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    before = os.geteuid()
    if before == 0:  # root may write everywhere
        os.seteuid(65534)

    try:
        found = Calls().writable(tmp_path)
    finally:
        os.seteuid(before)

    assert found is False


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "home").touch()

    assert Calls().writable(tmp_path / "home") is None


def test_a_dead_network_folder_takes_no_other_along(tmp_path: Path) -> None:
    never = threading.Event()

    def room(folder: Path) -> Room:
        if folder.name == "dead":
            never.wait()
        return ROOM

    calls = msgspec.structs.replace(still(writable=True, working="/"), room=room)
    found = disks.probe(system(tmp_path, environment={"HOME": "/dead"}, calls=calls), seconds=0.2)
    never.set()

    assert isinstance(found[0].free_bytes, Unknown)
    assert [disk.free_bytes for disk in found[1:]] == [400, 400]


def test_windows_takes_the_profile_and_temp() -> None:
    variables = {"USERPROFILE": r"C:\Users\ada", "TEMP": r"D:\temp", "HOME": "/c/Users/ada"}
    machine = System(os="windows", environment=variables, calls=still(room=ROOM, writable=True, working=r"C:\job"))

    found = purposes(disks.probe(machine))

    assert found == {"home": r"C:\Users\ada", "temporary": r"D:\temp", "working": r"C:\job"}
