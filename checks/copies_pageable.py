from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.series import devices, gains, number, proof, ratio, row, shown

WORTH = 1.05
SLOWER = 0.7


@check("BEN018", Severity.WARNING, cause="transfer-bound")
def copies_pageable(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Copies from pageable memory hold the GPU up.

    The driver copies pageable memory twice, and the program waits for it. Two measurements must agree: pinned batches
    are faster in every round, and large copies from pinned memory reach clearly more bytes per second. It would be
    wrong if only one of them showed it.

    How to mend it: DataLoader(pin_memory=True) and .to(device, non_blocking=True).

    Source: https://docs.pytorch.org/tutorials/intermediate/pinmem_nonblock.html (pinned memory).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        pinned, rates = row(measurements, "ladder.pin_memory", device), row(measurements, "machine.ceilings", device)
        if pinned is None or rates is None or not gains(pinned[1], WORTH):
            continue
        fast, slow = (number(rates[1].values, f"h2d_{kind}_bytes_per_second") for kind in ("pinned", "pageable"))
        if fast is None or slow is None or slow > SLOWER * fast:
            continue
        yield Finding(
            what=f"On {device} pinned batches are {ratio(pinned[1])} as fast; copies reach {fast / 1e9:.1f} GB/s "
            f"from pinned "
            f"and {slow / 1e9:.1f} GB/s from pageable memory.",
            why="Pageable memory is copied twice, and the program waits for it.",
            fix=Fix("Use DataLoader(pin_memory=True) and copy with non_blocking=True."),
            evidence=shown(measurements, *proof(pinned[0]), f"{rates[0]}.values.h2d_pageable_bytes_per_second"),
        )
