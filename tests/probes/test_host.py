from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import Host, Unknown
from envdoctor.probes import host
from envdoctor.probes.command import Output
from envdoctor.probes.system import System, this_system
from tests.systems import answering, still, system

WINDOWS = {"ProductName": "Windows 10 Pro", "DisplayVersion": "23H2", "CurrentBuildNumber": "22631"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param('PRETTY_NAME="Ubuntu 22.04.5 LTS"\n', "Ubuntu 22.04.5 LTS", id="usual"),
        pytest.param("PRETTY_NAME='Arch Linux'\n", "Arch Linux", id="single quotes"),
        pytest.param("NAME=Fedora\nVERSION=40\n", "Fedora 40", id="no pretty name"),
        pytest.param('PRETTY_NAME="a \\"b\\" \\$c"\n', 'a "b" $c', id="escapes"),
        pytest.param("# PRETTY_NAME=no\n", None, id="a comment"),
        pytest.param("", None, id="empty"),
        pytest.param('PRETTY_NAME=""\nNAME="Void"\n', "Void", id="empty pretty name"),
        pytest.param('PRETTY_NAME="\n', '"', id="half a quote"),
    ],
)
def test_name_of(text: str, name: str | None) -> None:
    assert host.name_of(text) == name


def test_the_second_place_of_os_release(tmp_path: Path) -> None:
    machine = system(tmp_path, {"/usr/lib/os-release": "PRETTY_NAME=NixOS\n"})

    assert host.probe(machine).name == "NixOS"


def test_no_os_release_is_no_name(tmp_path: Path) -> None:
    assert host.probe(system(tmp_path)).name is None


def test_an_unreadable_os_release_is_unknown(tmp_path: Path) -> None:
    machine = system(tmp_path, folders=("/etc/os-release/",))

    assert isinstance(host.probe(machine).name, Unknown)


@pytest.mark.parametrize(
    ("called", "arch"), [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("arm64", "aarch64"), ("ppc64le", "ppc64le")]
)
def test_architectures_have_one_name(called: str, arch: str, tmp_path: Path) -> None:
    assert host.probe(system(tmp_path, calls=still(uname=("6.1", called)))).arch == arch


def test_glibc_answers_for_itself_even_if_musl_is_installed_beside_it(tmp_path: Path) -> None:
    found = host.probe(system(tmp_path, {"/lib/ld-musl-x86_64.so.1": ""}, calls=still(libc="glibc 2.31")))

    assert (found.libc, found.libc_version) == ("glibc", "2.31")


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        pytest.param(Output(1, "", "musl libc (aarch64)\nVersion 1.2.4_git20230717\n"), "1.2.4", id="a git build"),
        pytest.param(Output(127, "", "not found"), Unknown("musl's loader does not tell its version"), id="no answer"),
        pytest.param(None, Unknown("musl's loader does not start"), id="not there"),
        pytest.param(Unknown("slow"), Unknown("slow"), id="timed out"),
    ],
)
def test_musl_version(answer: Output | None | Unknown, version: str | Unknown) -> None:
    assert host.musl_version(answer) == version


def test_a_c_library_that_nobody_knows_is_unknown(tmp_path: Path) -> None:
    found = host.probe(system(tmp_path, calls=still(libc=None)))

    assert isinstance(found.libc, Unknown)
    assert isinstance(found.libc_version, Unknown)


@pytest.mark.parametrize(
    ("registry", "name", "version"),
    [
        pytest.param(WINDOWS, "Windows 11 Pro 23H2", "10.0.22631", id="11 calls itself 10"),
        pytest.param({**WINDOWS, "CurrentBuildNumber": "19045"}, "Windows 10 Pro 23H2", "10.0.19045", id="10"),
        pytest.param(
            {"ProductName": "Windows Server 2022 Datacenter", "CurrentBuildNumber": "20348"},
            "Windows Server 2022 Datacenter",
            "10.0.20348",
            id="a server",
        ),
        pytest.param({}, "Windows", None, id="a registry that does not answer"),
    ],
)
def test_windows(registry: dict[str, str], name: str, version: str | None) -> None:
    machine = System(os="windows", calls=still(uname=("", "AMD64"), registry=registry))

    assert host.probe(machine) == Host("windows", name, version, "x86_64", None, None)


def test_macos_has_no_choice_of_c_library() -> None:
    machine = System(os="darwin", run=answering({}), calls=still(uname=("23.5.0", "arm64")))

    assert host.probe(machine) == Host("darwin", "macOS", "23.5.0", "aarch64", None, None)


def test_this_machine_has_all_of_it() -> None:
    found = host.probe(this_system())

    assert not any(isinstance(value, Unknown) for value in (found.name, found.kernel, found.arch, found.libc))
