from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import lost_to_workers, percent, shown, time_of, wait_seconds


@check("BEN003", Severity.WARNING, cause="loader-bound")
def loader_workers_waste(observation: Observation | None) -> Iterator[Finding]:
    """The workers of the loader cost more than the loading itself.

    Each batch of a worker travels through a queue and shared memory, and each pass over the data starts the
    workers anew. Where a batch is read in less than half the time that is waited for it, they bring nothing.
    It would be wrong if a batch took longer in the main process than the wait for the workers.

    How to mend it: num_workers=0, or persistent_workers=True and larger batches.

    Source: https://docs.pytorch.org/docs/stable/data.html (single- and multi-process data loading).
    """
    if observation is None:
        return
    lost, loader = lost_to_workers(observation), observation.loader
    if not lost or loader is None:
        return
    inline = observation.loader_inline_seconds or 0.0
    yield Finding(
        what=f"{loader.workers} loader workers let a step wait {time_of(wait_seconds(observation))}; "
        f"without them a batch is read in {time_of(inline)}.",
        why="Starting workers and handing over batches costs more than reading them.",
        fix=Fix(
            f"Use num_workers=0{'' if loader.persistent else ', or persistent_workers=True where epochs are short'}: "
            f"about {percent(lost)} of the time is gained."
        ),
        evidence=shown(observation, "parts.loader", "seconds", "loader_inline_seconds", "loader.workers"),
    )
