from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import told_or_complained


@check("RUN052", Severity.WARNING, cause="memory-leak")
def memory_grows(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Memory, or the time of a step, grows with the steps of the run.

    Adding up a loss that still carries its graph keeps every step's activations; so does a list of outputs, a
    running mean that is not detached, or a cache. Memory then grows until a run that began well is out of it, and
    a graph that grows makes each step longer than the last. Nothing is wrong with the machine.

    How to mend it: take .item() or .detach() of what is kept, and empty lists; update a library that leaks.

    Source: https://pytorch.org/docs/stable/notes/faq.html (my model reports "cuda runtime error(2): out of
    memory").
    """
    found = told_or_complained(messages, "memory-leak", "memory-grows")
    if found is None:
        return
    yield Finding(
        what=f"Memory or time grows while the program runs: {found.quote}.",
        why="Something is kept from step to step: a graph behind a loss, outputs in a list, or a leak in a library.",
        fix=Fix(
            "Keep numbers, not tensors: loss.item(), output.detach().cpu(). Evaluate under "
            "torch.no_grad(), free what hangs on objects, and print torch.cuda.memory_allocated() each "
            "step to see when it grows. If plain library code does it, update the library."
        ),
        verify='python -c "import torch; print(torch.cuda.memory_summary())"',
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
