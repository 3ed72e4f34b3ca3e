from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("DRV054", Severity.ERROR, cause="driver-library-mismatch", because_of=("DRV004",))
def driver_halves_differ(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A program reports that the driver's libraries and its kernel module are of different versions.

    The driver was updated while its old kernel module kept running, or a container or a leftover package brings
    libraries of another version. Everything that asks the driver is refused: nvidia-smi, CUDA (error 803) and
    the start of containers.

    How to mend it: restart the machine; where the mismatch comes back, remove the second driver package.

    Source: https://docs.nvidia.com/deploy/nvml-api/ (NVML_ERROR_LIB_RM_VERSION_MISMATCH); CUDA runtime API,
    error 803.
    """
    found = told(messages, "driver-library-mismatch")
    if found is None:
        return
    yield Finding(
        what=f"The driver's libraries and its kernel module do not fit each other: {found.quote}.",
        why="An update replaced the files while the old kernel module kept running, and the two refuse to talk.",
        fix=Fix(
            "Restart the machine. If it comes back, two driver packages are installed: keep one. In a "
            "container, take driver libraries out of the image.",
            ("sudo reboot",),
            Risk.REBOOT,
        ),
        verify="nvidia-smi",
        confidence=found.confidence,
        evidence=found.evidence,
    )
