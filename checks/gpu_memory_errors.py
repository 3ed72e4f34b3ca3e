from collections.abc import Iterator

from envdoctor.facts import Gpu
from envdoctor.findings import Finding, Fix, Risk, Severity, check


@check("GPU002", Severity.WARNING, cause="gpu-fault", because_of=("GPU001",))
def gpu_memory_errors(gpus: tuple[Gpu, ...]) -> Iterator[Finding]:
    """A GPU's memory had errors that could not be corrected.

    A program that meets such an error is killed (Xid 48, "uncorrectable ECC error encountered"). One may
    be a chance event; several, or new ones after a restart, mean that the memory wears out.

    How to mend it: restart, so that the driver retires or remaps the bad rows; replace the card if new
    errors come.

    Source: https://docs.nvidia.com/deploy/dynamic-page-retirement/ and
    https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/.
    """
    bad = [
        (place, gpu, gpu.ecc_uncorrected)
        for place, gpu in enumerate(gpus)
        if isinstance(gpu.ecc_uncorrected, int) and gpu.ecc_uncorrected > 0
    ]
    if not bad:
        return
    counts = ", ".join(f"GPU {gpu.index}: {count}" for _, gpu, count in bad)
    yield Finding(
        what=f"{len(bad)} of {len(gpus)} NVIDIA GPUs had uncorrected memory errors ({counts}).",
        why="A program that meets such an error is killed in the middle of its work.",
        fix=Fix(
            "See which pages or rows are affected, and restart so that they are taken out of use. Replace the card if "
            "new errors come.",
            ("nvidia-smi -q -d ECC,ROW_REMAPPER,PAGE_RETIREMENT", "sudo reboot"),
            Risk.REBOOT,
        ),
        evidence={f"gpus.{place}.ecc_uncorrected": count for place, _, count in bad},
    )
