from collections.abc import Iterator

from envdoctor.facts import Driver, Message, Platform, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import container_of, wsl_of
from envdoctor.rules.surroundings import NO_CARD
from envdoctor.rules.told import told

ENGINES = {
    "podman": (
        "sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
        "podman run --rm --device nvidia.com/gpu=all ubuntu nvidia-smi",
    ),
    "kubernetes": ("kubectl describe nodes | grep nvidia.com/gpu", "kubectl get pods -A | grep -i nvidia"),
    "apptainer": ("apptainer exec --nv IMAGE nvidia-smi",),
}
DOCKER = (
    "sudo nvidia-ctk runtime configure --runtime=docker",
    "sudo systemctl restart docker",
    "docker run --rm --gpus all ubuntu nvidia-smi",
)


@check(
    "VIR051",
    Severity.ERROR,
    cause="container-no-gpu",
    because_of=("ENV061", "DRV051", "DRV054", "DRV056", "DRV058", "VIR052", "VIR053", "VIR001"),
)
def container_refused_gpu(
    messages: tuple[Message, ...], platform: Platform | Unknown, driver: Driver | None | Unknown
) -> Iterator[Finding]:
    """A container engine refuses to hand over the GPU, or a program in a container finds none.

    The engine needs NVIDIA's container toolkit on the host, a driver there, and the wish for a GPU in the
    command that starts the container. No package installed inside the image replaces one of them.

    How to mend it: see that nvidia-smi works on the host; install and configure the toolkit; start the
    container anew with the GPU.

    Source: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html;
    https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/.
    """
    kind = container_of(platform)
    refused = told(messages, "container-refused-gpu")
    empty = None if kind is None or wsl_of(platform) else told(messages, *_inside(kind, driver))
    found = refused or empty
    if found is None:
        return
    named = kind or "docker"
    yield Finding(
        what=f"{'The container engine' if refused else f'In a container ({named}) a program'} says: {found.quote}.",
        why="A container has a GPU only if the host has a driver, the engine has NVIDIA's toolkit, and the "
        "command asks.",
        fix=Fix(
            "See first that nvidia-smi works on the host. Then install NVIDIA's container toolkit there, configure the "
            "engine, and start the container anew with the GPU (--gpus all; in Kubernetes nvidia.com/gpu: 1).",
            ENGINES.get(named, DOCKER),
            Risk.NEEDS_ROOT,
        ),
        verify="nvidia-smi",
        confidence=found.confidence if refused else "likely",
        evidence=found.evidence | ({"platform.container": kind} if kind else {}),
    )


def _inside(kind: str, driver: Driver | None | Unknown) -> tuple[str, ...]:
    """A driver that answers where the text was written leaves few ways to be without a GPU."""
    if isinstance(driver, Driver) and isinstance(driver.version, str):
        return ("nvml-missing", "libcuda-missing", "no-driver-found")
    # LXC brings its own nvidia-smi; elsewhere the message is about the host.
    return NO_CARD if kind == "lxc" else tuple(sign for sign in NO_CARD if sign != "driver-not-communicating")
