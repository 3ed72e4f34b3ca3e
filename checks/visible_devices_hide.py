import re
from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Driver, Gpu, PciGpu, Platform, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import container_of, cuda_works, driver_runs_here, nvidia_at

CUDA = "CUDA_VISIBLE_DEVICES"
CONTAINER = "NVIDIA_VISIBLE_DEVICES"
AMD = ("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", CUDA)
NOTHING = ("", "-1")
NO_GPUS = re.compile(r"No CUDA GPUs are available|no CUDA-capable device", re.IGNORECASE)


@check("ENV001", Severity.ERROR, cause="visible-devices-hidden")
def visible_devices_hide(
    *,
    environment: dict[str, str],
    gpus: tuple[Gpu, ...] | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    driver: Driver | None | Unknown,
    platform: Platform | Unknown,
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """A variable hides the GPUs from PyTorch.

    `CUDA_VISIBLE_DEVICES` lists the GPUs that a program may see, by number or UUID. Empty or -1 hides all. An
    entry that does not exist is no error: it and everything after it are left out, so "1" on a machine
    with one GPU leaves none ("No CUDA GPUs are available"). nvidia-smi does not heed it.
    `NVIDIA_VISIBLE_DEVICES` (void or none) keeps them out of a container, `HIP_VISIBLE_DEVICES` hides AMD's.

    How to mend it: unset the variable, or name GPUs that exist; look in the shell's start files, the job
    script, the notebook and the code itself.

    Source: https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables;
    https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html.
    """
    if cuda_works(torch_run):
        yield from _some(environment, gpus, torch, works=True)
    elif isinstance(torch, Torch) and torch.build == "rocm":
        yield from _amd(environment, pci_gpus)
    else:
        yield from _from_container(environment, platform, driver, pci_gpus, torch)
        yield from _some(environment, gpus, torch, works=False)
        yield from _inferred(environment, gpus, torch, torch_run)


def _some(
    environment: dict[str, str], gpus: tuple[Gpu, ...] | Unknown, torch: Torch | None | Unknown, *, works: bool
) -> Iterator[Finding]:
    value = environment.get(CUDA)
    if value is None or isinstance(gpus, Unknown) or not gpus:
        return
    entries = [entry.strip() for entry in value.split(",")]
    wrong = next((place for place, entry in enumerate(entries) if not _exists(entry, gpus)), None)
    if wrong is None or (works and wrong == 0):
        return
    bad = entries[wrong]
    seen = f"{len(gpus)} GPUs" if len(gpus) > 1 else "1 GPU"
    evidence: dict[str, Any] = {f"environment.{CUDA}": value}
    evidence |= {f"gpus.{place}.index": gpu.index for place, gpu in enumerate(gpus)}
    if wrong == 0:
        what = f'{CUDA} is "{value}" and hides {"all " if len(gpus) > 1 else ""}{seen}' + _absent(bad)
        severity = _severity(torch)
    else:
        what = f'{CUDA} is "{value}": there is no {bad} among {seen}, so {wrong} of {len(entries)} entries count.'
        severity = Severity.WARNING
    yield Finding(
        what=what,
        why="CUDA leaves out the first entry that does not exist, and everything after it.",
        fix=_unset(CUDA),
        severity=severity,
        evidence=evidence,
    )


def _inferred(
    environment: dict[str, str],
    gpus: tuple[Gpu, ...] | Unknown,
    torch: Torch | None | Unknown,
    run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """Where nobody could list the GPUs, PyTorch's own words beside the variable tell."""
    value, said = environment.get(CUDA), run.init_error if isinstance(run, TorchRun) else None
    if value is None or not isinstance(gpus, Unknown) or not said or not NO_GPUS.search(said):
        return
    yield Finding(
        what=f'{CUDA} is "{value}", and PyTorch finds no GPU: {said.strip().splitlines()[0]}',
        why="A driver answers, and it has no device for this process; the variable leaves only what it names.",
        fix=_unset(CUDA),
        severity=_severity(torch),
        confidence="likely",
        evidence={f"environment.{CUDA}": value, "torch_run.init_error": said},
    )


def _from_container(
    environment: dict[str, str],
    platform: Platform | Unknown,
    driver: Driver | None | Unknown,
    pci_gpus: tuple[PciGpu, ...] | Unknown,
    torch: Torch | None | Unknown,
) -> Iterator[Finding]:
    value, kind = environment.get(CONTAINER), container_of(platform)
    nodes = driver.device_nodes if isinstance(driver, Driver) else ()
    if kind is None or value not in ("", "void", "none") or nodes:
        return
    cards = nvidia_at(pci_gpus)
    if not cards and not driver_runs_here(driver):
        return
    pod = " In Kubernetes this means that the pod requests no GPU (resources.limits: nvidia.com/gpu: 1)."
    yield Finding(
        what=f'{CONTAINER} is "{value}" in this container ({kind}), so it was given no GPU of the host.',
        why="NVIDIA's container runtime hands over the GPUs that this variable names.",
        fix=Fix(f"Start the container anew with {CONTAINER}=all.{pod if kind == 'kubernetes' else ''}"),
        severity=_severity(torch),
        evidence={f"environment.{CONTAINER}": value, "platform.container": kind}
        | {f"{path}.vendor": gpu.vendor for path, gpu in cards.items()},
    )


def _amd(environment: dict[str, str], pci_gpus: tuple[PciGpu, ...] | Unknown) -> Iterator[Finding]:
    if isinstance(pci_gpus, Unknown) or all(gpu.vendor != "1002" for gpu in pci_gpus):
        return
    for name in AMD:
        value = environment.get(name)
        if value is not None and value.strip() in NOTHING:
            yield Finding(
                what=f'{name} is "{value}" and hides all AMD GPUs.',
                why="PyTorch for ROCm sees only the GPUs that it names.",
                fix=_unset(name),
                evidence={f"environment.{name}": value},
            )


def _exists(entry: str, gpus: tuple[Gpu, ...]) -> bool:
    """Say whether an entry names a GPU. What cannot be told (MIG instances, unknown UUIDs) counts as there."""
    if entry.isascii() and entry.isdigit():
        return int(entry) < len(gpus)
    if entry.upper().startswith("MIG-"):
        return True
    if not entry.upper().startswith("GPU-"):
        return False
    known = [gpu.uuid.lower() for gpu in gpus if isinstance(gpu.uuid, str)]
    return len(known) < len(gpus) or any(uuid.startswith(entry.lower()) for uuid in known)


def _absent(entry: str) -> str:
    return "." if entry in NOTHING else f": there is no {entry}."


def _severity(torch: Torch | None | Unknown) -> Severity:
    """A CPU build sees no GPU anyway; without PyTorch, its absence comes first."""
    if isinstance(torch, Torch) and torch.build == "cpu":
        return Severity.NOTE
    return Severity.WARNING if torch is None else Severity.ERROR


def _unset(name: str) -> Fix:
    return Fix(
        "Unset it, or name GPUs that exist. Look where it is set: start files, job script, code.", (f"unset {name}",)
    )
