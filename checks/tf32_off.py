from collections.abc import Iterator

from envdoctor.bench.reference import reference_of
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Measured
from envdoctor.rules.series import devices, gains, proof, ratio, row, shown

WORTH = 1.05
TWICE = 2.0


@check("BEN022", Severity.NOTE, cause="cudnn-benchmark-or-tf32")
def tf32_off(measurements: tuple[Measured, ...] | None) -> Iterator[Finding]:
    """TF32 would make float32 training faster on this GPU, and is off.

    Tensor cores from Ampere on take float32 numbers with ten bits of mantissa. Two things must agree: every round is
    faster with it, and the data sheet gives the card at least twice the rate. It would be wrong where results need
    all 23 bits: then it must stay off.

    How to mend it: torch.set_float32_matmul_precision("high").

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html (TensorFloat-32 on Ampere and later devices).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        found = row(measurements, "ladder.tf32", device)
        sheet = reference_of(found[1].device_name) if found is not None else None
        if found is None or sheet is None or not gains(found[1], WORTH):
            continue
        if not sheet.tf32_tflops or not sheet.fp32_tflops or sheet.tf32_tflops < TWICE * sheet.fp32_tflops:
            continue
        yield Finding(
            what=f"On {device} ({sheet.name}) training is {ratio(found[1])} as fast with TF32: "
            f"{sheet.tf32_tflops:.0f} TFLOP/s "
            f"by the data sheet, against {sheet.fp32_tflops:.0f} in float32.",
            why="PyTorch leaves TF32 off for matrix products unless it is told otherwise.",
            fix=Fix('Call torch.set_float32_matmul_precision("high") if ten bits of mantissa are enough.'),
            evidence=shown(measurements, *proof(found[0]), f"{found[0]}.device_name"),
        )
