from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.observation import Observation
from envdoctor.rules.observed import shown
from envdoctor.rules.observed_memory import growth, lost_to_memory


@check("BEN006", Severity.WARNING, cause="memory-leak")
def memory_kept(observation: Observation | None) -> Iterator[Finding]:
    """Tensors or graphs are kept, and memory grows with every step.

    A list of losses or outputs keeps their graphs and all that hangs on them; so does a sum of losses that were not
    detached, one longer chain for each step. Two counts must agree: tensors that Python holds, or operators in the
    graphs behind them, and the resident memory of the process.
    It would be wrong if both numbers stood still: memory alone also grows in an allocator.

    How to mend it: keep loss.detach() or loss.item(), and drop outputs when they are used.

    Source: https://docs.pytorch.org/docs/stable/notes/faq.html (my model reports out of memory).
    """
    if observation is None:
        return
    grown = growth(observation)
    if not lost_to_memory(observation) or grown is None:
        return
    tensors = max(grown.graphs, grown.tensors)
    more = f"{tensors:.3g} tensors" if tensors >= 0.5 else f"{grown.nodes:.3g} operators of graphs"  # noqa: PLR2004  # one in two steps
    yield Finding(
        what=f"With each step {more} more are held, and {grown.size / 1e6:.3g} MB.",
        why="Kept losses and outputs hold their graphs."
        if grown.graphs > 0 or grown.nodes > 0
        else "Results of steps are kept.",
        fix=Fix("Keep loss.detach() or loss.item() instead of the tensor, and drop outputs after their use."),
        evidence=shown(observation, "memory"),
    )
