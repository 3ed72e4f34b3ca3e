from collections.abc import Iterator

from envdoctor.bench.reference import RATES, reference_of, shares, table
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.series import devices, number, row, shown

SHORT = 0.8
LABELS = {
    "gemm_fp32_flops": "float32 products",
    "gemm_fp16_flops": "float16 products",
    "gemm_bf16_flops": "bfloat16 products",
    "copy_bytes_per_second": "memory bandwidth",
}


@check("BEN032", Severity.WARNING, cause="below-reference", because_of=("BEN026",))
def gpu_below_data_sheet(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """The GPU is clearly slower than its data sheet.

    Large products and copies of a good program reach a known share of the sheet's rates. Two figures must fall short
    by a fifth of that share: two kinds of products, or products and copies. It would be wrong for a laptop's card
    with a lower power limit, or while another program used the card.

    How to mend it: look at clocks and power limit under load, at other programs on the card, and at the cooling.

    Source: https://docs.nvidia.com/deeplearning/performance/dl-performance-gpu-background/index.html (what bounds
    rates).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        found = row(measurements, "machine.ceilings", device)
        sheet = reference_of(found[1].device_name) if found is not None else None
        if found is None or sheet is None:
            continue
        expected = table().expected_share
        least = {name: (expected["copy"] if name.startswith("copy") else expected["gemm_bf16"])[0] for name in RATES}
        values = {name: number(found[1].values, name) for name in RATES}
        reached = shares({name: value for name, value in values.items() if value is not None}, found[1].device_name)
        short = {name: share for name, share in reached.items() if share < SHORT * least[name]}
        if len(short) < 2:  # noqa: PLR2004  # one may be another's fault
            continue
        parts = ", ".join(
            f"{LABELS[name]} {share:.0%} (expected: {least[name]:.0%} and more)" for name, share in short.items()
        )
        yield Finding(
            what=f"{device} ({sheet.name}) reaches of its data sheet: {parts}.",
            why="The card computes more slowly than cards of its name do; what is measured here is lower by as much.",
            fix=Fix(
                "Look at clocks, power limit and other programs under load.", ("nvidia-smi -q -d CLOCK,POWER,PIDS",)
            ),
            evidence=shown(measurements, *(f"{found[0]}.values.{name}" for name in short), f"{found[0]}.device_name"),
            confidence="likely",
        )
