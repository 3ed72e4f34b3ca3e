from collections.abc import Iterator

from envdoctor.facts import Host, Platform, SharedMemory
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of

FOLDER = "/dev/shm"  # noqa: S108  # the name of the thing, not a place to write
MIB = 2**20
SMALL_BYTES = 128 * MIB
"""Docker, Podman and containerd give 64 MiB. One batch of 128 images 3x224x224 in fp32 takes 73.5 MiB, and each worker
of a DataLoader keeps two ready: below 128 MiB not even one worker of such a run has room."""
FULL_BYTES = 64 * MIB
ADVICE = {
    "docker": Fix(
        "Start the container anew with --shm-size=8g, or with --ipc=host on a machine of your own. Until then: "
        "num_workers=0.",
        ("docker run --shm-size=8g --gpus all …",),
    ),
    "podman": Fix("Start the container anew with --shm-size=8g. Until then: num_workers=0."),
    "kubernetes": Fix(
        "Mount a volume of kind emptyDir with medium: Memory at /dev/shm in the pod. Until then: num_workers=0."
    ),
}


@check("SYS001", Severity.WARNING, cause="shm-too-small")
def shm_too_small(shm: SharedMemory | None, platform: Platform, host: Host) -> Iterator[Finding]:
    """`/dev/shm` has too little room for DataLoader workers.

    Workers of a DataLoader hand their batches over through `/dev/shm`, NCCL its messages between GPUs. Where it
    is too small or full, a worker dies of a bus error ("insufficient shared memory") or NCCL reports "No
    space left on device"; with num_workers=0 all works. A container gets 64 MiB unless asked.

    How to mend it: start the container with a larger one; remove what dead runs left behind.

    Source: https://docs.docker.com/reference/cli/docker/container/run/ (--shm-size);
    https://github.com/pytorch/pytorch#docker-image.
    """
    if shm is None or host.os != "linux" or not isinstance(shm.total_bytes, int):
        return
    total, free, kind = shm.total_bytes, shm.free_bytes, container_of(platform)
    if total < SMALL_BYTES:
        yield Finding(
            what=f"{FOLDER} has {total / MIB:.0f} MiB" + (f" in this container ({kind})." if kind else "."),
            why="DataLoader workers hand batches over through it; the first larger one kills them with a bus error.",
            fix=ADVICE.get(kind, _other()) if kind else _remount(),
            evidence={"shm.total_bytes": total},
        )
    elif isinstance(free, int) and free < FULL_BYTES:
        yield Finding(
            what=f"{FOLDER} is full: {free / MIB:.0f} MiB of {total / MIB:.0f} MiB are free.",
            why="DataLoader workers and NCCL find no room in it. Runs that were killed leave their segments behind.",
            fix=Fix(
                "See what lies there, and remove what belongs to no running process (nccl-*, torch_*).",
                ("ls -lhS /dev/shm | head", "df -h /dev/shm"),
            ),
            evidence={"shm.total_bytes": total, "shm.free_bytes": free},
        )


def _other() -> Fix:
    return Fix("Give the container a larger /dev/shm. Until then: num_workers=0.")


def _remount() -> Fix:
    return Fix("Make it larger until the next start.", ("sudo mount -o remount,size=50% /dev/shm",), Risk.NEEDS_ROOT)
