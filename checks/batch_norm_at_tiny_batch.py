from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.series import accuracy_falls, devices, row, shown, trained

TINY = 8


@check("BEN023", Severity.NOTE, cause="recipe")
def batch_norm_at_tiny_batch(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Batch normalisation at a tiny batch learns worse.

    Mean and variance of four images are mostly noise. Two measurements must agree after equally long training: the
    accuracy lies below the textbook's by more than chance, and the loss on test images above it. It would be wrong
    with larger batches, or with statistics that are frozen.

    How to mend it: a batch of 16 and more, or GroupNorm.

    Source: https://arxiv.org/abs/1803.08494 (batch norm's error grows as the batch shrinks), figure 1.
    """
    if measurements is None:
        return
    for device in devices(measurements):
        found, reference = row(measurements, "ladder.batch_norm", device), trained(measurements, device)
        if found is None or reference is None or not accuracy_falls(found[1], reference[1]):
            continue
        mine, other = found[1].training, reference[1].training
        if mine is None or other is None or mine.test_loss is None or other.test_loss is None:
            continue
        if mine.test_loss <= other.test_loss or (found[1].batch or TINY) > TINY:
            continue
        yield Finding(
            what=f"On {device} batch norm at batch {found[1].batch or TINY} reaches {mine.accuracy:.1%} against "
            f"{other.accuracy:.1%} without it, with a test loss of {mine.test_loss:.3g} against {other.test_loss:.3g}.",
            why="Statistics of so few images are mostly noise.",
            fix=Fix("Use a batch of 16 and more, or GroupNorm: this is the recipe, and no fault of the machine."),
            evidence=shown(
                measurements,
                f"{found[0]}.training.accuracy",
                f"{reference[0]}.training.accuracy",
                f"{found[0]}.training.test_loss",
                f"{found[0]}.batch",
            ),
        )
