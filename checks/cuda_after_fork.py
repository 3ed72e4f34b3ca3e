from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("RUN060", Severity.ERROR, cause="dataloader-spawn")
def cuda_after_fork(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """CUDA was used before the process was forked, or in a forked worker.

    A CUDA context does not survive fork. Code that touches the GPU before workers start, or a data set that
    returns tensors on the GPU, ends with "Cannot re-initialize CUDA in forked subprocess".

    How to mend it: keep CUDA out of the data set, or start workers by spawn.

    Source: https://pytorch.org/docs/stable/notes/multiprocessing.html (CUDA in multiprocessing).
    """
    found = told(messages, "fork-after-cuda")
    if found is None:
        return
    yield Finding(
        what=f"A forked process uses CUDA: {found.quote}.",
        why="A CUDA context cannot be carried over into a forked process.",
        fix=Fix(
            "Let the data set return tensors on the CPU and move each batch to the GPU in the training "
            'loop. Where that is impossible, call torch.multiprocessing.set_start_method("spawn") first; '
            "vLLM: VLLM_WORKER_MULTIPROC_METHOD=spawn."
        ),
        verify="python train.py",
        confidence=found.confidence,
        evidence=found.evidence,
    )
