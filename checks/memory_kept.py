from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import growth, lost_to_memory, shown


@check("BEN006", Severity.WARNING, cause="memory-leak")
def memory_kept(observation: Observation | None) -> Iterator[Finding]:
    """Tensors are kept, and memory grows with every step.

    A list of losses or outputs keeps their graphs and all that hangs on them. Two counts must agree: tensors
    that Python holds, and the resident memory of the process.
    It would be wrong if the number of tensors stood still: memory alone also grows in an allocator.

    How to mend it: keep loss.detach() or loss.item(), and drop outputs when they are used.

    Source: https://docs.pytorch.org/docs/stable/notes/faq.html (my model reports out of memory).
    """
    if observation is None:
        return
    grown = growth(observation)
    if not lost_to_memory(observation) or grown is None:
        return
    graphs, tensors, size = grown
    yield Finding(
        what=f"With each step {max(graphs, tensors):.3g} tensors more are held, and {size / 1e6:.3g} MB.",
        why="Kept losses and outputs hold their graphs." if graphs > 0 else "Results of steps are kept.",
        fix=Fix("Keep loss.detach() or loss.item() instead of the tensor, and drop outputs after their use."),
        evidence=shown(observation, "memory"),
    )
