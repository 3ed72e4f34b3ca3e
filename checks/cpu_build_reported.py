from collections.abc import Iterator

from envdoctor.facts import Gpu, Host, Message, Toolkit, Torch, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.cpu_builds import cpu_build_told, cuda_wanted
from envdoctor.rules.told import Told, told


@check("TOR051", Severity.ERROR, cause="cpu-only-build", because_of=("INS056",))
def cpu_build_reported(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    packages: dict[str, str] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    toolkits: tuple[Toolkit, ...] | Unknown,
    host: Host | Unknown,
) -> Iterator[Finding]:
    """A CPU build of PyTorch is used where CUDA is wanted.

    "Torch not compiled with CUDA enabled" is raised by every CPU build that is asked for a GPU, and
    `torch.version.cuda` is None. On Windows `pip install torch` gives a CPU build in every release, and so do
    PyPI's wheels for Linux on ARM before 2.11.

    How to mend it: install the CUDA build from PyTorch's own index. A program that must also run without a GPU
    asks `torch.cuda.is_available()` before it moves anything there.

    Source: torch/cuda/__init__.py, _lazy_init; https://pytorch.org/get-started/locally/.
    """
    asked = told(messages, "not-compiled-with-cuda")
    built = cpu_build_told(messages)
    known = isinstance(torch, Torch) and torch.build == "cpu" and isinstance(torch.version, str)
    one = asked or (built if cuda_wanted(messages, packages, gpus, toolkits) else None)
    if one is None and known and isinstance(torch, Torch):
        one = told(messages, "cuda-not-seen") if str(torch.version).endswith("+cpu") else None
    if one is None or (isinstance(host, Host) and host.os == "darwin"):
        return  # there is no CUDA build for macOS
    if isinstance(torch, Torch) and torch.build in ("cuda", "rocm"):
        yield _another(one, torch)
        return
    yield Finding(
        what=f"PyTorch is a build for the CPU: {one.quote}.",
        why="Such a build holds no code for a GPU, whatever the driver and the toolkit are.",
        fix=Fix(
            "Replace it by the CUDA build that fits the driver, from PyTorch's own index.",
            ("python -m pip uninstall -y torch torchvision torchaudio", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch; print(torch.__version__, torch.version.cuda, torch.cuda.is_available())'",
        evidence=one.evidence,
        confidence=one.confidence,
    )


def _another(one: Told, torch: Torch) -> Finding:
    return Finding(
        what=f"The PyTorch that was reported is {torch.version}, a {torch.build} build; the program runs with another.",
        why="A CPU build says this. Two PyTorches are installed, or the program uses another Python.",
        fix=Fix(
            "Print what the program itself runs with, and install PyTorch there.",
            ("python -c 'import sys, torch; print(sys.executable, torch.__file__, torch.__version__)'",),
        ),
        cause="multiple-installs-or-shadowing",
        verify="python -c 'import torch; print(torch.__file__, torch.__version__, torch.version.cuda)'",
        evidence=one.evidence | {"torch.version": torch.version},
        confidence="likely",
    )
