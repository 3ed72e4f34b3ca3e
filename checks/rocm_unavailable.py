from collections.abc import Iterator

from envdoctor.facts import Message, PciGpu, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, torch_name

AMD = "1002"


@check("TOR012", Severity.ERROR, cause="rocm", because_of=("ENV001", "TOR008", "VIR003", "VIR005"))
def rocm_unavailable(
    *,
    torch: Torch | None,
    torch_run: TorchRun | None,
    pci_gpus: tuple[PciGpu, ...],
    platform: Platform | Unknown,
    messages: tuple[Message, ...] | Unknown,
) -> Iterator[Finding]:
    """A ROCm build of PyTorch beside an AMD GPU says that no GPU is available.

    ROCm works through /dev/kfd and /dev/dri/renderD*, which the kernel's amdgpu makes. The user must be in the groups
    render and video, a container must be given both nodes, and the card must be one that this build holds code
    for. Messages that somebody pasted are judged by another check.

    How to mend it: see whether the nodes are there and who may open them; add the groups; give the container the
    nodes; look the card up in ROCm's list of supported GPUs.

    Source: https://rocm.docs.amd.com/projects/install-on-linux/en/latest/install/prerequisites.html (group
    permissions).
    """
    if torch is None or torch_run is None or torch.build != "rocm" or torch_run.available is not False:
        return
    cards = {f"pci_gpus.{place}": gpu for place, gpu in enumerate(pci_gpus) if gpu.vendor == AMD}
    cards = {place: gpu for place, gpu in cards.items() if gpu.bound != "vfio-pci"}
    if not cards or isinstance(messages, tuple):
        return
    inside = container_of(platform) is not None
    held = any(gpu.bound == "amdgpu" for gpu in cards.values())
    said = torch_run.init_error
    yield Finding(
        what=f"{torch_name(torch)} is a ROCm build and finds no GPU, although the bus shows an AMD GPU "
        + ", ".join(f"{gpu.vendor}:{gpu.device} at {gpu.address}" for gpu in cards.values())
        + (f": {said.splitlines()[0]}" if said else "."),
        why="ROCm reaches the card through /dev/kfd and /dev/dri, which this process does not have or may not open, or "
        "the build does not know the card."
        if held
        else "The kernel driver amdgpu does not hold the card, so ROCm has no device.",
        fix=Fix(
            "Start the container with both nodes and the host's group numbers (--device /dev/kfd --device /dev/dri "
            "--group-add video)."
            if inside
            else "See that both nodes are there; add yourself to the groups render and video and log in anew. If they "
            "are, look the card up in ROCm's list of supported GPUs."
            if held
            else "Install amdgpu with ROCm's kernel driver and restart.",
            ("ls -l /dev/kfd /dev/dri", "sudo usermod -a -G render,video $USER", "rocminfo | grep -E 'gfx|Marketing'"),
            Risk.NEEDS_ROOT,
        ),
        confidence="likely",
        evidence={"torch.hip": torch.hip, "torch_run.available": False}
        | {f"{place}.bound": gpu.bound for place, gpu in cards.items()},
    )
