from collections.abc import Iterator

from envdoctor.facts import Driver, Message, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import container_of, wants_cuda, wsl_of
from envdoctor.rules.surroundings import hypervisor_of

ADVICE = {
    "wsl-driver": ("WSL", "update WSL and the NVIDIA driver on Windows, and install none inside WSL", "wsl --update"),
    "vm-no-passthrough": ("a virtual machine", "pass the card through, or run on the host", "lspci -nn"),
    "container-no-gpu": (
        "a container",
        "start it with the GPU, after nvidia-smi was seen to work on the host",
        "docker run --rm --gpus all ubuntu nvidia-smi",
    ),
}


@check(
    "VIR055",
    Severity.ERROR,
    cause="container-no-gpu",
    because_of=(
        "VIR051", "VIR052", "VIR053", "VIR054", "GPU051", "GPU053", "GPU056", "GPU058", "DRV051", "DRV052", "DRV053",
        "DRV054", "DRV055", "DRV056", "DRV057", "DRV058", "DRV059", "ENV061", "ENV001", "DRV002", "DRV009", "TOR003",
    ),
)  # fmt: skip
def gpu_kept_from_program(
    messages: tuple[Message, ...],  # noqa: ARG001  # of a machine that is looked at, other checks know more
    platform: Platform,
    torch: Torch | None,
    torch_run: TorchRun | None,
    driver: Driver | None | Unknown,
) -> Iterator[Finding]:
    """A CUDA build sees no GPU in a container, in WSL or in a virtual machine.

    What stands between the program and the card is the likeliest reason where nothing else is known: a
    container that was given no GPU, WSL that does not reach the driver of Windows, a guest with a virtual card.

    How to mend it: look for the card with nvidia-smi in the same place, then one step further out.

    Source: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/;
    https://docs.nvidia.com/cuda/wsl-user-guide/.
    """
    if torch_run is None or torch_run.available is not False or not wants_cuda(torch):
        return
    answers = isinstance(driver, Driver) and isinstance(driver.version, str)
    if wsl_of(platform):
        cause = "wsl-driver"
    elif hypervisor_of(platform, driver):
        cause = "vm-no-passthrough"
    elif container_of(platform) and not answers:
        cause = "container-no-gpu"
    else:
        return
    where, advice, command = ADVICE[cause]
    yield Finding(
        what=f"A CUDA build of PyTorch finds no GPU, and it runs in {where}.",
        why="There the card must be handed through first; nothing else that was reported explains it.",
        fix=Fix(f"Look with nvidia-smi in the same place. If it fails, {advice}.", ("nvidia-smi", command)),
        cause=cause,
        verify="nvidia-smi",
        confidence="likely",
        evidence={"torch_run.available": False, "platform.wsl": platform.wsl, "platform.container": platform.container},
    )
