from collections.abc import Iterator

from envdoctor.facts import Message, Platform, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of
from envdoctor.rules.told import told


@check("VIR052", Severity.ERROR, cause="container-no-gpu", because_of=("DRV054",))
def container_lost_gpu(messages: tuple[Message, ...], platform: Platform | Unknown) -> Iterator[Finding]:
    """A running container has lost its GPU.

    The engine grants device nodes through the control group. When systemd writes the groups anew
    (daemon-reload, an update), the grants that were made behind its back are gone: a container that worked for
    hours says "Failed to initialize NVML: Unknown Error".

    How to mend it: start the container anew; for good, name the device nodes in the command or use the cgroup
    driver cgroupfs.

    Source: https://github.com/NVIDIA/nvidia-docker/issues/1730.
    """
    found = told(messages, "container-lost-gpu")
    if found is None:
        return
    kind = container_of(platform)
    yield Finding(
        what=f"A container that had a GPU reaches it no more: {found.quote}.",
        why="systemd wrote the control groups anew, and with them went the right to use the device nodes.",
        fix=Fix(
            "Start the container anew. So that it does not come back: name the nodes (--device /dev/nvidia0 --device "
            "/dev/nvidiactl --device /dev/nvidia-uvm), use CDI, or let Docker use cgroupfs "
            '("exec-opts": ["native.cgroupdriver=cgroupfs"] in /etc/docker/daemon.json).',
            ("docker restart CONTAINER", "docker run --rm --gpus all ubuntu nvidia-smi"),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="nvidia-smi",
        confidence=found.confidence if kind else "likely",
        evidence=found.evidence | ({"platform.container": kind} if kind else {}),
    )
