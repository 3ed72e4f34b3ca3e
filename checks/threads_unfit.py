from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import percent, share, shown, trial
from envdoctor.rules.observed_threads import crowded, lost_to_threads, threads_of_ranks, usable_cpus


@check("BEN007", Severity.WARNING, cause="cpu-threads-oversubscribed")
def threads_unfit(observation: Observation | None) -> Iterator[Finding]:
    """The script computes with too many threads, or with one by accident.

    Threads beyond the CPUs of the process wait for each other; a single one leaves CPUs idle. After the watch the
    number is changed and changed back while the script goes on: every turn must show the gain.
    It would be wrong if the trial showed none: then nothing is said, whatever the number. Where several processes
    train together, or the script ends by itself, no trial is made: there threads are more than the CPUs and stand
    ready without one, or large operators run on one of several free CPUs, and it is likely, not proved.

    How to mend it: OMP_NUM_THREADS or torch.set_num_threads with the number of usable CPUs.

    Source: https://docs.pytorch.org/docs/stable/notes/cpu_threading_torchscript_inference.html (tuning the number).
    """
    if observation is None:
        return
    lost, found = lost_to_threads(observation), trial(observation, "threads")
    together = threads_of_ranks(observation)
    if together and observation.cpu is not None:
        each = max(1, int((observation.cpus or 1) / len(observation.ranks)))
        yield Finding(
            what=f"{len(observation.ranks)} processes compute with {together} threads in all on {observation.cpus} "
            f"CPUs; {observation.cpu.waiting:.2g} threads of one of them stand ready and wait for a CPU.",
            why="Threads wait for each other at every operator, and processes at every exchange of gradients.",
            fix=Fix(
                f"Set OMP_NUM_THREADS={each} for each process, as torchrun does: up to {percent(lost)} can be gained.",
                (f"export OMP_NUM_THREADS={each}",),
            ),
            evidence=shown(observation, "threads", "cpus", "quota_cpus", "cpu.waiting"),
            confidence="likely",
        )
        return
    if not lost:
        return
    if found is None:
        yield from _not_tried(observation, lost)
        return
    yield Finding(
        what=("1 thread computes" if found.before == 1 else f"{found.before} threads compute")
        + f" on {observation.cpus} CPUs; with {found.to} a step takes {percent(found.median)} of its time "
        f"({percent(found.low)} to {percent(found.high)} in {found.pairs} turns).",
        why="One thread leaves CPUs idle." if found.before == 1 else "Threads wait for each other at every operator.",
        fix=Fix(
            f"Set OMP_NUM_THREADS={found.to}, or call torch.set_num_threads({found.to}): "
            f"{percent(lost)} of the time is gained.",
            (f"export OMP_NUM_THREADS={found.to}",),
        ),
        evidence=shown(observation, "threads", "cpus", "quota_cpus", "omp_threads", "trials"),
    )


def _not_tried(seen: Observation, lost: float) -> Iterator[Finding]:
    usable = usable_cpus(seen)
    if crowded(seen) and seen.cpu is not None:
        what = f"{seen.threads} threads compute on {usable} CPUs; {seen.cpu.waiting:.2g} of them stand ready and wait."
        why = "Threads wait for each other at every operator."
    else:
        computing = percent(share(seen, "forward", "backward", "optimizer"))
        what = f"1 thread computes on {usable} CPUs; large operators take {computing} of the time."
        why = "One thread leaves CPUs idle."
    yield Finding(
        what=what,
        why=why,
        fix=Fix(
            f"Set OMP_NUM_THREADS={usable}, or call torch.set_num_threads({usable}): "
            f"up to {percent(lost)} can be gained.",
            (f"export OMP_NUM_THREADS={usable}",),
        ),
        evidence=shown(seen, "threads", "cpus", "quota_cpus", "omp_threads", "cpu", "operators_per_step"),
        confidence="likely",
    )
