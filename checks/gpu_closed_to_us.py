from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_code, cuda_works

UNAVAILABLE = 46
"""cudaErrorDevicesUnavailable: all devices are busy or unavailable."""
BUSY = "busy or unavailable"
EXCLUSIVE = ("exclusive_process", "exclusive_thread")


@check("GPU003", Severity.ERROR, cause="mig-or-exclusive-mode", because_of=("ENV001",))
def gpu_closed_to_us(
    gpus: tuple[Gpu, ...], driver: Driver | None | Unknown, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """A GPU is set so that this process may not compute on it.

    Compute mode "prohibited" lets nobody in, "exclusive process" only one; with MIG switched on, a GPU
    without instances has no device at all. nvidia-smi lists the GPU all the same.

    How to mend it: set the compute mode back to default, or make MIG instances; on a shared machine ask
    the one who set it, for it is a decision and seldom a mistake.

    Source: https://docs.nvidia.com/deploy/nvidia-smi/ (compute mode); https://docs.nvidia.com/datacenter/tesla/mig-user-guide/.
    """
    yield from _prohibited(gpus)
    yield from _exclusive(gpus, driver, torch_run)
    yield from _mig(gpus, driver, torch_run)
    yield from _unexplained(gpus, driver)


def _prohibited(gpus: tuple[Gpu, ...]) -> Iterator[Finding]:
    shut = [(place, gpu) for place, gpu in enumerate(gpus) if gpu.compute_mode == "prohibited"]
    if shut:
        yield Finding(
            what=f"Compute mode of {_listed(shut)} is prohibited ({len(shut)} of {len(gpus)} GPUs).",
            why="In this mode the driver lets no process compute on the GPU.",
            fix=_default_mode(shut),
            severity=Severity.ERROR if len(shut) == len(gpus) else Severity.WARNING,
            evidence={f"gpus.{place}.compute_mode": gpu.compute_mode for place, gpu in shut},
        )


def _exclusive(
    gpus: tuple[Gpu, ...], driver: Driver | None | Unknown, run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    taken = [(place, gpu) for place, gpu in enumerate(gpus) if gpu.compute_mode in EXCLUSIVE]
    if not taken:
        return
    refused = _refused(driver, run)
    yield Finding(
        what=f"Compute mode of {_listed(taken)} is {taken[0][1].compute_mode}"
        + (", and CUDA says that it is busy or unavailable." if refused else "."),
        why="In this mode one process at a time may compute on the GPU; the second is refused.",
        fix=Fix(
            "Wait for the process that holds it, or end it; allow several by the default mode.",
            ("nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv", *_default_mode(taken).commands),
            Risk.NEEDS_ROOT,
        ),
        severity=Severity.ERROR if refused else Severity.NOTE,
        evidence={f"gpus.{place}.compute_mode": gpu.compute_mode for place, gpu in taken},
    )


def _mig(gpus: tuple[Gpu, ...], driver: Driver | None | Unknown, run: TorchRun | None | Unknown) -> Iterator[Finding]:
    sliced = [(place, gpu) for place, gpu in enumerate(gpus) if gpu.mig is True]
    count = driver.cuda_device_count if isinstance(driver, Driver) else None
    if not sliced or count != 0 or cuda_works(run):
        return
    instances = [gpu.mig_instances for _, gpu in sliced if isinstance(gpu.mig_instances, int)]
    counted = len(instances) == len(sliced)
    found = f" ({sum(instances)} instances)" if sum(instances) else " without an instance"
    yield Finding(
        what=f"MIG is switched on for {_listed(sliced)}{found if counted else ''}, and CUDA finds no device.",
        why="With MIG on, only its instances can compute; none is there, or none was given to this process.",
        fix=Fix(
            "See which instances there are. Make one of a profile that the second command lists, name one in "
            "CUDA_VISIBLE_DEVICES by its MIG UUID, or switch MIG off.",
            ("nvidia-smi -L", f"sudo nvidia-smi mig -i {sliced[0][1].index} -lgip"),
            Risk.NEEDS_ROOT,
        ),
        confidence="proved" if counted and not sum(instances) else "likely",
        evidence={f"gpus.{place}.mig": True for place, _ in sliced}
        | ({f"gpus.{place}.mig_instances": gpu.mig_instances for place, gpu in sliced} if counted else {})
        | {"driver.cuda_device_count": 0},
    )


def _unexplained(gpus: tuple[Gpu, ...], driver: Driver | None | Unknown) -> Iterator[Finding]:
    """Report a refusal of cuInit for which no mode of a GPU can be blamed."""
    shut = any(gpu.compute_mode == "prohibited" or gpu.compute_mode in EXCLUSIVE or gpu.mig is True for gpu in gpus)
    if shut or not isinstance(driver, Driver) or driver.cuinit != UNAVAILABLE:
        return
    yield Finding(
        what=f"cuInit returns {UNAVAILABLE}: all GPUs are busy or unavailable.",
        why="Another process holds them alone, or the driver was told to let this one wait.",
        fix=Fix(
            "See which processes use the GPUs and in which compute mode they are; end them, or restart the machine.",
            ("nvidia-smi --query-gpu=index,compute_mode,mig.mode.current --format=csv", "nvidia-smi"),
        ),
        confidence="likely",
        evidence={"driver.cuinit": UNAVAILABLE},
    )


def _refused(driver: Driver | None | Unknown, run: TorchRun | None | Unknown) -> bool:
    code = cuda_code(driver, run)
    if code is not None and code[0] == UNAVAILABLE:
        return True
    if not isinstance(run, TorchRun):
        return False
    said = [run.init_error, *(device.error for device in run.devices), run.failure.detail if run.failure else None]
    return any(text and BUSY in text for text in said)


def _default_mode(gpus: list[tuple[int, Gpu]]) -> Fix:
    commands = tuple(f"sudo nvidia-smi -i {gpu.index} -c DEFAULT" for _, gpu in gpus)
    return Fix("Set the compute mode back to default, if nobody set it on purpose.", commands, Risk.NEEDS_ROOT)


def _listed(gpus: list[tuple[int, Gpu]]) -> str:
    return ", ".join(f"GPU {gpu.index}" for _, gpu in gpus)
