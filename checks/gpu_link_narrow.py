from collections.abc import Iterator

from envdoctor.facts import Gpu, Platform
from envdoctor.findings import Finding, Fix, Severity, check

NARROW, WIDE = 2, 8
"""Lanes. Four are usual in the slots of small machines and in external cases."""
BUSY_PERCENT = 50
OLD = 1
"""The generation that an idle link falls back to."""


@check("GPU007", Severity.WARNING, cause="pcie-or-numa", because_of=("GPU001",))
def gpu_link_narrow(gpus: tuple[Gpu, ...], platform: Platform) -> Iterator[Finding]:
    """A GPU is connected by one or two PCIe lanes, or by the slowest generation while it computes.

    Every batch goes through this link. With one lane of sixteen the GPU waits for its data, whatever
    the rest of the machine can do. Reasons are a riser cable, a slot of the chipset, lanes that an SSD
    takes, or a card that does not sit well. An idle link falls back to the first generation by right, and
    keeps its lanes.

    How to mend it: use the slot next to the processor, without riser; look in the firmware's settings for
    the lanes and the generation of the slot.

    Source: https://docs.nvidia.com/deploy/nvml-api/ (nvmlDeviceGetCurrPcieLinkWidth, …Generation).
    """
    if isinstance(platform.vm, str) or isinstance(platform.wsl, int):
        return  # a guest is shown a bus that was made up
    for place, gpu in enumerate(gpus):
        if gpu.problem:
            continue
        width, most = gpu.pcie_width, gpu.pcie_width_max
        if isinstance(width, int) and isinstance(most, int) and 0 < width <= NARROW and most >= WIDE:
            yield Finding(
                what=f"GPU {gpu.index} is connected by {width} of {most} PCIe lanes.",
                why="All data for the GPU goes through them, so it waits for its batches.",
                fix=_fix(gpu),
                evidence={f"gpus.{place}.pcie_width": width, f"gpus.{place}.pcie_width_max": most},
            )
        elif _is_slow_while_busy(gpu):
            yield Finding(
                what=f"GPU {gpu.index} computes, and its PCIe link runs at generation {gpu.pcie_generation} "
                f"of {gpu.pcie_generation_max}.",
                why="A link speeds up under load; one that does not hands over data at a fraction of its rate.",
                fix=_fix(gpu),
                evidence={
                    f"gpus.{place}.pcie_generation": gpu.pcie_generation,
                    f"gpus.{place}.pcie_generation_max": gpu.pcie_generation_max,
                    f"gpus.{place}.utilisation_percent": gpu.utilisation_percent,
                },
            )


def _is_slow_while_busy(gpu: Gpu) -> bool:
    """Go by a GPU that is at full speed and at work: only then an old generation is no rest."""
    busy = isinstance(gpu.utilisation_percent, int) and gpu.utilisation_percent >= BUSY_PERCENT
    most = gpu.pcie_generation_max
    return (
        busy and gpu.performance_state == 0 and gpu.pcie_generation == OLD and isinstance(most, int) and most > OLD + 1
    )


def _fix(gpu: Gpu) -> Fix:
    return Fix(
        "Put the card into the slot next to the processor, without a riser cable, and see which lanes and generation "
        "the firmware gives to that slot.",
        (f"nvidia-smi -q -i {gpu.index} | grep -A 12 'GPU Link Info'",),
    )
