from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import Cpu, Unknown
from envdoctor.probes import cpu
from envdoctor.probes.calls import Calls, Counts
from envdoctor.probes.command import Output
from envdoctor.probes.cpu_generations import x86_generation
from envdoctor.probes.system import System, this_system
from tests.systems import answering, still, system

INTEL, AMD = "GenuineIntel", "AuthenticAMD"


@pytest.mark.parametrize(
    ("vendor", "family", "model", "stepping", "name"),
    [
        (INTEL, 6, 85, 4, "Skylake-X"),
        (INTEL, 6, 85, 7, "Cascade Lake"),
        (INTEL, 6, 85, 11, "Cooper Lake"),
        (INTEL, 6, 106, 6, "Ice Lake-SP"),
        (INTEL, 6, 143, 8, "Sapphire Rapids"),
        (INTEL, 6, 158, 13, "Coffee Lake"),
        (AMD, 23, 1, 2, "Zen"),
        (AMD, 23, 8, 2, "Zen+"),
        (AMD, 23, 49, 0, "Zen 2"),
        (AMD, 25, 1, 1, "Zen 3"),
        (AMD, 25, 17, 1, "Zen 4"),
        (AMD, 26, 2, 1, "Zen 5"),
        pytest.param(INTEL, 6, 85, 8, None, id="a stepping between two names"),
        pytest.param(INTEL, 6, 85, None, None, id="a stepping that is not told"),
        pytest.param(INTEL, 19, 1, 0, None, id="a family of tomorrow"),
        pytest.param(AMD, 26, 0xF0, 0, None, id="a model of tomorrow"),
        pytest.param(AMD, 21, 2, 0, None, id="older than the table"),
        pytest.param("HygonGenuine", 24, 1, 1, None, id="another vendor"),
    ],
)
def test_x86_generation(vendor: str, family: int, model: int, stepping: int | None, name: str | None) -> None:
    assert x86_generation(vendor, family, model, stepping) == name


def arm(*parts: str, implementer: str = "0x41") -> str:
    return "\n".join(
        f"processor\t: {number}\nCPU implementer\t: {implementer}\nCPU architecture: 8\nCPU variant\t: 0x1\n"
        f"CPU part\t: {part}\nCPU revision\t: 1\n"
        for number, part in enumerate(parts)
    )


@pytest.mark.parametrize(
    ("cpuinfo", "vendor", "generation"),
    [
        pytest.param(arm("0xd40", "0xd40"), "ARM", "Neoverse V1", id="one kind"),
        pytest.param(arm("0xd87", "0xd85"), "ARM", "Cortex-A725 + Cortex-X925", id="two kinds"),
        pytest.param(arm("0xd87", "0xfff"), "ARM", None, id="one of them unknown"),
        pytest.param(arm("0x004", implementer="0x4e"), "NVIDIA", "Carmel", id="Jetson Xavier"),
        pytest.param(arm("0x001", implementer="0x99"), None, None, id="nobody"),
    ],
)
def test_arm(cpuinfo: str, vendor: str | None, generation: str | None) -> None:
    assert cpu.describe(cpuinfo) == (None, vendor, generation)


@pytest.mark.parametrize(
    ("text", "count"),
    [("0-3,8", 5), ("0", 1), ("", 0), (None, 0), ("3-1", 0), ("a-b", 0), ("0-1,x,4-5", 4), ("-1", 0)],
)
def test_count_list(text: str | None, count: int) -> None:
    assert cpu.count_list(text) == count


@pytest.mark.parametrize(
    ("text", "load"),
    [
        pytest.param("0.42 0.31 0.24 1/1203 48213\n", 0.42, id="usual"),
        pytest.param("nan 0 0\n", Unknown("/proc/loadavg holds no number"), id="no number"),
        pytest.param("-1 0 0\n", Unknown("/proc/loadavg holds no number"), id="below zero"),
        pytest.param(None, Unknown("there is no /proc/loadavg"), id="not there"),
        pytest.param(Unknown("denied"), Unknown("denied"), id="denied"),
    ],
)
def test_load(text: str | None | Unknown, load: float | Unknown) -> None:
    assert cpu.load_of(text) == load


def test_without_proc_nothing_is_called_absent(tmp_path: Path) -> None:
    found = cpu.probe(system(tmp_path, calls=still(affinity=3)))

    assert [type(value) for value in (found.model, found.vendor, found.generation)] == [Unknown] * 3
    assert isinstance(found.physical_cores, Unknown)
    assert isinstance(found.logical_cores, Unknown)
    assert found.usable == 3


def test_arm_takes_cores_from_sys(tmp_path: Path) -> None:
    siblings = {
        f"/sys/devices/system/cpu/cpu{n}/topology/thread_siblings_list": f"{n // 2 * 2}-{n // 2 * 2 + 1}\n"
        for n in range(4)
    }

    found = cpu.probe(system(tmp_path, {"/proc/cpuinfo": arm(*["0xd4f"] * 4), **siblings}))

    assert (found.physical_cores, found.logical_cores) == (2, 4)


def test_windows(tmp_path: Path) -> None:
    del tmp_path
    calls = Calls(
        registry=lambda _key, name: "13th Gen Intel(R) Core(TM) i7-13700H " if name == "ProcessorNameString" else None,
        affinity=lambda: 20,
        counts=lambda: Counts(14, 20, None),
    )
    variables = {"PROCESSOR_IDENTIFIER": "Intel64 Family 6 Model 186 Stepping 2, GenuineIntel"}

    assert cpu.probe(System(os="windows", environment=variables, calls=calls)) == Cpu(
        "13th Gen Intel(R) Core(TM) i7-13700H",
        "GenuineIntel",
        "Raptor Lake",
        14,
        20,
        20,
        None,
        Unknown("Windows keeps no load average"),
    )


@pytest.mark.parametrize(
    ("answer", "model", "vendor", "generation"),
    [
        pytest.param("Apple M2 Pro\n", "Apple M2 Pro", "Apple", "Apple M2 Pro", id="Apple"),
        pytest.param("Apple processor\n", "Apple processor", "Apple", None, id="in a virtual machine"),
        pytest.param("Intel(R) Core(TM) i7-9750H\n", "Intel(R) Core(TM) i7-9750H", None, None, id="Intel"),
        pytest.param("\n", None, None, None, id="no words"),
    ],
)
def test_macos(answer: str, model: str | None, vendor: str | None, generation: str | None) -> None:
    found = cpu.probe(System(os="darwin", run=answering({"sysctl": Output(0, answer, "")}), calls=still()))

    assert (found.model, found.vendor, found.generation) == (model, vendor, generation)


def test_this_machine_agrees_with_the_kernel() -> None:
    found = cpu.probe(this_system())

    assert isinstance(found.affinity, int)
    assert isinstance(found.logical_cores, int)
    assert 1 <= found.affinity <= found.logical_cores
