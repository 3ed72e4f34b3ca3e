from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import complained


@check("RUN080", Severity.WARNING, cause="work-each-step")
def work_each_step_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Something other than training runs at nearly every step, by what its reporter says.

    Evaluation, a checkpoint, a plot, a histogram or a metric over everything so far costs more than a step, and is
    paid for at each of them.

    How to mend it: do it every so many steps, or once in an epoch.

    Source: https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html (test loop after each
    epoch).
    """
    found = complained(messages, "work-each-step")
    if found is None:
        return
    yield Finding(
        what=f"Work besides training is done at nearly every step: {found.quote}.",
        why="Work that is done at each step is paid for at each step.",
        fix=Fix(
            "Evaluate, save and plot once in an epoch or every so many steps; update metrics step by step "
            "instead of over everything so far; leave anomaly detection and profilers off.",
        ),
        verify="envdoctor bench train.py",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
