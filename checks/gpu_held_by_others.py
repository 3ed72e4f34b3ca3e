from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("GPU054", Severity.ERROR, cause="gpu-busy", because_of=("GPU051", "GPU053"))
def gpu_held_by_others(
    messages: tuple[Message, ...],
) -> Iterator[Finding]:
    """Other processes hold the memory of the GPU.

    PyTorch lists what the processes on the card hold when its own request fails. Where another one holds most
    of it, no setting of this run helps: a notebook that is still open, a job that was not ended, another user,
    or a desktop's programs.

    How to mend it: end the process that holds it, wait, or use another GPU.

    Source: c10/cuda/CUDACachingAllocator.cpp (the message of torch.OutOfMemoryError).
    """
    found = told(messages, "gpu-taken")
    if found is None:
        return
    pid, own = found.value("pid"), _bytes(found.value("own"))
    taken = _bytes(found.value("taken"))
    if taken is not None and own is not None and taken < own:
        return
    yield Finding(
        what=f"The memory of the GPU is held by another process: {found.quote}.",
        why="What is left is too little for this run, however it is set.",
        fix=Fix(
            f"See what {f'process {pid}' if pid else 'holds it'} is and end it if it is yours (an open notebook, a run "
            "that was not ended), wait, or choose another GPU with CUDA_VISIBLE_DEVICES.",
            ("nvidia-smi --query-compute-apps=gpu_uuid,pid,name,used_memory --format=csv",),
        ),
        verify="nvidia-smi",
        confidence=found.confidence,
        evidence=found.evidence,
    )


def _bytes(text: str | None) -> float | None:
    """Read "20.10 GiB"."""
    if text is None:
        return None
    number, _, unit = text.partition(" ")
    return float(number) * {"GiB": 2**30, "MiB": 2**20}.get(unit, 1)
