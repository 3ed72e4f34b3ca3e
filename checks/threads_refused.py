from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("SYS053", Severity.ERROR, cause="limits")
def threads_refused(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The system refuses another thread or process.

    OpenMP, BLAS and the workers of a DataLoader start threads by the number of cores. On large machines and in
    containers this meets the limit on processes (ulimit -u, pids.max), and a library ends the program.

    How to mend it: let each process start fewer threads, or raise the limit.

    Source: https://man7.org/linux/man-pages/man3/pthread_create.3.html (EAGAIN);
    https://docs.kernel.org/admin-guide/cgroup-v2.html#pid.
    """
    found = told(messages, "threads-refused")
    if found is None:
        return
    yield Finding(
        what=f"The system refuses more threads or processes: {found.quote}.",
        why="The number of threads of all processes together meets the user's or the container's limit.",
        fix=Fix(
            "Let each process start fewer threads, use fewer workers, or raise the limit on processes.",
            (
                "export OMP_NUM_THREADS=4",
                "ulimit -u",
                "cat /sys/fs/cgroup/pids.max",
            ),
        ),
        verify="ulimit -u",
        confidence=found.confidence,
        evidence=found.evidence,
    )
