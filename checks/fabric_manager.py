from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_code

NOT_READY = 802
RUNS, ABSENT = "running", "not running"
COMPLETED = "completed"


@check("DRV008", Severity.ERROR, cause="fabricmanager")
def fabric_manager(
    driver: Driver | None | Unknown, torch_run: TorchRun | None | Unknown, gpus: tuple[Gpu, ...] | Unknown
) -> Iterator[Finding]:
    """CUDA says that the system is not yet initialised: the fabric manager does not run.

    On machines with NVSwitch (HGX, DGX) a service sets up the links between the GPUs. Until it has, or
    where its version is not exactly the driver's, cuInit returns 802, while nvidia-smi works.

    How to mend it: install nvidia-fabricmanager of exactly the driver's version, and start it. Right
    after the start of the machine it helps to wait a minute.

    Source: https://docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide/; CUDA driver API, error 802.
    """
    code = cuda_code(driver, torch_run)
    if code is None or code[0] != NOT_READY:
        return
    version = driver.version if isinstance(driver, Driver) and isinstance(driver.version, str) else None
    count = (
        ""
        if isinstance(gpus, Unknown) or not gpus
        else f" on this machine with {len(gpus)} GPU{'s' if len(gpus) > 1 else ''}"
    )
    known: dict[str, str] = {"driver.version": version} if version else {}
    manager = driver.fabric_manager if isinstance(driver, Driver) else None
    if isinstance(manager, str):
        known["driver.fabric_manager"] = manager
    waiting = _waiting(gpus)
    yield Finding(
        what=f"CUDA returns 802 (system not yet initialized){count}.",
        why=f"The links between the GPUs are not set up: the fabric manager {_fault(manager)}"
        + (f" than the driver ({version})." if version and manager != ABSENT else ".")
        + (f" By NVML the fabric of {len(waiting)} of them is not set up." if waiting else ""),
        fix=Fix(
            "See what the service says. Install it in the driver's version"
            + (f" {version}" if version else "")
            + " if it is missing, and start it.",
            ("systemctl status nvidia-fabricmanager", "sudo systemctl enable --now nvidia-fabricmanager"),
            Risk.NEEDS_ROOT,
        ),
        evidence={code[1]: code[2]} | known | waiting,
    )


def _waiting(gpus: tuple[Gpu, ...] | Unknown) -> dict[str, str]:
    """Return path → state, for GPUs that wait for the fabric manager."""
    if isinstance(gpus, Unknown):
        return {}
    return {
        f"gpus.{place}.fabric": gpu.fabric
        for place, gpu in enumerate(gpus)
        if isinstance(gpu.fabric, str) and gpu.fabric != COMPLETED
    }


def _fault(manager: str | Unknown | None) -> str:
    if manager == ABSENT:
        return "does not run"
    return f"{'runs, so it is not ready yet' if manager == RUNS else 'does not run'} or is of another version"
