from collections.abc import Iterator

from envdoctor.facts import Gpu, Host, Message, PciGpu, Torch, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.surroundings import is_mac
from envdoctor.rules.told import told


@check("GPU062", Severity.ERROR, cause="no-nvidia-gpu", because_of=("DRV052", "GPU058", "SYS056"))
def gpu_of_another_maker(
    messages: tuple[Message, ...],
    host: Host | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    torch: Torch | None | Unknown,
) -> Iterator[Finding]:
    """A program asks for CUDA on a machine without an NVIDIA GPU.

    CUDA runs on NVIDIA cards only. On a Mac, or beside a card of AMD or Intel, no build of PyTorch for CUDA
    helps: the program must be told to use the CPU, MPS, ROCm or XPU. Much published code names "cuda" without
    asking.

    How to mend it: choose the device by what is there, and install the build for it.

    Source: https://pytorch.org/get-started/locally/; https://pytorch.org/docs/stable/notes/mps.html.
    """
    found = told(messages, "not-compiled-with-cuda", "no-gpus", "no-driver-found", "no-smi")
    others = () if isinstance(pci_gpus, Unknown) else pci_gpus
    if found is None or (not isinstance(gpus, Unknown) and gpus):
        return
    if not (is_mac(host) or others) or (isinstance(torch, Torch) and torch.build == "rocm"):
        return
    card = "Macs have no NVIDIA GPU" if is_mac(host) else f"the card that is named is {others[0].name}"
    yield Finding(
        what=f"CUDA is asked for, and {card}: {found.quote}.",
        why="CUDA runs on NVIDIA GPUs only, whatever is installed.",
        fix=Fix(
            "Let the program use the device that is there: 'mps' on Apple silicon, 'xpu' on Intel Arc, a "
            "ROCm build for "
            "supported AMD cards, else 'cpu' (torch.load(..., map_location='cpu')).",
        ),
        verify='python -c "import torch; print(torch.accelerator.current_accelerator())"',
        confidence=found.confidence,
        evidence=found.evidence,
    )
