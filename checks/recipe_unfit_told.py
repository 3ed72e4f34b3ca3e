from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import complained


@check("RUN081", Severity.WARNING, cause="recipe")
def recipe_unfit_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The recipe does not fit the batch, by what its reporter sees.

    With several GPUs, or with a larger batch, each step sees more samples: the learning rate and its schedule must
    be fitted. Batch norm needs some samples on each GPU, and its running statistics fail with one or two. Nothing
    is wrong with the machine.

    How to mend it: scale the rate with the batch, warm up, and use group norm or SyncBatchNorm for tiny batches.

    Source: https://arxiv.org/abs/1706.02677;
    https://docs.pytorch.org/docs/stable/generated/torch.nn.SyncBatchNorm.html.
    """
    found = complained(messages, "recipe")
    if found is None:
        return
    yield Finding(
        what=f"The recipe does not fit the batch: {found.quote}.",
        why="A step over more samples needs another learning rate; batch norm over one or two samples is noise.",
        fix=Fix(
            "Scale the learning rate with the batch of all GPUs and warm up; count the schedule in samples; "
            "use SyncBatchNorm or group norm where a GPU has few samples; average the loss over samples, not "
            "over batches.",
        ),
        verify="envdoctor bench train.py",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
