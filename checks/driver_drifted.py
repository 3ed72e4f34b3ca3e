from collections.abc import Iterator

from envdoctor.facts import Drift
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.drift import drifted


@check("PRJ105", Severity.ERROR, cause="drifted")
def driver_drifted(drift: tuple[Drift, ...] | None) -> Iterator[Finding]:
    """The NVIDIA driver is not the one that was locked.

    It compiles and starts kernels, and decides which CUDA runs. Facts that change by themselves (load,
    temperature, free room) do not count. The severity is that of the weightiest difference.

    How to mend it: install the locked driver, or see whether results and speed are still the same. If the
    change is meant, lock the machine again.

    Source: `envdoctor diff --weights` prints the weight of each fact, and the reason.
    """
    yield from drifted(
        drift,
        ("driver",),
        "the NVIDIA driver",
        "Install the locked driver, or see whether results and speed are still the same.",
    )
