from collections.abc import Iterator

from envdoctor.facts import Gpu, Message, PciGpu, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, cuda_works
from envdoctor.rules.surroundings import NO_CARD, is_amd
from envdoctor.rules.told import told

AMD = "1002"


@check("GPU058", Severity.ERROR, cause="rocm")
def amd_device_denied(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    platform: Platform | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
) -> Iterator[Finding]:
    """A program cannot reach an AMD GPU: its device nodes, groups or driver.

    ROCm opens /dev/kfd and /dev/dri/renderD*: the user must be in the groups render and video, a container must
    be given both nodes and the groups' numbers of its host, and the kernel must have amdgpu with KFD. A CUDA
    build, and WSL or Windows without AMD's packages, see no AMD GPU at all.

    How to mend it: see who may open the nodes; add the groups; give the container the nodes; install the ROCm
    build.

    Source: https://rocm.docs.amd.com/projects/install-on-linux/en/latest/install/prerequisites.html (group
    permissions).
    """
    own = told(messages, "kfd-denied", "hip-no-gpu")
    signs = tuple(sign for sign in NO_CARD if sign != "no-driver-found")
    other = told(messages, *signs, "cuda-not-seen") if is_amd(torch, pci_gpus) else None
    found = own or other
    if found is None:
        yield from _build_for_nvidia(torch, torch_run, pci_gpus, gpus)
    if found is None or cuda_works(torch_run):
        return
    inside = container_of(platform) is not None
    yield Finding(
        what=f"The AMD GPU is out of reach: {found.quote}.",
        why="ROCm works through /dev/kfd and /dev/dri, which this process may not open or does not have.",
        fix=Fix(
            "Start the container with both nodes and the host's group numbers (--device /dev/kfd --device /dev/dri "
            "--group-add $(getent group render | cut -d: -f3))."
            if inside
            else "Add yourself to the groups render and video and log in anew; see that the nodes are there "
            "and belong to "
            "these groups. Install the ROCm build of PyTorch, for a supported GPU.",
            ("ls -l /dev/kfd /dev/dri", "sudo usermod -a -G render,video $USER", "rocminfo | grep -E 'gfx|Marketing'"),
            Risk.NEEDS_ROOT,
        ),
        verify='python -c "import torch; print(torch.version.hip, torch.cuda.is_available())"',
        confidence=found.confidence if own else "likely",
        evidence=found.evidence,
    )


def _build_for_nvidia(
    torch: Torch | None | Unknown,
    run: TorchRun | None | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
) -> Iterator[Finding]:
    """Beside an AMD card and no other, a build for CUDA sees nothing."""
    if not isinstance(torch, Torch) or torch.build != "cuda" or isinstance(pci_gpus, Unknown):
        return
    if not isinstance(run, TorchRun) or run.available is not False or (not isinstance(gpus, Unknown) and gpus):
        return
    for place, card in enumerate(pci_gpus):
        if card.vendor == AMD:
            yield Finding(
                what=f"PyTorch {torch.version} is built for CUDA; the card is {card.name}.",
                why="A CUDA build holds no code for AMD GPUs.",
                fix=Fix(
                    "If AMD supports the card, install the ROCm build; else a build for the CPU.",
                    (
                        "python -m pip install --force-reinstall torch --index-url https://download.pytorch.org/whl/rocm6.4",
                    ),
                    Risk.CHANGES_ENVIRONMENT,
                ),
                confidence="likely",
                evidence={"torch.cuda": torch.cuda, f"pci_gpus.{place}.name": card.name},
            )
            return
