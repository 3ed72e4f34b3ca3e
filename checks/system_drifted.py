from collections.abc import Iterator

from envdoctor.facts import Drift
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.drift import drifted


@check("PRJ106", Severity.WARNING, cause="drifted")
def system_drifted(drift: tuple[Drift, ...] | None) -> Iterator[Finding]:
    """The system, its limits or its compilers are not as they were locked.

    Processor, memory, container limits and the C library change speed and the last digits; compilers change
    what is built. Facts that change by themselves (load, temperature, free room) do not count. The severity is
    that of the weightiest difference.

    How to mend it: run on a machine of the locked kind, or give the container the same limits. If the change is
    meant, lock the machine again.

    Source: `envdoctor diff --weights` prints the weight of each fact, and the reason.
    """
    yield from drifted(
        drift,
        ("host", "cpu", "memory", "shm", "disks", "limits", "platform", "toolkits", "compilers", "cudnn"),
        "the system",
        "Run on a machine of the locked kind, or give the container the same limits.",
    )
