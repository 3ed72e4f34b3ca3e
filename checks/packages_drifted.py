from collections.abc import Iterator

from envdoctor.facts import Drift
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.drift import drifted


@check("PRJ102", Severity.WARNING, cause="drifted")
def packages_drifted(drift: tuple[Drift, ...] | None) -> Iterator[Finding]:
    """Packages are not those that were locked.

    Libraries of NVIDIA, Triton and NumPy change kernels and numbers; others change what a project calls. Facts
    that change by themselves (load, temperature, free room) do not count. The severity is that of the
    weightiest difference.

    How to mend it: build the locked environment again (`envdoctor setup DIR --from LOCK`). If the change is
    meant, lock the machine again.

    Source: `envdoctor diff --weights` prints the weight of each fact, and the reason.
    """
    yield from drifted(
        drift,
        ("packages", "torchvision", "torchaudio"),
        "packages",
        "Build the locked environment again (`envdoctor setup DIR --from LOCK`).",
    )
