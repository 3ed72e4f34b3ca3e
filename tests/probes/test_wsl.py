from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.probes import wsl
from tests.systems import system

CUDA = "/usr/lib/x86_64-linux-gnu/libcuda.so.1"


def release(text: str) -> dict[str, str]:
    return {"/proc/sys/kernel/osrelease": f"{text}\n"}


@pytest.mark.parametrize(
    ("files", "environment", "version"),
    [
        pytest.param(release("4.4.0-19041-Microsoft"), {}, 1, id="WSL 1"),
        pytest.param({"/proc/version": "Linux version 4.4.0-17763-Microsoft (x) #1\n"}, {}, 1, id="WSL 1, old"),
        pytest.param(release("5.15.153.1-microsoft-standard-WSL2"), {}, 2, id="WSL 2"),
        pytest.param(release("4.19.104-microsoft-standard"), {}, 2, id="WSL 2, old"),
        pytest.param(release("6.6.36-me-WSL2+"), {}, 2, id="a kernel of one's own"),
        pytest.param({**release("6.9.0-me"), "/dev/dxg": ""}, {"WSL_DISTRO_NAME": "Ubuntu"}, 2, id="under any name"),
        pytest.param(release("5.15.0-1064-azure"), {}, None, id="a kernel for Azure"),
        pytest.param(
            {**release("6.6.57.1-7.azl3"), "/proc/version": "Linux version 6.6.57.1-7.azl3 (x@microsoft.com) #1\n"},
            {},
            None,
            id="Azure's own Linux names Microsoft",
        ),
        pytest.param(release("6.8.0-45-generic"), {}, None, id="Ubuntu"),
        pytest.param(release("6.8.0-45-generic"), {"WSL_DISTRO_NAME": "Ubuntu"}, None, id="a variable alone"),
        pytest.param({**release("6.8.0-45-generic"), "/dev/dxg": ""}, {}, None, id="a device alone"),
        pytest.param({}, {}, None, id="no /proc"),
        pytest.param({"/proc/version": "Linux version"}, {}, None, id="half a line"),
    ],
)
def test_version(files: dict[str, str], environment: dict[str, str], version: int | None, tmp_path: Path) -> None:
    assert wsl.version(system(tmp_path, files, environment=environment)) == version


@pytest.mark.parametrize(
    ("files", "links", "found"),
    [
        pytest.param({CUDA: ""}, {}, CUDA, id="a driver's file"),
        pytest.param({}, {CUDA: "libcuda.so.535"}, None, id="a link to nothing"),
        pytest.param(
            {"/usr/lib/wsl/lib/libcuda.so.1": ""},
            {CUDA: "../wsl/lib/libcuda.so.1"},
            None,
            id="a link into WSL's folder",
        ),
        pytest.param({"/usr/lib/wsl/lib/libcuda.so.1": ""}, {}, None, id="WSL's own"),
        pytest.param({"/usr/lib64/libcuda.so.1": ""}, {}, "/usr/lib64/libcuda.so.1", id="Fedora's place"),
    ],
)
def test_linux_driver(files: dict[str, str], links: dict[str, str], found: str | None, tmp_path: Path) -> None:
    assert wsl.linux_driver(system(tmp_path, files, links=links)) == found
