from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import lost_to_loader, percent, shown, time_of, wait_seconds


@check("BEN002", Severity.WARNING, cause="loader-bound")
def loader_bound(observation: Observation | None) -> Iterator[Finding]:
    """Training waits for its data: a quarter of the time and more.

    A batch that is read, decoded and augmented more slowly than it is computed leaves the device idle. Two
    looks must agree: the training loop waits, and the loader is slow alone or is where the main thread is seen.
    It would be wrong if the loader alone were much faster than the wait: then its workers are to blame.

    How to mend it: more loader workers, cheaper or cached decoding and augmentation, smaller images on disk.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (asynchronous data loading).
    """
    if observation is None:
        return
    lost = lost_to_loader(observation)
    if not lost:
        return
    alone, loader = observation.loader_alone_seconds, observation.loader
    beside = f"; the loader alone needs {time_of(alone)}" if alone is not None else ""
    workers = loader.workers if loader is not None and loader.workers else 0
    top = max(1, (observation.cpus or 2) - 1)
    more = (
        f"num_workers={max(workers + 1, top)}, persistent_workers=True" if workers < top else "fewer or cheaper steps"
    )
    inline = observation.kinds.get("before", 0.0) >= lost / 2
    where = next((one.place for one in observation.places if one.kind == "before"), "") if inline else ""
    doing = f"prepares batches{f' at {where}' if where else ''}" if inline else "waits for batches"
    yield Finding(
        what=f"{percent(lost)} of the time {doing}: {time_of(wait_seconds(observation))} a step{beside}.",
        why="The device computes nothing while it waits for data.",
        fix=Fix(
            f"Try DataLoader({more}), and decode, resize and augment less per image, or keep the result: "
            f"up to {percent(lost)} of the time can be gained."
        ),
        evidence=shown(
            observation,
            "parts.loader",
            "seconds",
            "loader_alone_seconds",
            "kinds.loader",
            "kinds.before",
            "loader.workers",
        ),
        confidence="proved" if alone is not None and alone >= wait_seconds(observation) / 2 else "likely",
    )
