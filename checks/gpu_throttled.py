from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import complained, told_or_complained


@check("GPU060", Severity.WARNING, cause="thermal-or-power-throttle", because_of=("GPU051",))
def gpu_throttled(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Heat or a power limit holds the clocks of a GPU down.

    A card that reaches its temperature or power limit lowers its clocks, silently, often after some minutes of
    load. The same program then takes half as long again or more; nvidia-smi names the reason under load.

    How to mend it: look at the reasons under load; mend the air flow, or raise the limit.

    Source: https://docs.nvidia.com/deploy/nvml-api/ (nvmlClocksEventReasons).
    """
    found = told_or_complained(messages, "thermal-or-power-throttle", "throttled")
    if found is None:
        return
    said_of = found.first.message.text.strip().lower()
    if said_of.startswith("throttl") and complained(messages, "cpu-threads-oversubscribed") is not None:
        return  # a limit on CPUs throttles too
    yield Finding(
        what=f"The clocks of the GPU are held down: {found.quote}.",
        why="A card at its temperature or power limit runs slower than it can.",
        fix=Fix(
            "See the reason while the program runs. Clean the fans and let air through, or raise the "
            "power limit if it was lowered. Laptops need their own power supply.",
            ("nvidia-smi --query-gpu=clocks.sm,power.draw,clocks_throttle_reasons.active --format=csv -l 2",),
        ),
        verify="nvidia-smi -q -d PERFORMANCE,POWER,TEMPERATURE",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
