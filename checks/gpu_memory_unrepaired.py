from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Gpu
from envdoctor.findings import Finding, Fix, Risk, Severity, check


@check("GPU005", Severity.WARNING, cause="gpu-fault", because_of=("GPU001",))
def gpu_memory_unrepaired(gpus: tuple[Gpu, ...]) -> Iterator[Finding]:
    """A GPU has bad memory that is still in use: its repair waits for a reset, or there are no spare rows.

    GPUs with error correction take bad memory out of use: older ones retire pages, those since Ampere
    replace rows. Both happen when the GPU starts anew. Until then programs can meet the bad place
    again ("uncorrectable ECC error encountered", Xid 63, 64, 94, 95).

    How to mend it: end what uses the GPU and reset it, or restart the machine. Where a row could not be
    replaced, the maker's diagnosis decides about the card.

    Source: https://docs.nvidia.com/deploy/dynamic-page-retirement/ and
    https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/ (row remapping).
    """
    failed = {place: gpu for place, gpu in enumerate(gpus) if gpu.remapped_rows_failed is True}
    waiting = {
        place: gpu
        for place, gpu in enumerate(gpus)
        if place not in failed and True in (gpu.remapped_rows_pending, gpu.retired_pages_pending)
    }
    if failed:
        yield Finding(
            what=f"Bad memory of {_names(failed)} could not be replaced: there is no spare row left.",
            why="Programs that use the bad place are killed with an uncorrectable error, again and again.",
            fix=Fix(
                "Take the card out of service, and let its maker's diagnosis decide.",
                ("nvidia-smi -q -d ROW_REMAPPER", "dcgmi diag -r 3"),
            ),
            evidence={f"gpus.{place}.remapped_rows_failed": True for place in failed},
        )
    if waiting:
        first = next(iter(waiting.values())).index
        yield Finding(
            what=f"Bad memory of {_names(waiting)} waits to be taken out of use.",
            why="That happens when the GPU starts anew; until then a program can meet the bad place and be killed.",
            fix=Fix(
                "End what uses the GPU and reset it; restart the machine if that is refused.",
                ("nvidia-smi -q -d ROW_REMAPPER,PAGE_RETIREMENT", f"sudo nvidia-smi --gpu-reset -i {first}"),
                Risk.NEEDS_ROOT,
            ),
            evidence=_evidence(waiting),
        )


def _names(gpus: dict[int, Gpu]) -> str:
    return ", ".join(f"GPU {gpu.index}" for gpu in gpus.values())


def _evidence(waiting: dict[int, Gpu]) -> dict[str, Any]:
    names = ("remapped_rows_pending", "retired_pages_pending")
    return {
        f"gpus.{place}.{name}": True for place, gpu in waiting.items() for name in names if getattr(gpu, name) is True
    }
