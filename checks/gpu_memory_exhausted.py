from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check(
    "RUN051",
    Severity.ERROR,
    cause="oom",
    because_of=(
        "GPU054",
        "GPU053",
        "GPU055",
        "GPU063",
        "TOR004",
    ),
)
def gpu_memory_exhausted(
    messages: tuple[Message, ...],
) -> Iterator[Finding]:
    """The memory of the GPU is too small for the run.

    Weights, gradients, optimizer state and activations must fit together; activations grow with the batch and
    the size of a sample. Where much is reserved and little allocated, the free memory lies in pieces. CUBLAS or
    cuDNN that cannot be started mean the same.

    How to mend it: use a smaller batch or precision, less state, checkpointing; for pieces expandable_segments.

    Source: https://pytorch.org/docs/stable/notes/cuda.html (memory management).
    """
    found = told(messages, "gpu-memory-out") or told(messages, "cudnn-no-algorithm")
    if found is None or told(messages, "memory-grows", "memory-regression") is not None:
        return
    pieces = told(messages, "gpu-memory-pieces")
    numbers = told(messages, "gpu-memory-numbers")
    yield Finding(
        what=f"The GPU's memory is too small for the run: {found.quote}.",
        why="Weights, gradients, optimizer state and activations of a batch do not fit into what is free.",
        fix=Fix(
            "Use a smaller batch (with gradient accumulation), a smaller input, mixed precision, activation "
            "checkpointing, "
            "or a smaller model; evaluate under torch.no_grad(). Let the allocator join pieces: "
            "PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True. See that no other process holds memory.",
            ("nvidia-smi", "export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True"),
        ),
        verify='python -c "import torch; print(torch.cuda.mem_get_info())"',
        confidence="likely" if found.message.sign == "cudnn-no-algorithm" else found.confidence,
        evidence=found.evidence | (numbers.evidence if numbers else {}) | (pieces.evidence if pieces else {}),
    )
