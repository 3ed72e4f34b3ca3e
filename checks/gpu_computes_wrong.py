from collections.abc import Iterator

from envdoctor.compat import newest_covered, number
from envdoctor.facts import TorchDevice, TorchRun
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.cuda_errors import cause_of
from envdoctor.rules.judging import gpu_name

ADVICE = {
    "gpu-busy": Fix("Its memory is full: end the processes that hold it, or take another GPU.", ("nvidia-smi",)),
    "mig-or-exclusive-mode": Fix(
        "Another process holds it alone: end that process, or take another GPU.", ("nvidia-smi",)
    ),
    "cudnn-mismatch": Fix(
        "Try without other copies of cuDNN; if it stays, install torch anew together with its nvidia-* packages.",
        ("env -u LD_LIBRARY_PATH envdoctor check --select TOR011",),
    ),
    "cuda-lib-shadowing": Fix(
        "Try without other copies of the CUDA libraries; if it stays, install torch anew with its nvidia-* packages.",
        ("env -u LD_LIBRARY_PATH envdoctor check --select TOR011",),
    ),
    "gpu-arch-too-new": Fix("Install a build with code for this GPU.", risk=Risk.CHANGES_ENVIRONMENT),
    "gpu-arch-too-old": Fix(
        "Install the newest build that still has code for this GPU.", risk=Risk.CHANGES_ENVIRONMENT
    ),
}
OTHERWISE = Fix(
    "Restart the machine and look again; if it stays, test the card on its own (nvidia-smi -q, dcgmi diag -r 3)."
)


@check(
    "TOR011", Severity.ERROR, cause="gpu-fault", because_of=("GPU001", "GPU003", "GPU004", "TOR004", "LIB004", "LIB006")
)
def gpu_computes_wrong(torch_run: TorchRun | None) -> Iterator[Finding]:
    """A GPU is available, and a small product or convolution on it fails or gives another result than the CPU.

    `torch.cuda.is_available()` only says that the driver answers. Whether kernels run is shown by
    running two of them and comparing.

    How to mend it: go by the error; wrong numbers without an error point to the card or its memory.

    Source: a 64x64 product and a 3x3 convolution in fp32 in the examined Python, tolerance 1 %.
    """
    if torch_run is None:
        return
    for place, device in enumerate(torch_run.devices):
        if device.computes is False:
            yield _finding(place, device, torch_run)


def _finding(place: int, device: TorchDevice, run: TorchRun) -> Finding:
    message = device.error or "no message"
    wrong_numbers = "differs from the CPU's" in message
    cause = "gpu-fault" if wrong_numbers else cause_of(message) or "gpu-fault"
    if cause == "gpu-arch-too-new" and _is_older(device, run):
        cause = "gpu-arch-too-old"
    return Finding(
        what=f"{gpu_name(device.index, device.name)} does not compute: {message.splitlines()[0]}",
        why="A small product and a convolution were run there and compared with the CPU"
        + (": the card, or its memory, gives wrong numbers." if wrong_numbers else "."),
        fix=ADVICE.get(cause, OTHERWISE),
        cause=cause,
        confidence="proved" if wrong_numbers or cause.startswith("gpu-arch") else "likely",
        evidence={f"torch_run.devices.{place}.computes": False, f"torch_run.devices.{place}.error": device.error},
    )


def _is_older(device: TorchDevice, run: TorchRun) -> bool:
    newest = newest_covered(run.arch_list) if isinstance(run.arch_list, tuple) else None
    mine = device.compute_capability
    return newest is not None and isinstance(mine, str) and number(mine) < newest
