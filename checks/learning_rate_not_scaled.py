from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured, MeasuredTraining
from envdoctor.rules.series import accuracy_falls, changes, devices, gains, proof, ratio, shown, trained


@check("BEN024", Severity.NOTE, cause="recipe")
def learning_rate_not_scaled(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """A larger batch is faster and learns less: the learning rate did not grow with it.

    With eight times the batch there are an eighth of the steps in an epoch, each as small as before. Two measurements
    must agree after equally many epochs: a lower accuracy, by more than chance, and a higher training loss. It would
    be wrong if the training loss were as low: then the larger batch generalises worse, which a rate does not mend.

    How to mend it: scale the learning rate with the batch (linearly, with warm-up), or train for more epochs.

    Source: https://arxiv.org/abs/1706.02677 (linear scaling rule), section 2.1.
    """
    if measurements is None:
        return
    for device in devices(measurements):
        reference = trained(measurements, device)
        worse = [] if reference is None else _worse(measurements, reference[1])
        if reference is None or not worse:
            continue
        at, one, mine, other = max(worse, key=lambda found: found[1].batch or 0)
        yield Finding(
            what=f"On {device} batch {one.batch} is {ratio(one)} as fast; after {mine.epochs:g} epochs its accuracy "
            f"is {mine.accuracy:.1%} against {other.accuracy:.1%}: it is the recipe and no speed-up.",
            why="Fewer steps of the same size do not go as far.",
            fix=Fix("Scale the learning rate with the batch, with warm-up, and compare at equal accuracy."),
            evidence=shown(measurements, *proof(at), f"{at}.training.accuracy", f"{reference[0]}.training.accuracy"),
        )


def _worse(
    made: tuple[Measured, ...], reference: Measured
) -> list[tuple[int, Measured, MeasuredTraining, MeasuredTraining]]:
    """Return the rows that change the batch alone, are faster, and have learnt less by both measures."""
    found = []
    for at, one in enumerate(made):
        mine, other = one.training, reference.training
        if one.device != reference.device or one.group != "ladder" or set(changes(one)) != {"batch"}:
            continue
        if mine is None or other is None or not gains(one, 1.0) or not accuracy_falls(one, reference):
            continue
        losses = [training.train_loss[-1] if training.train_loss else None for training in (mine, other)]
        if losses[0] is not None and losses[1] is not None and losses[0] > losses[1]:
            found.append((at, one, mine, other))
    return found
