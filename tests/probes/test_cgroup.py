from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import Unknown
from envdoctor.probes import cgroup
from tests.systems import GIB, system

V2 = "35 24 0:29 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
HUGE = "9223372036854771712\n"


def v2(path: str, **files: str) -> dict[str, str]:
    return {
        "/proc/self/cgroup": f"0::{path}\n",
        "/proc/self/mountinfo": V2,
        **{f"/sys/fs/cgroup{name}": text for name, text in files.items()},
    }


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        pytest.param(v2("/a/b", **{"/a/b/cpu.max": "max 100000\n", "/a/cpu.max": "50000 100000\n"}), 0.5, id="above"),
        pytest.param(
            v2("/a/b", **{"/a/b/cpu.max": "400000 100000\n", "/a/cpu.max": "300000 100000\n"}), 3.0, id="the strictest"
        ),
        pytest.param(v2("/a/b", **{"/a/b/cpu.max": "150000 100000\n", "/a/cpu.max": "max\n"}), 1.5, id="own"),
        pytest.param(v2("/gone", **{"/cpu.max": "200000 100000\n"}), 2.0, id="the host's path in a container"),
        pytest.param(v2("/../../x", **{"/cpu.max": "200000 100000\n"}), 2.0, id="outside of the namespace"),
        pytest.param(
            {**v2("/../../x", **{"/cgroup.procs": ""}), "/sys/x/cpu.max": "50000 100000\n"},
            None,
            id="a path that leads out of the mount",
        ),
        pytest.param({"/sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2.0, id="no /proc, the usual place"),
        pytest.param(
            {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"},
            0.5,
            id="no /proc, the usual place of version 1",
        ),
        pytest.param(v2("/a", **{"/a/cpu.max": "max 100000\n"}), None, id="no limit"),
        pytest.param(v2("/a", **{"/a/cpu.max": "\xff\x00 junk"}), None, id="rubbish"),
        pytest.param(v2("/a", **{"/a/cpu.max": "100000 0\n"}), None, id="a period of nothing"),
        pytest.param(v2("/"), None, id="the root group has no such file"),
        pytest.param({}, None, id="no control groups"),
    ],
)
def test_cpu_quota(files: dict[str, str], quota: float | None, tmp_path: Path) -> None:
    assert cgroup.cpu_quota(system(tmp_path, files)) == quota


def v1(path: str, root: str, **files: str) -> dict[str, str]:
    return {
        "/proc/self/cgroup": f"3:memory:{path}\n0::/\n",
        "/proc/self/mountinfo": f"36 25 0:32 {root} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
        **{f"/sys/fs/cgroup/memory{name}": text for name, text in files.items()},
    }


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        pytest.param(v1("/d/x", "/d/x", **{"/memory.limit_in_bytes": f"{GIB}\n"}), GIB, id="its own group as root"),
        pytest.param(v1("/d/x", "/", **{"/d/x/memory.limit_in_bytes": f"{GIB}\n"}), GIB, id="on the host"),
        pytest.param(v1("/d/x", "/d", **{"/x/memory.limit_in_bytes": f"{GIB}\n"}), GIB, id="below its root"),
        pytest.param(
            v1("/d/x", "/", **{"/d/x/memory.limit_in_bytes": HUGE, "/d/memory.limit_in_bytes": "4096"}),
            4096,
            id="above",
        ),
        pytest.param(
            v1("/", "/", **{"/memory.limit_in_bytes": HUGE, "/memory.stat": "rss 0\nhierarchical_memory_limit 8192\n"}),
            8192,
            id="above, out of sight",
        ),
        pytest.param(v1("/", "/", **{"/memory.limit_in_bytes": HUGE}), None, id="no limit"),
        pytest.param(v1("/", "/", **{"/memory.limit_in_bytes": "-1"}), None, id="below nothing"),
        pytest.param(v1("/", "/", **{"/memory.limit_in_bytes": "9" * 5000}), None, id="a number of 5000 digits"),
        pytest.param(v2("/a", **{"/a/memory.max": "max\n", "/memory.max": f"{2 * GIB}\n"}), 2 * GIB, id="version 2"),
        pytest.param(v2("/a", **{"/a/memory.max": "max\n"}), None, id="version 2 without limit"),
    ],
)
def test_memory_limit(files: dict[str, str], limit: int | None, tmp_path: Path) -> None:
    assert cgroup.memory_limit(system(tmp_path, files)) == limit


def test_a_file_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    machine = system(tmp_path, v2("/a"), folders=("/sys/fs/cgroup/a/memory.max/",))

    assert isinstance(cgroup.memory_limit(machine), Unknown)


def test_a_known_limit_counts_even_if_another_is_unknown(tmp_path: Path) -> None:
    machine = system(tmp_path, v2("/a", **{"/memory.max": "4096\n"}), folders=("/sys/fs/cgroup/a/memory.max/",))

    assert cgroup.memory_limit(machine) == 4096


def test_mount_points_with_spaces() -> None:
    [mount] = cgroup.mounts_of("1 2 0:3 / /mnt/my\\040groups rw shared:1 - cgroup2 none rw\n")

    assert mount.point == "/mnt/my groups"


def test_controllers_that_share_a_hierarchy() -> None:
    assert cgroup.paths_of("4:cpu,cpuacct:/a:b\n1:name=systemd:/c\nrubbish\n") == {
        "cpu": "/a:b",
        "cpuacct": "/a:b",
        "name=systemd": "/c",
    }


def test_a_path_without_end_is_cut(tmp_path: Path) -> None:
    found = cgroup.folders(system(tmp_path, v2("/a" * 100_000)), "memory")

    assert found == (cgroup.Folder("/sys/fs/cgroup", unified=True),)
