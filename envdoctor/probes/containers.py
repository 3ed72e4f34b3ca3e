"""Which kind of container this is, if it is one.

Sources: systemd, src/basic/virt.c and https://systemd.io/CONTAINER_INTERFACE (`container`,
/run/systemd/container); Apptainer user guide (its variables); Kubernetes, "Service" (its variables).
"""

from __future__ import annotations

import msgspec

from envdoctor.probes.cgroup import unescape
from envdoctor.probes.system import System

KINDS = frozenset({"docker", "podman", "lxc", "lxc-libvirt", "systemd-nspawn", "oci", "rkt", "flatpak", "containerd"})
"""Words of `container` and /run/systemd/container that are believed. WSL writes its name there, too."""
FILES = (
    ("apptainer", "/.singularity.d"),
    ("kubernetes", "/var/run/secrets/kubernetes.io"),
    ("podman", "/run/.containerenv"),
    ("docker", "/.dockerenv"),
    ("flatpak", "/.flatpak-info"),
    ("lxc", "/dev/lxd"),
    ("lxc", "/dev/incus"),
)
PATTERNS = (
    # Kind, and what its groups, layers or bound files contain. The first that fits wins.
    ("kubernetes", ("kubepods", "/var/lib/kubelet/pods/")),
    ("podman", ("/libpod-", "/libpod_parent", "/containers/storage/overlay")),
    (
        "docker",
        ("/docker/", "/docker-", "/var/lib/docker/", "/ecs/", "/actions_job/", "/buildkit/", "/var/lib/buildkit"),
    ),
    ("containerd", ("io.containerd",)),
    ("lxc", ("/lxc/", "/lxc.payload", "/lxc.monitor")),
    ("systemd-nspawn", ("/machine.slice/systemd-nspawn", "/machine.slice/machine-")),
)
OWN_MOUNTS = frozenset({"/", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"})
"""What an engine mounts for a container. The host shows mounts of all its containers, elsewhere."""


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """What a system shows of being a container."""

    variables: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    """What `container` and /run/systemd/container say."""
    files: tuple[str, ...] = ()
    """Kinds whose file is there."""
    groups: str = ""
    """/proc/1/cgroup and /proc/self/cgroup."""
    mountinfo: str = ""


def probe(system: System) -> str | None:
    """Return the kind of container; None: no sign of one."""
    return judge(ask(system)) if system.os == "linux" else None


def ask(system: System) -> Signs:
    """Look at variables, tell-tale files, control groups and mounts."""
    return Signs(
        variables=frozenset(system.environment),
        words=tuple(filter(None, (system.environment.get("container"), system.text("/run/systemd/container")))),
        files=tuple(kind for kind, path in FILES if system.exists(path)),
        groups="\n".join(filter(None, (system.text("/proc/1/cgroup"), system.text("/proc/self/cgroup")))),
        mountinfo=system.text("/proc/self/mountinfo") or "",
    )


def judge(signs: Signs) -> str | None:
    """Name the container by its signs, the outermost manager first: a pod's container is Kubernetes', not Docker's."""
    patterned = _by_pattern(signs)
    if "KUBERNETES_SERVICE_HOST" in signs.variables or "kubernetes" in (*signs.files, patterned):
        return "kubernetes"
    if {"APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"} & signs.variables or "apptainer" in signs.files:
        return "apptainer"
    said = next((word for word in signs.words if word in KINDS), None)
    return next((kind for kind in (*signs.files, patterned) if kind), None) or said or _lxcfs(signs.mountinfo)


def _by_pattern(signs: Signs) -> str | None:
    own = "\n".join(line for line in signs.mountinfo.split("\n") if _point(line) in OWN_MOUNTS)
    text = f"{signs.groups}\n{own}"
    return next((kind for kind, patterns in PATTERNS if any(pattern in text for pattern in patterns)), None)


def _lxcfs(mountinfo: str) -> str | None:
    # LXC's own /proc files; on an LXC host the same file system is mounted below /var/lib only.
    mounted = any("fuse.lxcfs" in line and _point(line).startswith("/proc/") for line in mountinfo.split("\n"))
    return "lxc" if mounted else None


def _point(line: str) -> str:
    parts = line.split(" ", 5)
    return unescape(parts[4]) if len(parts) > 5 else ""  # noqa: PLR2004  # id parent device root point …
