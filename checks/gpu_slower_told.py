from collections.abc import Iterator

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.complaints import NO_GPU, complained, gpu_computes


@check("RUN073", Severity.WARNING, cause="gpu-slower-small-model", because_of=NO_GPU)
def gpu_slower_told(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """The GPU is no faster than the CPU, by what its reporter measures.

    Each operator costs some microseconds to start on a GPU, whatever its size. A small net, or one sample at a
    time, is done sooner on the CPU than it is handed over; so is a program that moves its data to and fro.

    How to mend it: give the GPU more at a time, or stay on the CPU.

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html (asynchronous execution);
    https://pytorch.org/blog/accelerating-pytorch-with-cuda-graphs/.
    """
    found = complained(messages, "gpu-slower-small-model")
    if found is None or not gpu_computes(torch, torch_run):
        return
    yield Finding(
        what=f"The GPU has too little to do at a time: {found.quote}.",
        why="Starting an operator on a GPU takes microseconds; small ones take less than that on the CPU.",
        fix=Fix(
            "Use larger batches, keep all tensors on the GPU, and time it after a warm-up with "
            "torch.cuda.synchronize(). CUDA graphs (torch.compile(mode='reduce-overhead')) start many "
            "operators at once. A net that stays small is better off on the CPU.",
        ),
        verify="envdoctor bench --preset quick",
        severity=found.severity,
        confidence=found.confidence,
        evidence=found.evidence,
    )
