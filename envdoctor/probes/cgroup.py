"""The control groups of this process: where their files lie, in version 1 and 2, in and out of containers.

Source: https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/index.html.
"""

from __future__ import annotations

import re

import msgspec

from envdoctor.facts import Unknown
from envdoctor.probes.reading import whole
from envdoctor.probes.system import System

UNLIMITED_BYTES = 1 << 60
"""Version 1 writes "no limit" as the greatest multiple of a page that fits; nothing of that size is a limit."""
USUAL = {
    # Controller: where it is mounted when /proc does not say.
    "cpu": ("/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu"),
    "memory": ("/sys/fs/cgroup/memory",),
}
DEEPEST = 32
"""Groups above a process that are looked at; real trees have below ten."""


class Mount(msgspec.Struct, frozen=True):
    """A place where a hierarchy of control groups is mounted."""

    root: str
    """The group that is seen at the mount point."""
    point: str
    unified: bool
    controllers: frozenset[str]


class Folder(msgspec.Struct, frozen=True):
    """A folder with the files of one control group."""

    path: str
    unified: bool


def cpu_quota(system: System) -> float | None | Unknown:
    """Return the CPUs' worth of time that the strictest group grants; None: no limit."""
    found = folders(system, "cpu")
    if isinstance(found, Unknown):
        return found
    return _least([_quota(system, folder) for folder in found])


def memory_limit(system: System) -> int | None | Unknown:
    """Return the strictest group's limit in bytes; None: no limit."""
    found = folders(system, "memory")
    if isinstance(found, Unknown):
        return found
    least = _least([limit for folder in found for limit in _limits(system, folder)])
    return least if least is None or isinstance(least, Unknown) else int(least)


def folders(system: System, controller: str) -> tuple[Folder, ...] | Unknown:
    """Return the folders of this process's group and of those above it, the innermost first.

    Empty: this system has no control groups. In a container the group may be visible as the mount
    point only, or under its path on the host, or not at all.
    """
    mountinfo, groups = system.read("/proc/self/mountinfo"), system.read("/proc/self/cgroup")
    if isinstance(mountinfo, Unknown) and isinstance(groups, Unknown):
        return groups
    mounts = mounts_of(mountinfo) if isinstance(mountinfo, str) else ()
    paths = paths_of(groups) if isinstance(groups, str) else {}
    fitting = [mount for mount in mounts if mount.unified or controller in mount.controllers]
    if not fitting:
        fitting = _usual(controller)
    return tuple(
        Folder(path, mount.unified)
        for mount in fitting
        for path in _upwards(system, mount, paths.get("" if mount.unified else controller, "/"))
    )


def mounts_of(mountinfo: str) -> tuple[Mount, ...]:
    """Understand /proc/self/mountinfo: the mounts of control groups in it."""
    found = []
    for line in mountinfo.split("\n"):
        before, mark, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")
        if not mark or len(fields) < 5 or kind[0] not in ("cgroup", "cgroup2"):  # noqa: PLR2004  # id … mount point
            continue
        controllers = frozenset(kind[-1].split(",")) if kind[0] == "cgroup" else frozenset[str]()
        found.append(Mount(unescape(fields[3]), unescape(fields[4]), kind[0] == "cgroup2", controllers))
    return tuple(found)


def paths_of(groups: str) -> dict[str, str]:
    """Understand /proc/self/cgroup: controller → path of the group; "" is the unified hierarchy."""
    found: dict[str, str] = {}
    for line in groups.split("\n"):
        parts = line.split(":", 2)
        if len(parts) == 3:  # noqa: PLR2004  # id, controllers, path
            found |= dict.fromkeys(parts[1].split(","), parts[2])
    return found


def unescape(field: str) -> str:
    r"""Undo the octal escapes of mountinfo ("\040" is a space)."""
    return re.sub(r"\\([0-3][0-7]{2})", lambda match: chr(int(match[1], 8)), field)


def _usual(controller: str) -> list[Mount]:
    old = [Mount("/", point, unified=False, controllers=frozenset({controller})) for point in USUAL[controller]]
    return [*old, Mount("/", "/sys/fs/cgroup", unified=True, controllers=frozenset())]


def _upwards(system: System, mount: Mount, path: str) -> list[str]:
    inside = [part for part in _below(path, mount.root).split("/") if part]
    if ".." in inside:  # the group lies outside of what this namespace shows
        inside = []
    steps = inside[:DEEPEST]
    point = mount.point.rstrip("/")
    found = ["/".join([point, *steps[:depth]]) for depth in range(len(steps), 0, -1)]
    # A container that was given its own group as the mount point still shows the host's path.
    return [folder for folder in found if system.exists(folder)] + [point]


def _below(path: str, root: str) -> str:
    root = root.rstrip("/")
    return path[len(root) :] if root and (path == root or path.startswith(f"{root}/")) else path


def _quota(system: System, folder: Folder) -> float | None | Unknown:
    if folder.unified:
        answer = system.read(f"{folder.path}/cpu.max")
        quota, _, period = answer.partition(" ") if isinstance(answer, str) else ("max", "", "")
    else:
        answer = system.read(f"{folder.path}/cpu.cfs_quota_us")
        quota = answer if isinstance(answer, str) else "-1"
        period = (system.text(f"{folder.path}/cpu.cfs_period_us") or "") if quota.strip() != "-1" else ""
    if isinstance(answer, Unknown):
        return answer
    granted, every = whole(quota), whole(period)
    if granted is None or every is None or granted <= 0 or every <= 0:
        return None
    return granted / every


def _limits(system: System, folder: Folder) -> list[float | None | Unknown]:
    if folder.unified:
        return [_bytes(system.read(f"{folder.path}/memory.max"))]
    # A limit of the groups above, which a container does not see, stands in the statistics.
    statistics = system.text(f"{folder.path}/memory.stat") or ""
    above = re.search(r"^hierarchical_memory_limit (\d+)$", statistics, re.MULTILINE)
    return [_bytes(system.read(f"{folder.path}/memory.limit_in_bytes")), _bytes(above[1] if above else None)]


def _bytes(answer: str | None | Unknown) -> float | None | Unknown:
    if answer is None or isinstance(answer, Unknown):
        return answer
    limit = whole(answer)
    return limit if limit is not None and 0 <= limit < UNLIMITED_BYTES else None


def _least(answers: list[float | None | Unknown]) -> float | None | Unknown:
    known = [answer for answer in answers if isinstance(answer, int | float)]
    if known:
        return min(known)
    return next((answer for answer in answers if isinstance(answer, Unknown)), None)
