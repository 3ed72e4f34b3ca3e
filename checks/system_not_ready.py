from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("DRV056", Severity.ERROR, cause="fabricmanager", because_of=("DRV008",))
def system_not_ready(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """CUDA reports that the system is not ready, or the fabric manager does not run.

    Machines whose GPUs are linked by NVSwitch (HGX, DGX: A100, H100, H200, B200 with SXM) need the service
    nvidia-fabricmanager, in exactly the driver's version. Until it has set up the links, cuInit returns 802,
    while nvidia-smi looks sound. In a virtual machine with some of the GPUs, the host runs it.

    How to mend it: install the fabric manager in the driver's version and start it.

    Source: https://docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide/; CUDA driver API, error 802.
    """
    found = told(messages, "system-not-ready", "fabric-manager")
    if found is None:
        return
    yield Finding(
        what=f"The links between the GPUs are not set up: {found.quote}.",
        why="On a machine with NVSwitch CUDA starts only after the fabric manager of exactly the driver's "
        "version has set up the links.",
        fix=Fix(
            "Install nvidia-fabricmanager in exactly the driver's version, start it, and hold both "
            "packages at one version. In a container or guest this is done on the host.",
            (
                "nvidia-smi --query-gpu=driver_version --format=csv,noheader",
                "sudo systemctl enable --now nvidia-fabricmanager",
                "systemctl status nvidia-fabricmanager",
            ),
            Risk.NEEDS_ROOT,
        ),
        verify='python -c "import torch; print(torch.cuda.is_available())"',
        confidence=found.confidence,
        evidence=found.evidence,
    )
