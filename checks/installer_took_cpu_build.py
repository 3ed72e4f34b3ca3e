from collections.abc import Iterator

from envdoctor.facts import Gpu, Host, Message, Toolkit, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.cpu_builds import cpu_build_told, cuda_wanted
from envdoctor.rules.told import told


@check("INS056", Severity.ERROR, cause="install-blocked", because_of=("SYS071", "INS051"))
def installer_took_cpu_build(
    messages: tuple[Message, ...],
    packages: dict[str, str] | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    toolkits: tuple[Toolkit, ...] | Unknown,
    host: Host | Unknown,
) -> Iterator[Finding]:
    """The installer was to bring a CUDA build of PyTorch and chose a CPU build.

    conda takes the CPU build if the channel that holds the CUDA build is missing (`-c pytorch -c nvidia`), if a
    mirror does not carry it, if `cpuonly` is installed, or if no CUDA build fits Python and pins. pip takes it
    from PyPI on Windows, from a mirror, or from a lock file that names the CPU index.

    How to mend it: remove it, and install from PyTorch's own index for this CUDA; in conda remove `cpuonly` and
    ask for the CUDA build by name.

    Source: https://pytorch.org/get-started/locally/; https://conda-forge.org/docs/user/tipsandtricks/ (CUDA).
    """
    one = cpu_build_told(messages)
    by = told(messages, "conda-cpu-build", "cpu-build-got", "cpu-index", "mirror-used")
    if one is None or by is None or not cuda_wanted(messages, packages, gpus, toolkits):
        return
    if isinstance(host, Host) and host.os == "darwin":
        return  # there is no CUDA build for macOS
    yield Finding(
        what=f"The installer chose a CPU build of PyTorch: {one.quote}.",
        why="The channel, mirror or index that was asked does not hold the CUDA build, or something asks for the CPU.",
        fix=Fix(
            "Remove it, and install the CUDA build that fits this driver from PyTorch's own index.",
            ("conda remove cpuonly pytorch", "python -m pip uninstall -y torch torchvision torchaudio", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch; print(torch.__version__, torch.version.cuda)'",
        evidence=one.evidence | by.evidence,
        confidence=one.confidence,
    )
