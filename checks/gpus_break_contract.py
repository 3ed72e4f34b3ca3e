from collections.abc import Iterator

from envdoctor.facts import CannotTellError, Contract, Gpu, TorchRun, Unknown
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import size, violation
from envdoctor.rules.project_gpus import Card, cards


@check("PRJ005", Severity.ERROR, cause="project-contract", because_of=("VIR001", "DRV001", "DRV003", "DRV002"))
def gpus_break_contract(
    contract: Contract | None, gpus: tuple[Gpu, ...] | Unknown, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """Too few GPUs have the memory and the compute capability that the project needs.

    Counted are the GPUs that PyTorch sees, after CUDA_VISIBLE_DEVICES; where it was not run, or sees none,
    those that the driver lists. One that the driver can tell nothing of is not counted out: then the answer
    is "could not tell". Makers sell a GPU as one of 24 GB that shows a little less: up to 8 % less will do.

    How to mend it: use a machine with such GPUs, show the program more of them, or lower the need in the file.

    Source: the project's file, which `--against` names; https://developer.nvidia.com/cuda-gpus for compute
    capabilities.
    """
    if contract is None or not (contract.gpu_count or contract.gpu_memory_bytes or contract.gpu_capability):
        return
    needed = contract.gpu_count or 1
    there = cards(gpus, torch_run)
    good = [card for card in there if card.suits(contract) is True]
    if len(good) >= needed or len(good) + sum(card.suits(contract) is None for card in there) >= needed:
        _tell(good, needed, there, contract)
        return
    memory = f" with {size(contract.gpu_memory_bytes)}" if contract.gpu_memory_bytes else ""
    capability = f" of compute capability {contract.gpu_capability} or newer" if contract.gpu_capability else ""
    seen = ", ".join(card.said() for card in there)
    yield violation(
        contract,
        f"Here is {seen}" if there else "No GPU is usable here",
        f"{needed} GPU{'s' if needed > 1 else ''}{memory}{capability}",
        "Use a machine with such GPUs; if it has them, see what else this report says, and CUDA_VISIBLE_DEVICES.",
        evidence={
            "contract.gpu_count": contract.gpu_count,
            "contract.gpu_memory_bytes": contract.gpu_memory_bytes,
            "contract.gpu_capability": contract.gpu_capability,
        },
    )


def _tell(good: list[Card], needed: int, there: list[Card], contract: Contract) -> None:
    if len(good) < needed:
        doubtful = next(card for card in there if card.suits(contract) is None)
        raise CannotTellError(f"memory or compute capability of {doubtful.said()} is unknown")
