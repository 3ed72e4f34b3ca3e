from collections.abc import Iterator

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import NO_GPU, complained, gpu_computes


@check("RUN074", Severity.WARNING, cause="amp-slower-or-nan", because_of=NO_GPU)
def half_precision_told(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """Half precision is slower, or its loss becomes NaN.

    Only GPUs with tensor cores (compute capability 7.0 and newer) compute faster in half precision; others, and
    CPUs without such instructions, pay for the conversions. Small nets pay as well. float16 ends at 65504: without
    a GradScaler gradients vanish, and large values become inf and then NaN; cards of the series GTX 16 are known
    for NaN.

    How to mend it: use bfloat16 where the GPU has it, a GradScaler for float16, or float32.

    Source: https://docs.pytorch.org/docs/stable/notes/amp_examples.html;
    https://docs.pytorch.org/docs/stable/amp.html.
    """
    found = complained(messages, "amp-slower-or-nan")
    if found is None or not gpu_computes(torch, torch_run):
        return
    yield Finding(
        what=f"Half precision does not pay, or breaks the loss: {found.quote}.",
        why="Without tensor cores, or with little work, conversions cost more than they gain; float16 ends at 65504.",
        fix=Fix(
            "Compare with float32. For a loss of NaN use torch.bfloat16 (compute capability 8.0 and newer) or "
            "torch.amp.GradScaler, compute the loss and its logarithms in float32, and unscale before "
            "clipping. For speed use larger batches, sizes that are multiples of 8, and channels_last.",
        ),
        verify="envdoctor bench --preset quick",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
