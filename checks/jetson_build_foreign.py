from collections.abc import Iterator

from envdoctor.facts import Gpu, Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works
from envdoctor.rules.surroundings import NO_CARD, is_jetson
from envdoctor.rules.told import told

SIGNS = (*NO_CARD, "not-compiled-with-cuda", "cuda-not-seen", "cpu-build-listed", "cpu-build-got", "no-kernel-image",
         "library-not-found", "sm-not-compatible", "wheel-not-supported")  # fmt: skip


@check("GPU056", Severity.ERROR, cause="jetson-wheel", because_of=("VIR051",))
def jetson_build_foreign(
    messages: tuple[Message, ...],
    gpus: tuple[Gpu, ...] | Unknown,
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """A Jetson has a build of PyTorch that was not made for it.

    The GPU of a Jetson is part of its processor, with a driver of its own (L4T) and libraries from JetPack.
    Wheels for aarch64 from PyPI are for servers or for the CPU: they install and find no GPU, or no kernel.
    NVIDIA publishes wheels for each JetPack.

    How to mend it: install the wheel (or the container) that NVIDIA publishes for the JetPack on the board.

    Source: https://docs.nvidia.com/deeplearning/frameworks/install-pytorch-jetson-platform/;
    https://forums.developer.nvidia.com/t/pytorch-for-jetson/72048.
    """
    if not is_jetson(messages, gpus) or cuda_works(torch_run):
        return
    found = told(messages, *SIGNS)
    board = told(messages, "jetson")
    unusable = isinstance(torch_run, TorchRun) and torch_run.available is False
    cpu = isinstance(torch, Torch) and torch.build == "cpu"
    shown = found or (board if unusable or cpu else None)
    if shown is None:
        return
    yield Finding(
        what=f"On this Jetson PyTorch does not reach the GPU: {shown.quote}.",
        why="A Jetson needs a PyTorch that was built for its JetPack; the wheels of PyPI for aarch64 are "
        "for other machines.",
        fix=Fix(
            "See which JetPack the board has, remove the wheel, and install NVIDIA's for that JetPack "
            "(Python must fit), "
            "or use NVIDIA's container l4t-pytorch. Build torchvision from source beside it.",
            (
                "cat /etc/nv_tegra_release",
                "apt-cache show nvidia-jetpack | grep Version",
                "python3 -m pip uninstall torch",
            ),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify='python3 -c "import torch; print(torch.__version__, torch.cuda.is_available())"',
        confidence=found.confidence if found else "likely",
        evidence=shown.evidence | (board.evidence if board else {}),
    )
