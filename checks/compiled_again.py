from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import lost_to_compiling, percent, shown


@check("BEN011", Severity.WARNING, cause="cold-start-compile")
def compiled_again(observation: Observation | None) -> Iterator[Finding]:
    """torch.compile makes code again and again while training runs.

    Each new shape, or number that is taken for a constant, makes new code for seconds. The main thread is seen
    compiling after the first steps, and shapes change or several graphs were made.
    It would be wrong if it were seen in the first steps only: those are not counted.

    How to mend it: one shape (drop_last, padding), or torch.compile(dynamic=True).

    Source: https://docs.pytorch.org/docs/stable/torch.compiler_troubleshooting.html (recompilation).
    """
    if observation is None:
        return
    lost = lost_to_compiling(observation)
    if not lost:
        return
    graphs = observation.compiled.get("graphs", 0)
    changes = f"batches have {observation.shapes} shapes" if observation.shapes else f"{graphs} graphs were made"
    yield Finding(
        what=f"{percent(lost)} of the time after the start is compiling; {changes}.",
        why="Code is made anew for what changes from step to step.",
        fix=Fix(
            "Give all batches one shape (drop_last=True, padding), or use torch.compile(dynamic=True): "
            f"up to {percent(lost)} of the time is gained."
        ),
        evidence=shown(observation, "kinds.compile", "shapes", "compiled"),
        confidence="likely",
    )
