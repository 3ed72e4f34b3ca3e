"""Whole machines: what each of them must be seen as, and that nothing else is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import Host, PciGpu, Platform, Unknown
from envdoctor.probes import cpu, host, memory, pci, platform
from envdoctor.probes.command import Output
from tests.systems import GIB, answering, machine, names

METAL = Platform(None, None, None, None, None, None)
MUSL = answering({"ld-musl-x86_64.so.1": Output(1, "", "musl libc (x86_64)\nVersion 1.2.5\nDynamic Program Loader\n")})

PLATFORMS = {
    "alpine-musl-docker": Platform(None, "docker", None, None, None, None),
    "docker-cgroup2-quota": Platform(None, "docker", None, None, None, None),
    "ec2-g5": Platform("amazon-ec2", None, None, None, None, None),
    "firecracker": Platform("firecracker", "docker", None, None, None, None),
    "gh200-slurm-cgroup1": METAL,
    "kubernetes-cgroup1": Platform("amazon-ec2", "kubernetes", None, None, None, None),
    "ubuntu-22.04-desktop": METAL,
    "virtualbox": Platform("virtualbox", None, None, None, None, None),
    "vmware-svga": Platform("vmware", None, None, None, None, None),
    "wsl1": Platform(None, None, 1, None, None, None),
    "wsl2-docker": Platform(
        None,
        "docker",
        2,
        True,
        False,
        Unknown("in a container (docker) the place of libcuda does not tell whose it is"),
    ),
    "wsl2-linux-driver-inside": Platform(None, None, 2, True, True, "/usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01"),
}

ROOM = {
    # Name: (physical cores, logical cores, CPU quota, memory limit).
    "alpine-musl-docker": (2, 4, None, None),
    "docker-cgroup2-quota": (4, 8, 2.5, 8 * GIB),
    "ec2-g5": (2, 4, None, None),
    "firecracker": (2, 2, None, None),
    "gh200-slurm-cgroup1": (4, 4, None, 64 * GIB),
    "kubernetes-cgroup1": (2, 4, 1.5, 2 * GIB),
    "ubuntu-22.04-desktop": (2, 4, None, None),
    "virtualbox": (2, 2, None, None),
    "vmware-svga": (2, 2, None, None),
    "wsl1": (2, 4, None, None),
    "wsl2-docker": (2, 4, None, None),
    "wsl2-linux-driver-inside": (2, 4, None, None),
}

GENERATIONS = {
    "alpine-musl-docker": "Alder Lake",
    "docker-cgroup2-quota": "Ice Lake-SP",
    "ec2-g5": "Zen 2",
    "firecracker": "Zen 3",
    "gh200-slurm-cgroup1": "Neoverse V2",
    "kubernetes-cgroup1": "Cascade Lake",
    "ubuntu-22.04-desktop": "Zen 3",
    "virtualbox": "Zen 2",
    "vmware-svga": "Comet Lake",
    "wsl1": None,  # a stepping that the sources do not name
    "wsl2-docker": "Zen 3",
    "wsl2-linux-driver-inside": "Zen 3",
}

WSL = Unknown("WSL does not show the PCI bus of the machine")
NO_BUS = Unknown("there is no /sys/bus/pci/devices")

ADAPTERS: dict[str, tuple[PciGpu, ...] | Unknown] = {
    "alpine-musl-docker": NO_BUS,
    "docker-cgroup2-quota": NO_BUS,
    "ec2-g5": (
        PciGpu("0000:00:03.0", "1d0f", "1111", None, None, None),
        PciGpu("0000:00:1e.0", "10de", "2237", "nvidia", None, 0),
    ),
    "firecracker": NO_BUS,
    "gh200-slurm-cgroup1": (PciGpu("0009:01:00.0", "10de", "2342", "nvidia", None, 0),),
    "kubernetes-cgroup1": NO_BUS,
    "ubuntu-22.04-desktop": (PciGpu("0000:0a:00.0", "10de", "2204", "nvidia", None, None),),
    "virtualbox": (PciGpu("0000:00:02.0", "80ee", "beef", "vboxvideo", None, None),),
    "vmware-svga": (PciGpu("0000:00:0f.0", "15ad", "0405", "vmwgfx", None, None),),
    "wsl1": WSL,
    "wsl2-docker": WSL,
    "wsl2-linux-driver-inside": WSL,
}


def test_every_machine_is_in_every_table() -> None:
    for table in (PLATFORMS, ROOM, GENERATIONS, ADAPTERS):
        assert sorted(table) == names()


@pytest.mark.parametrize("name", names())
def test_platform(name: str, tmp_path: Path) -> None:
    assert platform.probe(machine(name, tmp_path)) == PLATFORMS[name]


@pytest.mark.parametrize("name", names())
def test_cores_and_limits(name: str, tmp_path: Path) -> None:
    system = machine(name, tmp_path)
    processor = cpu.probe(system)

    found = (processor.physical_cores, processor.logical_cores, processor.quota, memory.probe(system).limit_bytes)  # type: ignore[union-attr]

    assert found == ROOM[name]


@pytest.mark.parametrize("name", names())
def test_generation(name: str, tmp_path: Path) -> None:
    assert cpu.probe(machine(name, tmp_path)).generation == GENERATIONS[name]


@pytest.mark.parametrize("name", names())
def test_adapters(name: str, tmp_path: Path) -> None:
    assert pci.probe(machine(name, tmp_path)) == ADAPTERS[name]


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        (
            "ubuntu-22.04-desktop",
            Host("linux", "Ubuntu 22.04.5 LTS", "6.8.0-45-generic", "x86_64", "glibc", "2.35"),
        ),
        ("alpine-musl-docker", Host("linux", "Alpine Linux v3.20", "6.8.0-45-generic", "x86_64", "musl", "1.2.5")),
        (
            "gh200-slurm-cgroup1",
            Host("linux", "Rocky Linux 9.4 (Blue Onyx)", "5.14.0-427.el9.aarch64+64k", "aarch64", "glibc", "2.34"),
        ),
    ],
)
def test_host(name: str, fact: Host, tmp_path: Path) -> None:
    assert host.probe(machine(name, tmp_path, run=MUSL)) == fact


def test_what_is_usable_is_the_least_of_all(tmp_path: Path) -> None:
    assert cpu.probe(machine("docker-cgroup2-quota", tmp_path / "docker")).usable == 2
    assert cpu.probe(machine("gh200-slurm-cgroup1", tmp_path / "slurm")).usable == 2
    assert cpu.probe(machine("ubuntu-22.04-desktop", tmp_path / "desktop")).usable == 4
