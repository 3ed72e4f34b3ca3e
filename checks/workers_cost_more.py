from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.observed import time_of
from envdoctor.rules.series import devices, gains, phase, proof, ratio, row, shown

WORTH = 1.1
TEXTBOOK_BATCH = 4


@check("BEN014", Severity.WARNING, cause="loader-bound")
def workers_cost_more(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Loader processes cost more than they bring at a small batch.

    Each batch travels through a queue and shared memory, which takes longer than making four small images. Two
    measurements must agree: without workers training is faster in every round, and the wait for a batch is shorter.
    It would be wrong for larger batches or costly augmentation: those have experiments of their own (`loader`).

    How to mend it: num_workers=0 at such batches, or a larger batch before more workers.

    Source: https://docs.pytorch.org/docs/stable/data.html (single- and multi-process data loading).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        found = row(measurements, "ladder.workers_0", device)
        if found is None or not gains(found[1], WORTH):
            continue
        at, one = found
        with_workers, without = phase(one, "reference", "loader"), phase(one, "this", "loader")
        if with_workers is None or without is None or without.mean >= with_workers.mean:
            continue
        yield Finding(
            what=f"On {device} two workers at batch {TEXTBOOK_BATCH} cost more than they bring: without them training "
            f"is {ratio(one)} as fast; a step waits {time_of(with_workers.mean)} for them, and makes its batch in "
            f"{time_of(without.mean)} by itself.",
            why="The hand-over of a batch costs more than making it.",
            fix=Fix("Use num_workers=0 for batches that small, or a larger batch."),
            evidence=shown(measurements, *proof(at), f"{at}.device"),
        )
