from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import complained


@check("RUN076", Severity.WARNING, cause="cpu-threads-oversubscribed", because_of=("SYS002",))
def threads_unfit_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The number of threads does not fit the CPUs, by what its reporter sees.

    PyTorch takes as many threads as the machine has cores, also where a container may use two of them, and each
    process does so. Threads beyond the CPUs wait for each other at every operator; a single one leaves CPUs idle.

    How to mend it: OMP_NUM_THREADS or torch.set_num_threads: usable CPUs, divided by the processes.

    Source: https://docs.pytorch.org/docs/stable/notes/cpu_threading_torchscript_inference.html (tuning the number).
    """
    found = complained(messages, "cpu-threads-oversubscribed")
    if found is None:
        return
    yield Finding(
        what=f"The number of threads does not fit the CPUs: {found.quote}.",
        why="Threads beyond the usable CPUs wait for each other at every operator; one thread leaves CPUs idle.",
        fix=Fix(
            "Set the number to the CPUs that this process may use, divided by the processes that run beside "
            "each other; measure a few numbers.",
            ("export OMP_NUM_THREADS=4",),
        ),
        verify='python -c "import os, torch; print(torch.get_num_threads(), len(os.sched_getaffinity(0)))"',
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
