from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import shown

UNSET = ("environment variable RANK expected", "KeyError: 'RANK'", "KeyError: 'LOCAL_RANK'", "KeyError: 'WORLD_SIZE'")
"""What a script says that torchrun should have started."""


@check("BEN001", Severity.ERROR, cause="not-env")
def script_fails(observation: Observation | None) -> Iterator[Finding]:
    """The observed training script failed, or its process died.

    Whatever else it costs: a run that ends with an error trains nothing. The words are the script's own; a
    machine that lacks something says so in `envdoctor check`. An exit code of 0 and a script that envdoctor
    ended because it had seen enough are no failures.

    How to mend it: read the last error and mend the line that it names. A script for torchrun misses its variables
    when it is started alone: --nproc-per-node sets them.

    Source: https://docs.python.org/3/library/traceback.html (what Python says of an error).
    """
    if observation is None:
        return
    if observation.ended not in ("failed", "died"):
        return
    error = observation.error or "it did not say why"
    alone = any(word in error for word in UNSET)
    short = any(word in error.lower() for word in ("out of memory", "outofmemory", "memoryerror", "can't allocate"))
    yield Finding(
        what=f"{observation.script} failed: {error}",
        why="It asks for more memory than there is." if short else "A run that ends with an error trains nothing.",
        fix=_fix(observation.script, alone=alone, short=short),
        evidence=shown(observation, "ended", "error"),
        cause="oom" if short else "not-env",
    )


def _fix(script: str, *, alone: bool, short: bool) -> Fix:
    if alone:
        return Fix(
            "The script is made for torchrun: name the number of its processes.",
            (f"envdoctor bench --nproc-per-node 2 {script}",),
        )
    return Fix("Halve the batch, or free memory." if short else "Mend the line that the error names.")
