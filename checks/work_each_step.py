from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import lost_after_step, lost_to_work, percent, share, shown


@check("BEN005", Severity.WARNING, cause="work-each-step")
def work_each_step(observation: Observation | None) -> Iterator[Finding]:
    """Something other than training runs at nearly every step.

    Evaluation, a checkpoint, a plot, a copy or a metric over everything so far belongs to the end of an epoch. Its
    share of the time and the number of steps that have it are both seen.
    It would be wrong if it came once in an epoch: then it is not named unless it takes half the time.

    How to mend it: do it every so many steps, or once in an epoch.

    Source: https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html (test loop after each epoch).
    """
    if observation is None:
        return
    lost = lost_to_work(observation)
    if not lost:
        return
    parts = {
        "evaluation without gradients": share(observation, "evaluate"),
        "torch.save": share(observation, "save"),
        "what lies between two steps": share(observation, "between"),
        "what follows the optimizer's step": lost_after_step(observation),
        **{f"{kind} calls": observation.kinds.get(kind, 0.0) for kind in ("plot", "log", "metric")},
    }
    most = max(parts, key=lambda name: parts[name])
    where = observation.saves[0].place if most == "torch.save" and observation.saves else ""
    if most.startswith("what follows"):
        where = next((one.place for one in observation.places if one.kind == "after"), "")
    yield Finding(
        what=f"{percent(lost)} of the time is no training: {most}{f' at {where}' if where else ''}.",
        why="Work that is done at nearly every step is paid for at nearly every step.",
        fix=Fix(f"Do it once in an epoch, or every hundredth step: up to {percent(lost)} of the time is gained."),
        evidence=shown(
            observation,
            "parts.evaluate",
            "parts.save",
            "parts.between",
            "seconds",
            "work_steps",
            "after_steps",
            "saves",
            "kinds",
        ),
        confidence="likely",
    )
