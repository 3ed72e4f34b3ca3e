from collections.abc import Iterator

from envdoctor.facts import Drift
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.drift import drifted


@check("PRJ103", Severity.WARNING, cause="drifted")
def python_drifted(drift: tuple[Drift, ...] | None) -> Iterator[Finding]:
    """The examined Python is not the one that was locked.

    Its library and its speed change, and packages may need other builds. Facts that change by themselves (load,
    temperature, free room) do not count. The severity is that of the weightiest difference.

    How to mend it: make an environment with the locked Python (`envdoctor setup DIR --from LOCK` does). If the
    change is meant, lock the machine again.

    Source: `envdoctor diff --weights` prints the weight of each fact, and the reason.
    """
    yield from drifted(
        drift,
        ("python",),
        "the examined Python",
        "Make an environment with the locked Python (`envdoctor setup DIR --from LOCK` does).",
    )
