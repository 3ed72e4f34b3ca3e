from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import batch_at_least, in_half, shown
from envdoctor.rules.observed_learning import losses_rise, lost_to_recipe, rate_too_small, tiny_norm_batch


@check("BEN012", Severity.WARNING, cause="recipe")
def recipe_unfit(observation: Observation | None) -> Iterator[Finding]:
    """The recipe, and not the speed, keeps the net from learning.

    With a learning rate that is too high the loss rises or does not fall; with one that was not raised together with
    the batch it stands still; batch norm over two or three samples takes noise for statistics. A faster machine
    helps against none of them.
    It would be wrong if the loss fell in a longer run, if the labels were noise, or if the norms were frozen.

    How to mend it: a tenth of the learning rate with warm-up; a rate that grows with the batch; a batch of 16 and
    more for batch norm, or GroupNorm.

    Source: https://arxiv.org/abs/1803.08494 (batch norm's error grows as the batch shrinks), figure 1.
    """
    if observation is None:
        return
    if not lost_to_recipe(observation):
        return
    batch, optimizer = tiny_norm_batch(observation), observation.optimizer
    small = rate_too_small(observation)
    if losses_rise(observation) and not in_half(observation):
        no_numbers = observation.bad_losses >= 2  # noqa: PLR2004  # one may be chance
        lr = f" with lr {optimizer.lr:g}" if optimizer is not None and optimizer.lr is not None else ""
        yield Finding(
            what=f"{observation.bad_losses} losses were no finite numbers{lr}."
            if no_numbers
            else f"The loss does not fall{lr}: {observation.losses[0]:.4g} first, {observation.losses[-1]:.4g} last.",
            why="Steps that are too large leave the valley that they should go down.",
            fix=Fix("Try a tenth of the learning rate, with warm-up; scale it with the batch."),
            evidence=shown(observation, "losses", "bad_losses", "optimizer.lr"),
            severity=Severity.ERROR if no_numbers else Severity.WARNING,
            confidence="likely",
        )
    elif small is not None and optimizer is not None:
        yield Finding(
            what=f"The loss stands still at {observation.losses[-1]:.4g}: lr {optimizer.lr:g} with batches of "
            f"{batch_at_least(observation)} is about {small:.0f} times smaller than usual for such batches.",
            why="A large batch makes few steps, and each must be larger: this is the recipe and no matter of speed.",
            fix=Fix("Raise the learning rate with the batch (about 0.1 for 256 images with momentum 0.9) and warm up."),
            evidence=shown(observation, "losses", "optimizer.lr", "optimizer.momentum", "loader.batch", "rows"),
            confidence="likely",
        )
    elif batch is not None:
        yield Finding(
            what=f"Batch norm learns from batches of {batch}.",
            why="Mean and variance of so few samples are mostly noise.",
            fix=Fix("Use a batch of 16 and more, or GroupNorm."),
            evidence=shown(observation, "loader.batch", "rows", "memory"),
            confidence="likely",
        )
