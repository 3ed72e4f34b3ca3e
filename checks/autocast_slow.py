from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import lost_to_autocast, percent, shown, trial


@check("BEN010", Severity.WARNING, cause="amp-slower-or-nan")
def autocast_slow(observation: Observation | None) -> Iterator[Finding]:
    """Mixed precision makes the step slower, or the loss no number.

    Without tensor cores or instructions for the small type, casts cost more than the arithmetic gains; float16
    overflows above 65504. Autocast is left out for some steps and put back: every turn must show the gain.
    It would be wrong if the trial showed none, and the losses were finite. A script that ends by itself is not tried:
    there a CPU without such instructions is called likely.

    How to mend it: leave autocast out, or bfloat16 instead of float16 where numbers overflow.

    Source: https://docs.pytorch.org/docs/stable/amp.html (autocast and gradient scaling).
    """
    if observation is None:
        return
    lost, found = lost_to_autocast(observation), trial(observation, "without autocast")
    if not lost:
        return
    if found is None and lost < 1:
        yield Finding(
            what=f"Autocast ({observation.amp}) on a CPU without instructions for numbers of 16 bits.",
            why="There each of them is computed in 32 bits, and cast before and after.",
            fix=Fix("Leave autocast out on this device."),
            evidence=shown(observation, "amp", "half_instructions"),
            confidence="likely",
        )
        return
    if lost >= 1 or found is None:
        yield Finding(
            what=f"{observation.bad_losses} losses were no finite numbers "
            + (f"under autocast ({observation.amp})." if observation.amp else f"with weights of {_type(observation)}."),
            why="Numbers overflow in the small type, and nothing is learnt from such a loss.",
            fix=Fix("Use bfloat16, or a GradScaler with float16, or compute the loss in float32."),
            evidence=shown(observation, "amp", "bad_losses", "optimizer.dtype"),
            severity=Severity.ERROR,
            confidence="likely",
        )
        return
    yield Finding(
        what=f"Without autocast ({observation.amp}) a step takes {percent(found.median)} of its time "
        f"({percent(found.low)} to {percent(found.high)} in {found.pairs} turns).",
        why="Here the casts cost more than the smaller type gains.",
        fix=Fix(f"Leave autocast out on this device: {percent(lost)} of the time is gained."),
        evidence=shown(observation, "amp", "trials"),
    )


def _type(observation: Observation) -> str:
    return observation.optimizer.dtype if observation.optimizer is not None else "16 bits"
