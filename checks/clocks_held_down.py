from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.observed import percent
from envdoctor.rules.series import devices, level, shown

HELD = frozenset(
    ("power cap", "hardware slowdown", "heat (driver)", "heat (hardware)", "power brake", "board limit")
)  # fmt: skip
OFTEN = 0.33
LOW = 0.9
BUSY = 50.0


@check("BEN026", Severity.WARNING, cause="thermal-or-power-throttle")
def clocks_held_down(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """The GPU's clocks were held down while it was measured.

    Heat, a power cap or the supply lets a card compute more slowly than it could. Two readings must agree in one
    experiment that keeps the card busy: the driver gives such a reason in a third of the samples, and the clock stays
    a tenth below the highest that was seen on this card. It would be wrong if the card merely idled at a low clock.

    How to mend it: cooling, the power limit (nvidia-smi -q -d POWER,PERFORMANCE), the power supply's cables.

    Source: https://docs.nvidia.com/deploy/nvml-api/group__nvmlClocksEventReasons.html (reasons for lower clocks).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        top = max((clock.p95 for one in measurements if one.device == device
                   for clock in [level(one, "clock_mhz")] if clock is not None), default=0.0)  # fmt: skip
        held = [
            (share, at, one, word)
            for at, one in enumerate(measurements)
            if one.device == device and one.usage is not None
            for word, share in one.usage.held_down_by.items()
            if word in HELD and share >= OFTEN
            for busy, clock in [(level(one, "gpu_percent"), level(one, "clock_mhz"))]
            if busy is not None and clock is not None and busy.mean >= BUSY and clock.median < LOW * top
        ]
        if not held:
            continue
        share, at, one, word = max(held, key=lambda found: found[0])
        clock = level(one, "clock_mhz")
        yield Finding(
            what=f"In {one.name} {device} was held down ({word}) in {percent(share)} of the samples: "
            f"{clock.median:,.0f} MHz, "
            f"where {top:,.0f} MHz were seen on it."
            if clock is not None
            else "",
            why="A lower clock slows down all that it computes; figures of this series are lower than the card's.",
            fix=Fix(
                "Look at power limit and temperature, and cool the card.",
                ("nvidia-smi -q -d POWER,TEMPERATURE,PERFORMANCE",),
            ),
            evidence=shown(measurements, f"{at}.usage.held_down_by", f"{at}.usage.levels.clock_mhz", f"{at}.name"),
        )
