from collections.abc import Iterator

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import NO_GPU, complained, gpu_computes


@check("RUN075", Severity.WARNING, cause="cudnn-benchmark-or-tf32", because_of=NO_GPU)
def cudnn_flags_told(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """A flag of cuDNN or cuBLAS costs time or digits.

    cudnn.benchmark tries all algorithms for each new shape: it pays where shapes stay, and costs where they change.
    cudnn.deterministic rules fast algorithms out. TF32, on GPUs since Ampere, computes with ten bits of mantissa:
    convolutions have it on by default, products of matrices off since PyTorch 1.12.

    How to mend it: set the flags for what the shapes and the digits need.

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html (TensorFloat-32);
    https://docs.pytorch.org/docs/stable/backends.html.
    """
    found = complained(messages, "cudnn-benchmark-or-tf32")
    if found is None or not gpu_computes(torch, torch_run):
        return
    yield Finding(
        what=f"A flag of cuDNN or cuBLAS is in the way: {found.quote}.",
        why="cudnn.benchmark measures anew for each shape, deterministic algorithms are slower, TF32 keeps ten bits.",
        fix=Fix(
            "cudnn.benchmark=True for shapes that stay, False for shapes that change; leave deterministic off "
            "for speed. torch.set_float32_matmul_precision('high') allows TF32, 'highest' forbids it; "
            "torch.backends.cudnn.allow_tf32 does for convolutions.",
        ),
        verify='python -c "import torch; print(torch.backends.cudnn.benchmark, torch.backends.cuda.matmul.allow_tf32)"',
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
