from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, Unknown, known
from envdoctor.findings import Finding, Fix, Risk, Severity, check

OF_THE_CARD = {8: "Insufficient External Power", 15: "GPU is lost", 16: "GPU requires restart"}
"""Codes with which NVML refuses to start because of a card. Source: nvml.h of CUDA 13.0."""


@check("GPU001", Severity.ERROR, cause="gpu-fault")
def gpu_lost(gpus: tuple[Gpu, ...] | Unknown, driver: Driver | None | Unknown) -> Iterator[Finding]:
    """A GPU does not answer its driver.

    The driver lists it and gets an error or no answer ("GPU is lost", "reset required"): it fell off the
    bus, overheated, lost power or is damaged. Programs that touch it fail or hang, on a machine with
    several often all of them, because CUDA starts every GPU that it may see.

    How to mend it: shut the machine down and cut its power for a moment; look at seat, power connectors and
    cooling. Until then leave the GPU out with CUDA_VISIBLE_DEVICES.

    Source: https://docs.nvidia.com/deploy/xid-errors/ (Xid 79: GPU has fallen off the bus).
    """
    code = driver.nvml if isinstance(driver, Driver) and isinstance(driver.nvml, int) else 0
    if isinstance(gpus, Unknown) and code in OF_THE_CARD:
        yield _refused(code)
        return
    gpus = known(gpus, "gpus")
    lost = [(place, gpu) for place, gpu in enumerate(gpus) if gpu.problem]
    if not lost:
        return
    rest = [str(gpu.index) for gpu in gpus if not gpu.problem]
    names = ", ".join(f"GPU {gpu.index}{_name(gpu)} ({gpu.problem})" for _, gpu in lost)
    yield Finding(
        what=f"{len(lost)} of {len(gpus)} NVIDIA GPUs cannot be used: {names}.",
        why="The driver gets no sound answer from it, so CUDA fails or hangs on it.",
        fix=_fix(f" Until then: CUDA_VISIBLE_DEVICES={','.join(rest)}." if rest else ""),
        evidence={f"gpus.{place}.problem": gpu.problem for place, gpu in lost},
    )


def _name(gpu: Gpu) -> str:
    return f" {gpu.name}" if isinstance(gpu.name, str) else ""


def _refused(code: int) -> Finding:
    """Report that NVML does not even list the GPUs, for the sake of one of them."""
    return Finding(
        what=f"The NVIDIA driver cannot use a GPU: {OF_THE_CARD[code]} (NVML error {code}).",
        why="The driver gets no sound answer from the card, so no program reaches any GPU.",
        fix=_fix(),
        evidence={"driver.nvml": code},
    )


def _fix(until_then: str = "") -> Fix:
    return Fix(
        "Look for Xid messages, then shut down, cut the power for a moment and start again. If it comes back, "
        f"look at seat, power connectors and cooling; the card may be damaged.{until_then}",
        ("sudo dmesg | grep -i xid | tail -n 20",),
        Risk.REBOOT,
    )
