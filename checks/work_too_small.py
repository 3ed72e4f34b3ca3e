from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation, ObservedDevice, StepTimes
from envdoctor.rules.observed import batch_at_most, lost_to_small_work, percent, shown, time_of


@check("BEN009", Severity.WARNING, cause="gpu-slower-small-model")
def work_too_small(observation: Observation | None) -> Iterator[Finding]:
    """A tiny batch gives each operator so little work that starting it takes most of the time.

    Starting an operator costs some microseconds on any device, whatever its size. The operators of a step are
    counted, and their start is compared with the shortest step; and the batch has at most eight samples.
    It would be wrong if the time per operator were much above ten microseconds: then they compute. On a GPU the
    profiler says how long it works in a step: it must wait for the host in three tenths of it.

    How to mend it: a larger batch (and a learning rate that goes with it), CUDA graphs, or torch.compile.

    Source: https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html (fuse operations).
    """
    if observation is None:
        return
    lost, times = lost_to_small_work(observation), observation.step_seconds
    if lost and observation.device_pass is not None and times is not None:
        yield _on_gpu(observation, observation.device_pass, times, lost)
        return
    batch = batch_at_most(observation)
    if not lost or batch is None or times is None:
        return
    yield Finding(
        what=f"A step of {batch} sample{'' if batch == 1 else 's'} starts {observation.operators_per_step} operators "
        f"and takes {time_of(times.min)} at least: about {percent(lost)} is their start.",
        why="The cost of a step hardly depends on its batch while operators are so small.",
        fix=Fix(f"Use a batch of 32 or more and scale the learning rate: {percent(lost)} per sample can be gained."),
        evidence=shown(observation, "operators_per_step", "step_seconds.min", "loader.batch", "rows"),
        confidence="likely",
    )


def _on_gpu(seen: Observation, device: ObservedDevice, times: StepTimes, lost: float) -> Finding:
    return Finding(
        what=f"A step starts {seen.operators_per_step} operators and takes {time_of(times.median)}; the GPU works "
        f"{time_of(device.busy_seconds)} of it, in {device.launches:.0f} kernels and copies, and waits for the rest.",
        why="Starting a kernel costs the host some microseconds, more than the GPU needs for a small one.",
        fix=Fix(
            "Use a larger batch, torch.compile(mode='reduce-overhead') or a CUDA graph: "
            f"up to {percent(lost)} of a step can be gained. A CPU may be as fast with so little work."
        ),
        evidence=shown(
            seen, "device_pass.busy_seconds", "device_pass.launches", "step_seconds.median", "operators_per_step"
        ),
        confidence="likely",
    )
