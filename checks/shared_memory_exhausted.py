from collections.abc import Iterator

from envdoctor.facts import Message, Platform, SharedMemory, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of
from envdoctor.rules.told import told

PLENTY = 16 * 2**30
"""With so much of it free the message names the wrong culprit."""


@check("SYS054", Severity.ERROR, cause="shm-too-small")
def shared_memory_exhausted(
    messages: tuple[Message, ...], platform: Platform | Unknown, shm: SharedMemory | None | Unknown
) -> Iterator[Finding]:
    """The shared memory folder is too small for the run.

    Workers of a DataLoader hand batches over through /dev/shm, and NCCL exchanges gradients through it. A
    container has 64 MiB there unless told otherwise; a full one ends with a bus error in a worker or "No space
    left on device" in NCCL. Files that a killed run left behind fill it too.

    How to mend it: start the container with more of it; remove stale files; use fewer workers.

    Source: https://github.com/pytorch/pytorch/blob/main/README.md (docker image);
    https://docs.docker.com/reference/cli/docker/container/run/ (--shm-size).
    """
    kind = container_of(platform)
    clear = told(messages, "shm-short")
    guess = told(messages, "bus-error", "shm-object-missing") if kind or told(messages, "shm-option") else None
    found = clear or guess
    if found is None or (isinstance(shm, SharedMemory) and isinstance(shm.free_bytes, int) and shm.free_bytes > PLENTY):
        return
    yield Finding(
        what=f"Shared memory is too small for the run: {found.quote}.",
        why="Workers and NCCL exchange data through /dev/shm, which in a container has 64 MiB unless told otherwise.",
        fix=_fix(kind),
        verify="df -h /dev/shm",
        confidence=found.confidence if clear else "likely",
        evidence=found.evidence | ({"platform.container": kind} if kind else {}),
    )


def _fix(kind: str | None) -> Fix:
    rest = " Or use fewer workers; NCCL_SHM_DISABLE=1 keeps NCCL out of it."
    if kind == "kubernetes":
        return Fix(
            "Mount an emptyDir with medium Memory (and a sizeLimit) at /dev/shm of the pod." + rest,
            ("df -h /dev/shm",),
        )
    return Fix(
        "Start the container with --shm-size=8g or --ipc=host (Compose: shm_size: 8gb), remove stale files there that "
        "belong to no run, and on a machine without containers enlarge the file system." + rest,
        (
            "df -h /dev/shm",
            "ls -l /dev/shm",
            "docker run --gpus all --shm-size=8g IMAGE",
            "sudo mount -o remount,size=16g /dev/shm",
        ),
        Risk.NEEDS_ROOT,
    )
