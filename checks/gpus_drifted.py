from collections.abc import Iterator

from envdoctor.facts import Drift
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.drift import drifted


@check("PRJ104", Severity.ERROR, cause="drifted")
def gpus_drifted(drift: tuple[Drift, ...] | None) -> Iterator[Finding]:
    """The GPUs are not those that were locked, or are set up otherwise.

    Another GPU chooses other kernels; a power cap, MIG or error correction changes speed and room. Facts that
    change by themselves (load, temperature, free room) do not count. The severity is that of the weightiest
    difference.

    How to mend it: run on a machine with the locked GPUs, or set them up as they were (nvidia-smi). If the
    change is meant, lock the machine again.

    Source: `envdoctor diff --weights` prints the weight of each fact, and the reason.
    """
    yield from drifted(
        drift,
        ("gpus", "pci_gpus"),
        "GPUs",
        "Run on a machine with the locked GPUs, or set them up as they were (nvidia-smi).",
    )
