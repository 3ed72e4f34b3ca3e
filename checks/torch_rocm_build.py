from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, PciGpu, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works, gpu_to_use, torch_name

AMD = "1002"


@check("TOR009", Severity.ERROR, cause="rocm")
def torch_rocm_build(
    torch: Torch | None,
    torch_run: TorchRun | None | Unknown,
    pci_gpus: tuple[PciGpu, ...],
    gpus: tuple[Gpu, ...] | Unknown,
    driver: Driver | None | Unknown,
) -> Iterator[Finding]:
    """PyTorch is a ROCm build, and the machine's GPU is not AMD's.

    A ROCm build holds code for AMD GPUs only; it answers `torch.cuda.is_available()` with False beside
    an NVIDIA card.

    How to mend it: install the CUDA build that fits driver and GPU.

    Source: https://pytorch.org/get-started/locally/.
    """
    if torch is None or torch.build != "rocm" or cuda_works(torch_run) or not gpu_to_use(pci_gpus, gpus, driver):
        return
    if any(gpu.vendor == AMD for gpu in pci_gpus):
        return
    yield Finding(
        what=f"{torch_name(torch)} is a ROCm build; the GPU here is NVIDIA's.",
        why="A ROCm build holds code for AMD GPUs only.",
        fix=Fix("Install the CUDA build that fits this driver and GPU.", (INSTALL,), Risk.CHANGES_ENVIRONMENT),
        evidence={"torch.version": torch.version, "torch.hip": torch.hip},
    )
