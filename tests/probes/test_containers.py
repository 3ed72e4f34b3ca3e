from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.probes import containers
from envdoctor.probes.system import System
from tests.systems import system

ROOT_OVERLAY = "10 9 0:5 / / rw,relatime - overlay overlay rw,lowerdir={}\n"
HEX = "4f0c" * 16


def groups(path: str) -> dict[str, str]:
    return {"/proc/1/cgroup": f"0::{path}\n"}


def mounts(text: str) -> dict[str, str]:
    return {"/proc/self/mountinfo": text}


@pytest.mark.parametrize(
    ("files", "environment", "kind"),
    [
        pytest.param({"/.dockerenv": ""}, {}, "docker", id="Docker's file alone"),
        pytest.param({"/.dockerenv": "", "/proc/self/cgroup": "1:cpu:/\n"}, {}, "docker", id="Docker, groups hidden"),
        pytest.param(groups(f"/docker/{HEX}"), {}, "docker", id="Docker's group"),
        pytest.param(groups(f"/system.slice/docker-{HEX}.scope"), {}, "docker", id="Docker under systemd"),
        pytest.param(mounts(ROOT_OVERLAY.format("/var/lib/docker/overlay2/l/A")), {}, "docker", id="Docker's layers"),
        pytest.param(
            mounts("20 10 8:1 /var/lib/docker/containers/4f0c/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n"),
            {},
            "docker",
            id="Docker's files",
        ),
        pytest.param({"/run/.containerenv": 'engine="podman-4.9.3"\n'}, {}, "podman", id="Podman's file"),
        pytest.param(groups(f"/user.slice/libpod-{HEX}.scope"), {}, "podman", id="Podman's group"),
        pytest.param({}, {"container": "podman"}, "podman", id="Podman's variable"),
        pytest.param({}, {"KUBERNETES_SERVICE_HOST": "10.96.0.1"}, "kubernetes", id="Kubernetes' variable"),
        pytest.param({"/.dockerenv": "", **groups("/kubepods/pod1/x")}, {}, "kubernetes", id="a pod run by Docker"),
        pytest.param(groups("/kubepods.slice/kubepods-pod1.slice/x"), {}, "kubernetes", id="a pod under systemd"),
        pytest.param(
            mounts("20 10 8:1 /var/lib/kubelet/pods/1/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw\n"),
            {},
            "kubernetes",
            id="a pod's files",
        ),
        pytest.param({}, {"APPTAINER_CONTAINER": "/sw/torch.sif"}, "apptainer", id="Apptainer"),
        pytest.param({}, {"SINGULARITY_CONTAINER": "/sw/torch.sif"}, "apptainer", id="Singularity"),
        pytest.param({"/.singularity.d/runscript": ""}, {}, "apptainer", id="Apptainer without variables"),
        pytest.param(groups("/lxc/gpu"), {}, "lxc", id="LXC's group"),
        pytest.param({"/run/systemd/container": "lxc\n"}, {}, "lxc", id="LXC with systemd"),
        pytest.param(
            mounts("20 10 0:50 /proc/cpuinfo /proc/cpuinfo rw - fuse.lxcfs lxcfs rw\n"), {}, "lxc", id="lxcfs"
        ),
        pytest.param({"/run/systemd/container": "systemd-nspawn\n"}, {}, "systemd-nspawn", id="nspawn"),
        pytest.param(
            mounts(ROOT_OVERLAY.format("/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs")),
            {},
            "containerd",
            id="containerd",
        ),
    ],
)
def test_names_the_container(files: dict[str, str], environment: dict[str, str], kind: str, tmp_path: Path) -> None:
    assert containers.probe(system(tmp_path, files, environment=environment)) == kind


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param(groups("/init.scope"), {}, id="a host"),
        pytest.param(groups("/system.slice/docker.service"), {}, id="Docker's own daemon"),
        pytest.param(
            mounts(
                "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                "90 1 0:50 / /var/lib/docker/overlay2/4f/merged rw - overlay overlay rw,lowerdir=/var/lib/docker/l\n"
            ),
            {},
            id="a host of Docker containers",
        ),
        pytest.param(
            mounts("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n90 1 0:50 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw\n"),
            {},
            id="a host of LXC containers",
        ),
        pytest.param(mounts("1 0 0:30 / / rw - overlay overlay rw,lowerdir=/rofs\n"), {}, id="a live CD"),
        pytest.param({"/run/systemd/container": "wsl\n"}, {}, id="WSL with systemd"),
        pytest.param({}, {"container": "my-favourite-one"}, id="a variable of the user's"),
        pytest.param({}, {"container": ""}, id="an empty variable"),
        pytest.param(mounts("\x00\xff - - - \n / \n"), {}, id="rubbish"),
    ],
)
def test_stays_silent(files: dict[str, str], environment: dict[str, str], tmp_path: Path) -> None:
    assert containers.probe(system(tmp_path, files, environment=environment)) is None


def test_macos_and_windows_are_none() -> None:
    assert containers.probe(System(os="darwin", environment={"container": "docker"})) is None
