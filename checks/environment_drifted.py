from collections.abc import Iterator

from envdoctor.facts import Drift
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.drift import drifted


@check("PRJ107", Severity.WARNING, cause="drifted")
def environment_drifted(drift: tuple[Drift, ...] | None) -> Iterator[Finding]:
    """Environment variables are not set as they were when the machine was locked.

    They choose GPUs, threads, precision and which libraries are loaded. Facts that change by themselves (load,
    temperature, free room) do not count. The severity is that of the weightiest difference.

    How to mend it: set them as they were (shell profile, service, container). If the change is meant, lock the
    machine again.

    Source: `envdoctor diff --weights` prints the weight of each fact, and the reason.
    """
    yield from drifted(
        drift,
        ("environment", "search_paths"),
        "environment variables",
        "Set them as they were (shell profile, service, container).",
    )
