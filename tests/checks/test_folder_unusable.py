from typing import Any

import pytest

from envdoctor.facts import Disk, Host, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import DISKS, GIB, gpu_machine, judged

MB = 1_000_000


def disk(purpose: str, free: Any = GIB, writable: Any = True, path: str = "/here") -> Disk:
    return Disk(purpose, path, free, 10 * GIB, writable)


def test_without_a_temporary_folder_nothing_can_be_installed() -> None:
    [found] = judged("SYS004", BROKEN["SYS004"])

    assert found.what == "The temporary folder (/var/none) does not exist."
    assert found.severity is Severity.ERROR
    assert "TMPDIR" in found.fix.text


@pytest.mark.parametrize(
    ("purpose", "severity", "variable"),
    [
        ("temporary", Severity.ERROR, "TMPDIR"),
        ("home", Severity.WARNING, "HOME"),
        ("cache", Severity.WARNING, "XDG_CACHE_HOME"),
    ],
)
def test_a_folder_that_cannot_be_written(purpose: str, severity: Severity, variable: str) -> None:
    [found] = judged("SYS004", gpu_machine(), disks=(disk(purpose, writable=False),))

    assert found.what == f"The {purpose} folder (/here) cannot be written."
    assert found.severity is severity
    assert variable in found.fix.text


def test_a_full_disk_is_named_with_what_is_left() -> None:
    [found] = judged("SYS004", gpu_machine(), disks=(*DISKS, disk("temporary", free=12 * MB)))

    assert found.what == "12 MB are free in the temporary folder (/here)."
    assert found.severity is Severity.WARNING
    assert found.evidence["disks.3.free_bytes"] == 12 * MB


def test_windows_has_its_own_variable() -> None:
    [found] = judged("SYS004", gpu_machine(), disks=(disk("temporary", writable=False),), host=Host("windows"))

    assert "TEMP" in found.fix.text
    assert found.fix.commands == ()


@pytest.mark.parametrize(
    "disks",
    [
        pytest.param(DISKS, id="room and right to write"),
        pytest.param((), id="no folder was looked at"),
        pytest.param((disk("working", writable=False),), id="a working directory may be anybody's"),
        pytest.param((disk("python", writable=False),), id="a system's Python belongs to root"),
        pytest.param((disk("home", free=100 * MB),), id="the threshold itself"),
        pytest.param((disk("home", writable=Unknown("no answer in 2 s"), free=Unknown("no")),), id="a server is gone"),
        pytest.param((Disk("home", "", None, None, None),), id="a user without a home"),
        pytest.param((disk("temporary", free=Unknown("no")),), id="nobody knows the room"),
    ],
)
def test_stays_silent(disks: Any) -> None:
    assert not judged("SYS004", gpu_machine(), disks=disks)
