from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check(
    "DRV058",
    Severity.ERROR,
    cause="libcuda-broken",
    because_of=(
        "DRV010",
        "DRV054",
    ),
)
def forward_compatibility_refused(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """CUDA refuses the libcuda of a forward-compatibility package on this GPU.

    The package cuda-compat brings a newer libcuda for an older kernel module. It is for data-centre GPUs only:
    others answer 804. Images for CUDA bring it in /usr/local/cuda/compat, and a library path that names this
    folder loads it.

    How to mend it: take the folder compat out of the library path, or update the driver on the host.

    Source: https://docs.nvidia.com/deploy/cuda-compatibility/ (forward compatibility); CUDA driver API, error
    804.
    """
    found = told(messages, "compat-refused")
    if found is None:
        return
    yield Finding(
        what=f"The libcuda that is loaded is of a forward-compatibility package that this GPU does not "
        f"support: {found.quote}.",
        why="Such a package lets data-centre GPUs run a newer CUDA than their driver; every other card refuses it.",
        fix=Fix(
            "Take the folder compat out of LD_LIBRARY_PATH (or remove the package cuda-compat), and "
            "update the NVIDIA driver if a newer CUDA is needed. The message also appears when the driver "
            "was updated without a restart.",
            (
                "ldconfig -p | grep libcuda.so.1",
                "echo $LD_LIBRARY_PATH",
            ),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify='python -c "import torch; print(torch.cuda.is_available())"',
        confidence=found.confidence,
        evidence=found.evidence,
    )
