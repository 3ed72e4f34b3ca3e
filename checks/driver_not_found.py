from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, Host, Message, PciGpu, Platform, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, wsl_of
from envdoctor.rules.remedies import install_driver
from envdoctor.rules.surroundings import is_jetson, is_mac
from envdoctor.rules.told import told


@check("DRV052", Severity.ERROR, cause="no-driver", because_of=("VIR053", "VIR054", "DRV001", "DRV053", "ENV061"))
def driver_not_found(
    messages: tuple[Message, ...],
    platform: Platform | Unknown,
    host: Host | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    driver: Driver | None | Unknown,
) -> Iterator[Finding]:
    """A program looks for an NVIDIA driver and finds none.

    PyTorch brings CUDA's libraries along and never the driver. Without one a program that was told to use CUDA
    stops with "Found no NVIDIA driver on your system"; so it does where there is no NVIDIA card at all.

    How to mend it: install the driver if there is an NVIDIA card; else let the program use the CPU, or a build
    for the card that is there.

    Source: torch/cuda/__init__.py (_check_driver);
    https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/.
    """
    found = told(messages, "no-driver-found") or told(messages, "no-smi", "device-type-unknown")
    if found is None or container_of(platform) or wsl_of(platform) or is_mac(host):
        return
    answers = isinstance(driver, Driver) and isinstance(driver.version, str)
    if is_jetson(messages, gpus) or (answers and found.message.sign != "no-driver-found"):
        return
    other = pci_gpus[0].name if not isinstance(pci_gpus, Unknown) and pci_gpus else None
    yield Finding(
        what=f"No NVIDIA driver is found: {found.quote}." + (f" The card that is named is {other}." if other else ""),
        why="CUDA reaches a GPU through NVIDIA's driver only, which PyTorch does not bring along.",
        fix=_without_card(str(other)) if other else install_driver(host),
        verify="nvidia-smi",
        confidence="likely" if found.message.sign == "device-type-unknown" else found.confidence,
        evidence=found.evidence,
    )


def _without_card(name: str) -> Fix:
    return Fix(
        f"{name} is not NVIDIA's, and CUDA does not run on it. Let the program use the CPU (--cpu, device='cpu', "
        "map_location='cpu'), or install the PyTorch build for this card (ROCm for AMD, XPU for Intel Arc).",
        ("python -m pip install torch --index-url https://download.pytorch.org/whl/cpu",),
        Risk.CHANGES_ENVIRONMENT,
    )
