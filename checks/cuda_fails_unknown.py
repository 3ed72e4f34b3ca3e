from collections.abc import Iterator

from envdoctor.facts import Message, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works
from envdoctor.rules.told import told

LOST = ("launch-failure", "gpu-not-seen", "no-gpus", "cuda-not-seen", "no-driver-found", "driver-not-communicating")


@check(
    "DRV059",
    Severity.ERROR,
    cause="uvm-or-suspend",
    because_of=("VIR053", "VIR054", "DRV011", "DRV053", "DRV054", "GPU051"),
)
def cuda_fails_unknown(messages: tuple[Message, ...], torch_run: TorchRun | None | Unknown) -> Iterator[Finding]:
    """CUDA ends with "unknown error", or fails since the machine slept.

    CUDA needs the kernel module nvidia-uvm and its device nodes, nvidia-smi does not. They are missing where
    nobody made the nodes (containers without root, a fresh start), and stale after suspend: CUDA then says 999
    or "unspecified launch failure" while nvidia-smi looks sound. A program that changes CUDA_VISIBLE_DEVICES
    after its start meets the same words.

    How to mend it: load nvidia-uvm anew, or restart the machine.

    Source: https://docs.nvidia.com/cuda/cuda-driver-api/ (CUDA_ERROR_UNKNOWN);
    https://github.com/pytorch/pytorch/issues/49081.
    """
    unknown = told(messages, "uvm-missing", "cuda-unknown-error")
    slept = told(messages, "after-suspend")
    gone = told(messages, *LOST) is not None or (isinstance(torch_run, TorchRun) and torch_run.available is False)
    found = unknown or (slept if slept and gone else None)
    if found is None or cuda_works(torch_run):
        return
    yield Finding(
        what=f"CUDA does not start{' since the machine slept' if slept else ''}: {found.quote}.",
        why="The kernel module nvidia-uvm, which CUDA needs and nvidia-smi does not, is missing or stale.",
        fix=Fix(
            "End the programs that use the GPU and load the module anew; in a container do it on the host and hand "
            "over /dev/nvidia-uvm. If that does not help, restart. Laptops: enable the services nvidia-suspend and "
            "nvidia-resume. Set CUDA_VISIBLE_DEVICES before the program starts only.",
            (
                "sudo rmmod nvidia_uvm",
                "sudo modprobe nvidia_uvm",
                "sudo nvidia-modprobe -u -c=0",
                "ls -l /dev/nvidia-uvm",
            ),
            Risk.NEEDS_ROOT,
        ),
        verify='python -c "import torch; torch.cuda.init(); print(torch.cuda.device_count())"',
        confidence=found.confidence if unknown else "likely",
        evidence=found.evidence,
    )
