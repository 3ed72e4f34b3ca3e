from collections.abc import Iterator

from envdoctor.facts import Failure, Torch, TorchRun
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.cuda_errors import cause_of
from envdoctor.rules.judging import said, torch_name


@check(
    "TOR007",
    Severity.ERROR,
    cause="driver-wedged",
    because_of=("GPU001", "GPU003", "DRV002", "DRV003", "DRV004", "DRV005", "DRV008", "DRV009", "DRV010", "DRV011",
                "ENV005", "TOR004", "LIB004", "LIB006"),
)  # fmt: skip
def torch_dies_in_use(torch: Torch | None, torch_run: TorchRun | None) -> Iterator[Finding]:
    """PyTorch can be imported, and dies when it touches CUDA or a GPU.

    A crash or a hang in `torch.cuda.is_available()` or in the first kernel lies below PyTorch: the
    driver, the card, or a library that was put in front of PyTorch's own.

    How to mend it: restart the machine; if it comes back, reinstall the driver, or take foreign CUDA
    libraries off the library path.

    Source: the stage that the child in the examined Python had announced when it died.
    """
    if torch is None or torch_run is None or torch_run.failure is None:
        return
    failure = torch_run.failure
    if not failure.stage.startswith(("CUDA init", "device ", "compute on device ")):
        return
    cause = _cause(failure)
    yield Finding(
        what=f"{torch_name(torch)} dies in the stage {failure.stage!r}: {failure.detail.partition(chr(10))[0]}.",
        why="Everything before worked; what this stage asks for the first time is the driver and the card"
        + (", with cuDNN and the CUDA libraries." if failure.stage.startswith("compute") else "."),
        fix=_fix(cause),
        cause=cause,
        confidence="likely",
        evidence={
            "torch_run.failure.stage": failure.stage,
            "torch_run.failure.detail": failure.detail,
            "torch_run.failure.last_lines": list(failure.last_lines[-4:]),
        },
    )


def _cause(failure: Failure) -> str:
    told = cause_of(failure.detail) or cause_of(said(failure))
    return told or ("gpu-fault" if failure.kind == "exception" else "driver-wedged")


def _fix(cause: str) -> Fix:
    if cause in ("cudnn-mismatch", "cuda-lib-shadowing"):
        return Fix(
            "Try without other copies of these libraries; if that helps, take their folders out of LD_LIBRARY_PATH.",
            ("env -u LD_LIBRARY_PATH envdoctor check",),
        )
    if cause in ("gpu-busy", "mig-or-exclusive-mode"):
        return Fix("See which processes hold the GPU, and end them or take another one.", ("nvidia-smi",))
    return Fix("Restart the machine; if it stays, reinstall the NVIDIA driver.", risk=Risk.REBOOT)
