from __future__ import annotations

import pytest

from envdoctor.facts import Memory, Unknown
from envdoctor.probes import memory
from envdoctor.probes.calls import Calls, MainMemory
from envdoctor.probes.system import System, this_system

MEMINFO = "MemTotal:       65758400 kB\nMemFree: 1 kB\nMemAvailable:   60000000 kB\nSwapTotal:       2097148 kB\n"
DENIED = Unknown("/proc/meminfo: Permission denied")


def untold(name: str) -> Unknown:
    return Unknown(f"/proc/meminfo does not tell {name}")


@pytest.mark.parametrize(
    ("meminfo", "fact"),
    [
        pytest.param(MEMINFO, Memory(67336601600, 61440000000, None, 2147479552), id="usual"),
        pytest.param(
            "MemTotal: 4 kB\n", Memory(4096, untold("MemAvailable"), None, untold("SwapTotal")), id="an old kernel"
        ),
        pytest.param(
            "MemTotal: -4 kB\nMemAvailable: many kB\nSwapTotal: 99999999999999999999 kB\n",
            Memory(untold("MemTotal"), untold("MemAvailable"), None, untold("SwapTotal")),
            id="rubbish",
        ),
        pytest.param(DENIED, Memory(DENIED, DENIED, None, DENIED), id="denied"),
    ],
)
def test_understand(meminfo: str | Unknown, fact: Memory) -> None:
    assert memory.understand(meminfo, None) == fact


def test_no_meminfo_is_unknown_and_the_limit_is_kept() -> None:
    found = memory.understand(None, 4096)

    assert found.total_bytes == Unknown("there is no /proc/meminfo")
    assert found.limit_bytes == 4096


@pytest.mark.parametrize("os", ["windows", "darwin"])
def test_elsewhere_there_are_no_control_groups(os: str) -> None:
    system = System(os=os, calls=Calls(main_memory=lambda: MainMemory(3, 2, 1)))

    assert memory.probe(system) == Memory(3, 2, None, 1)


def test_psutil_that_fails_is_unknown() -> None:
    system = System(os="darwin", calls=Calls(main_memory=lambda: Unknown("psutil: no")))

    assert memory.probe(system) == Unknown("psutil: no")


def test_this_machine_has_memory() -> None:
    found = memory.probe(this_system())

    assert isinstance(found, Memory)
    assert isinstance(found.total_bytes, int)
    assert isinstance(found.available_bytes, int)
    assert 0 < found.available_bytes <= found.total_bytes
