from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Explanation, Measured
from envdoctor.rules.series import attributions, part, shown

SHARE = 0.8
LEAST = 4
LOST = 0.1


@check("BEN028", Severity.WARNING, cause="cpu-busy")
def cpus_contended(measurements: tuple[Measured, ...] | None, explanation: Explanation | None) -> Iterator[Finding]:
    """Other programs took the CPUs while the machine was measured.

    A busy loop before and after each experiment shows which share of a CPU is to be had. Two observations must agree:
    most of these loops got less than four fifths, and there were more runnable processes than CPUs, or steps lost
    wall time in which they had no CPU. It would be wrong if a quota held this process down: that is said by the
    quota.

    How to mend it: end or move the other work, and measure again; ratios within a round suffer least.

    Source: https://docs.kernel.org/scheduler/sched-design-CFS.html (how processes share a CPU).
    """
    if measurements is None:
        return
    states = [
        (at, when, host)
        for at, one in enumerate(measurements)
        for when, host in (("before", one.before), ("after", one.after))
    ]
    known = [(at, when, host, host.cpu_share) for at, when, host in states if host.cpu_share is not None]
    low = [state for state in known if state[3] < SHARE]
    if len(known) < LEAST or len(low) <= len(known) / 2:
        return
    if any(host.quota_cpus is not None and host.quota_cpus < 1 for _, _, host, _ in known):
        return
    full = [state for state in low if (state[2].load or 0.0) >= (state[2].cpus or 1)]
    lost = [(at, share[1].low) for at, one in attributions(explanation) for share in [part(one, "other programs")]
            if share is not None and share[1].low >= LOST]  # fmt: skip
    if len(full) <= len(low) / 2 and not lost:
        return
    at, when, host, _ = min(low, key=lambda state: state[3])
    runnable = f" with {host.load:.1f} runnable processes for {host.cpus} CPUs" if host.load is not None else ""
    yield Finding(
        what=f"A busy loop got {min(known, key=lambda state: state[3])[3]:.0%} to "
        f"{max(known, key=lambda state: state[3])[3]:.0%} of a CPU before and after the experiments{runnable}.",
        why="Times are those of the other programs as well; of ratios, those of one round suffer least.",
        fix=Fix("Find the other work with `top`, end or move it, and measure again.", ("top",)),
        evidence=shown(measurements, f"{at}.{when}.cpu_share", f"{at}.{when}.load", f"{at}.{when}.cpus"),
        confidence="proved" if full else "likely",
    )
