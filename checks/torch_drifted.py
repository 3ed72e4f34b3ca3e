from collections.abc import Iterator

from envdoctor.facts import Drift
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.drift import drifted


@check("PRJ101", Severity.ERROR, cause="drifted")
def torch_drifted(drift: tuple[Drift, ...] | None) -> Iterator[Finding]:
    """PyTorch is not the one that was locked, or does not run as it did.

    Another version, build or set of devices computes other numbers at another speed. Facts that change by
    themselves (load, temperature, free room) do not count. The severity is that of the weightiest difference.

    How to mend it: build the locked environment again (`envdoctor setup DIR --from LOCK`). If the change is
    meant, lock the machine again.

    Source: `envdoctor diff --weights` prints the weight of each fact, and the reason.
    """
    yield from drifted(
        drift,
        ("torch", "torch_run"),
        "PyTorch",
        "Build the locked environment again (`envdoctor setup DIR --from LOCK`).",
    )
