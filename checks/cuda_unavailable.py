from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, PciGpu, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.cuda_errors import cause_of
from envdoctor.rules.judging import gpu_to_use

HIDING = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "GPU_DEVICE_ORDINAL")


@check(
    "TOR006",
    Severity.ERROR,
    cause="cuda-unavailable",
    because_of=(
        "PYT001", "VIR001", "VIR002", "VIR003", "VIR004", "VIR005", "GPU001", "GPU003",
        "DRV001", "DRV002", "DRV003", "DRV004", "DRV005", "DRV006", "DRV007", "DRV008", "DRV009", "DRV010", "DRV011",
        "DRV012", "GPU008",
        "ENV001", "ENV005", "TOR003", "TOR004", "TOR008", "TOR009", "LIB006",
    ),
)  # fmt: skip
def cuda_unavailable(
    torch: Torch | None,
    torch_run: TorchRun | None,
    driver: Driver | None | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    environment: dict[str, str] | Unknown,
) -> Iterator[Finding]:
    """A CUDA build of PyTorch beside an NVIDIA GPU says that CUDA is not available.

    This is the symptom that the other checks explain. When one of them does, this finding follows from
    it. When it stands alone, nothing more exact is known than what PyTorch itself says.

    How to mend it: go by PyTorch's message; send a report if it stays unexplained.

    Source: torch.cuda.is_available() and the exception of torch.cuda.init() in the examined Python.
    """
    if torch is None or torch_run is None or torch.build != "cuda" or torch_run.available is not False:
        return
    if not gpu_to_use(pci_gpus, gpus, driver):
        return
    said = torch_run.init_error
    yield Finding(
        what="torch.cuda.is_available() is False although a CUDA build and an NVIDIA GPU are there"
        + (f": {said.splitlines()[0]}" if said else "."),
        why="PyTorch could not start CUDA on this machine.",
        fix=Fix("Go by the message above; restart the machine if the driver was updated since it started."),
        cause=_cause(said or "", environment),
        confidence="likely",
        evidence={"torch_run.available": False, "torch_run.init_error": said}
        | ({"driver.cuinit": driver.cuinit} if isinstance(driver, Driver) else {}),
    )


def _cause(said: str, environment: dict[str, str] | Unknown) -> str:
    """Return the cause by PyTorch's words. That none is there accuses a variable only where one is set."""
    cause = cause_of(said) or "cuda-unavailable"
    unset = isinstance(environment, dict) and not any(name in environment for name in HIDING)
    return "cuda-unavailable" if cause == "visible-devices-hidden" and unset else cause
