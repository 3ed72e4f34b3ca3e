from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import percent, shown
from envdoctor.rules.observed_threads import lost_to_others


@check("BEN008", Severity.WARNING, cause="cpu-busy")
def cpu_taken_by_others(observation: Observation | None) -> Iterator[Finding]:
    """Other processes use the CPUs that training needs.

    Two counts must agree: other processes use a good part of a CPU while all are busy, and the script's threads
    stand ready without being run. The setting is right and the machine is shared.
    It would be wrong if there were idle CPUs, or if no thread had to wait for one.

    How to mend it: end or move the other work, or train with fewer threads than CPUs.

    Source: https://docs.kernel.org/scheduler/sched-stats.html (time spent waiting to run).
    """
    if observation is None:
        return
    lost, cpu = lost_to_others(observation), observation.cpu
    if not lost or cpu is None:
        return
    mine = cpu.children > cpu.others
    who = "Other processes that the script has started" if mine else "Other processes"
    yield Finding(
        what=f"{who} use {cpu.children if mine else cpu.others:.2g} of {observation.cpus} CPUs; "
        f"{cpu.waiting:.2g} of its threads stand ready and wait for one.",
        why="A step is as slow as its slowest thread, and that one waits for a CPU.",
        fix=Fix(f"Find the other work with `top` and end or move it: up to {percent(lost)} of the time can be gained."),
        evidence=shown(observation, "cpu.own", "cpu.others", "cpu.children", "cpu.waiting", "cpus"),
        confidence="likely",
    )
