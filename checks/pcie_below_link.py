from collections.abc import Iterator

from envdoctor.bench.reference import reference_of
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.series import devices, number, row, shown

SHORT = 0.6


@check("BEN019", Severity.WARNING, cause="pcie-or-numa")
def pcie_below_link(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """Copies to and from the GPU reach far less than its link should carry.

    A card in a slot with few lanes, of an older generation, or on the other processor's side copies slowly both ways.
    So both directions must fall short, from pinned memory, by the table of what cards of this name reach. It would be
    wrong if another program copied at the same time, or if the card were built into a laptop with a narrower link.

    How to mend it: another slot, the firmware's link speed, a process bound to the GPU's side (numactl).

    Source: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html (data transfer between host and
    device).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        found = row(measurements, "machine.ceilings", device)
        expected = reference_of(found[1].device_name) if found is not None else None
        if found is None or expected is None or expected.h2d_gb_s is None:
            continue
        least = expected.h2d_gb_s[0] * 1e9
        names = ("h2d_pinned_bytes_per_second", "d2h_pinned_bytes_per_second")
        rates = [number(found[1].values, name) for name in names]
        if any(rate is None or rate >= SHORT * least for rate in rates):
            continue
        there, back = (rate or 0.0 for rate in rates)
        yield Finding(
            what=f"{device} ({expected.name}) copies {there / 1e9:.1f} GB/s from and {back / 1e9:.1f} GB/s to the "
            f"host; at "
            f"least {least / 1e9:.0f} GB/s are expected of its link.",
            why="The link is narrower or slower than the card's, or the memory lies at the other processor.",
            fix=Fix(
                "Look at the link under load (nvidia-smi -q -d PCIE), the slot, and the NUMA side (nvidia-smi topo "
                "-m).",
                ("nvidia-smi topo -m",),
            ),
            evidence=shown(measurements, *(f"{found[0]}.values.{name}" for name in names), f"{found[0]}.device_name"),
            confidence="likely",
        )
