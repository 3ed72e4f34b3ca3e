from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check(
    "SYS052",
    Severity.ERROR,
    cause="limits",
    because_of=(
        "RUN052",
        "SYS055",
    ),
)
def host_memory_exhausted(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Main memory, or the limit on it, ended the run.

    Each worker of a DataLoader is a process with a copy of what it touches; a control group (container, Slurm,
    notebook server) grants less than the machine has. The kernel then kills a process without a word of its
    own: exit code 137, signal 9, "Killed".

    How to mend it: use fewer workers and smaller pieces, or ask for more memory.

    Source: https://pytorch.org/docs/stable/data.html (memory of worker processes);
    https://docs.kernel.org/admin-guide/cgroup-v2.html#memory.
    """
    found = told(messages, "host-memory-out", "address-space", "locked-memory")
    if found is None:
        return
    yield Finding(
        what=f"Main memory or the limit on it is too small for the run: {found.quote}.",
        why="The kernel refuses memory, or kills a process that takes more than it may.",
        fix=Fix(
            "Use fewer workers (num_workers), keep data in NumPy arrays or memory-mapped files instead of "
            "Python lists, read in pieces; or ask for more memory (docker run --memory, Slurm --mem, the "
            "pod's limits).",
            (
                "cat /sys/fs/cgroup/memory.max",
                "ulimit -a",
                "free -g",
            ),
        ),
        verify="free -g",
        confidence=found.confidence,
        evidence=found.evidence,
    )
