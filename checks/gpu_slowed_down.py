from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Gpu
from envdoctor.findings import Finding, Fix, Risk, Severity, check

BUSY_PERCENT = 50
HARDWARE = ("heat (hardware)", "power brake", "hardware slowdown")
"""What slows a working GPU down and is no normal regulation. A power cap and the driver's own heat control are."""
SOFT_HEAT, DEEP = "heat (driver)", 0.6
"""The driver's heat control takes some of the clock away by right; below this share of it, cooling has failed."""
FAR_BELOW, BELOW = 0.6, 0.85
"""Shares of the usual power limit. Between them a lower limit costs little, and is often set on purpose."""
PORTABLE = ("Laptop", "Max-Q", "Mobile")
"""A portable computer shares its power between processor and GPU, and lowers the limit on battery."""


@check("GPU006", Severity.WARNING, cause="thermal-or-power-throttle", because_of=("GPU001",))
def gpu_slowed_down(gpus: tuple[Gpu, ...]) -> Iterator[Finding]:
    """A GPU is held down by heat, by the power supply, or by a power limit far below its usual one.

    It works, and may be several times slower than others of its kind. The brake of the hardware engages
    where the GPU is too hot, or where the power supply or the board reports overload. An idle GPU has low
    clocks by right, so clocks are judged while it computes.

    How to mend it: clear the way of the air, look at fans and power connectors, and set the power limit back
    (nvidia-smi -pl), unless it was lowered on purpose.

    Source: https://docs.nvidia.com/deploy/nvml-api/ (clocks event reasons); https://docs.nvidia.com/deploy/nvidia-smi/.
    """
    for place, gpu in enumerate(gpus):
        if not gpu.problem:
            yield from _hot(place, gpu) or _braked(place, gpu)
            yield from _limited(place, gpu)


def _hot(place: int, gpu: Gpu) -> list[Finding]:
    now, limit = gpu.temperature_celsius, gpu.temperature_slowdown_celsius
    # Below any sensible limit it is none (an empty table of a virtual GPU).
    if not isinstance(now, int) or not isinstance(limit, int) or limit < 60 or now < limit:  # noqa: PLR2004  # see above
        return []
    return [
        Finding(
            what=f"GPU {gpu.index} is at {now} °C; from {limit} °C on it slows itself down.",
            why="The hardware lowers the clocks, to a half and less, until the GPU is cooler.",
            fix=_cool(),
            evidence={f"gpus.{place}.temperature_celsius": now, f"gpus.{place}.temperature_slowdown_celsius": limit},
        )
    ]


def _braked(place: int, gpu: Gpu) -> list[Finding]:
    reasons = gpu.held_down_by if isinstance(gpu.held_down_by, tuple) else ()
    brakes = [word for word in HARDWARE if word in reasons]
    if SOFT_HEAT in reasons and _far_down(gpu):
        brakes.append(SOFT_HEAT)
    if not brakes or "idle" in reasons or not _computes(gpu):
        return []
    power = "power brake" in brakes
    evidence: dict[str, Any] = {f"gpus.{place}.held_down_by": list(reasons)}
    for name in ("utilisation_percent", "clock_mhz", "clock_max_mhz", "temperature_celsius"):
        if isinstance(getattr(gpu, name), int):
            evidence[f"gpus.{place}.{name}"] = getattr(gpu, name)
    return [
        Finding(
            what=f"GPU {gpu.index} is computing and is held down ({', '.join(brakes)}){_clocks(gpu)}.",
            why="The power supply or the board reports overload, and the clocks are cut to a half or less."
            if power
            else "Its protection against heat cuts the clocks to about a half or less.",
            fix=_power() if power else _cool(),
            evidence=evidence,
        )
    ]


def _computes(gpu: Gpu) -> bool:
    return isinstance(gpu.utilisation_percent, int) and gpu.utilisation_percent >= BUSY_PERCENT


def _far_down(gpu: Gpu) -> bool:
    now, most = gpu.clock_mhz, gpu.clock_max_mhz
    return isinstance(now, int) and isinstance(most, int) and 0 < now < DEEP * most


def _clocks(gpu: Gpu) -> str:
    known = isinstance(gpu.clock_mhz, int) and isinstance(gpu.clock_max_mhz, int)
    return f": {gpu.clock_mhz} of {gpu.clock_max_mhz} MHz" if known else ""


def _limited(place: int, gpu: Gpu) -> Iterator[Finding]:
    limit, usual = gpu.power_limit_watts, gpu.power_limit_default_watts
    if not isinstance(limit, int | float) or not isinstance(usual, int | float) or not 0 < limit < BELOW * usual:
        return
    if isinstance(gpu.name, str) and any(word in gpu.name for word in PORTABLE):
        return
    yield Finding(
        what=f"The power limit of GPU {gpu.index} is {limit:g} W, {limit / usual:.0%} of the usual {usual:g} W.",
        why="Under load the driver lowers the clocks until the GPU keeps to the limit.",
        fix=Fix(
            "Leave it if it was set on purpose; else set it back.",
            (f"sudo nvidia-smi -i {gpu.index} -pl {int(usual)}",),
            Risk.NEEDS_ROOT,
        ),
        severity=Severity.WARNING if limit < FAR_BELOW * usual else Severity.NOTE,
        evidence={f"gpus.{place}.power_limit_watts": limit, f"gpus.{place}.power_limit_default_watts": usual},
    )


def _cool() -> Fix:
    return Fix(
        "Clear the way of the air: fans, filters, dust, the distance to the next card, the room.",
        ("nvidia-smi -q -d TEMPERATURE,PERFORMANCE",),
    )


def _power() -> Fix:
    return Fix(
        "Look at the card's power connectors, and whether the power supply is strong enough.",
        ("nvidia-smi -q -d POWER,PERFORMANCE",),
    )
