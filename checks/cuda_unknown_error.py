from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Driver, Platform, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, cuda_code

UNKNOWN = 999
UVM = "/dev/nvidia-uvm"


@check("DRV011", Severity.ERROR, cause="uvm-or-suspend", because_of=("VIR001", "GPU001", "DRV004", "DRV005", "DRV007"))
def cuda_unknown_error(
    driver: Driver | None | Unknown, torch_run: TorchRun | None | Unknown, platform: Platform | Unknown
) -> Iterator[Finding]:
    """CUDA does not start and says "unknown error".

    Mostly the kernel module nvidia-uvm, which CUDA needs and nvidia-smi does not, is missing or stale: after
    the machine slept, after an update, or in a container that was not given /dev/nvidia-uvm.

    How to mend it: load nvidia-uvm anew (no process may use the GPU meanwhile), or restart.

    Source: CUDA driver API, CUDA_ERROR_UNKNOWN = 999; https://github.com/pytorch/pytorch/issues/49081.
    """
    code = cuda_code(driver, torch_run)
    if code is None or code[0] != UNKNOWN:
        return
    missing = _missing(driver)
    yield Finding(
        what="CUDA returns 999 (unknown error)" + (f", and {missing[0]}." if missing else "."),
        why="The kernel module nvidia-uvm, through which CUDA manages memory, is missing or stale, often after sleep.",
        fix=_fix(container_of(platform), loaded=not (missing and "driver.uvm_loaded" in missing[1])),
        confidence="proved" if missing else "likely",
        evidence={code[1]: code[2]} | (missing[1] if missing else {}),
    )


def _missing(driver: Driver | None | Unknown) -> tuple[str, dict[str, Any]] | None:
    """Return what of nvidia-uvm is missing beside a module nvidia that runs, and what shows it."""
    if not isinstance(driver, Driver):
        return None
    # A container sees which modules the host has loaded; on WSL there are none.
    if driver.uvm_loaded is False and isinstance(driver.kernel, str):
        return "the kernel module nvidia-uvm is not loaded", {"driver.uvm_loaded": False}
    nodes = driver.device_nodes
    if isinstance(nodes, tuple) and nodes and UVM not in nodes:
        return f"{UVM} is missing", {"driver.device_nodes": list(nodes)}
    return None


def _fix(container: str | None, *, loaded: bool) -> Fix:
    if container:
        return Fix(
            "Load nvidia-uvm on the host and make its device nodes there, then start the container anew.",
            ("sudo nvidia-modprobe -u -c=0",),
            Risk.NEEDS_ROOT,
        )
    if not loaded:
        return Fix(
            "Load nvidia-uvm, and read the kernel's answer if that is refused.",
            ("sudo modprobe nvidia_uvm", "sudo dmesg | grep -i nvidia | tail -n 20"),
            Risk.NEEDS_ROOT,
        )
    return Fix(
        "End what uses the GPU, then load nvidia-uvm anew; restart if that is refused.",
        ("sudo rmmod nvidia_uvm", "sudo modprobe nvidia_uvm"),
        Risk.NEEDS_ROOT,
    )
