from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import lost_to_small_work, percent, shown, time_of


@check("BEN009", Severity.WARNING, cause="gpu-slower-small-model")
def work_too_small(observation: Observation | None) -> Iterator[Finding]:
    """A tiny batch gives each operator so little work that starting it takes most of the time.

    Starting an operator costs some microseconds on any device, whatever its size. The operators of a step are
    counted, and their start is compared with the shortest step; and the batch has at most eight samples.
    It would be wrong if the time per operator were much above ten microseconds: then they compute.

    How to mend it: a larger batch (and a learning rate that goes with it), or torch.compile.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (fuse operations).
    """
    if observation is None:
        return
    lost, loader, times = lost_to_small_work(observation), observation.loader, observation.step_seconds
    if not lost or loader is None or times is None:
        return
    yield Finding(
        what=f"A step of {loader.batch} samples starts {observation.operators_per_step} operators and takes "
        f"{time_of(times.min)} at least: about {percent(lost)} is their start.",
        why="The cost of a step hardly depends on its batch while operators are so small.",
        fix=Fix(f"Use a batch of 32 or more and scale the learning rate: {percent(lost)} per sample can be gained."),
        evidence=shown(observation, "operators_per_step", "step_seconds.min", "loader.batch"),
        confidence="likely",
    )
