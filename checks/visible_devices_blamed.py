from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, Message, Platform, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import container_of, wsl_of
from envdoctor.rules.surroundings import hypervisor_of
from envdoctor.rules.told import Told, told

VARIABLES = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")


@check(
    "ENV061",
    Severity.ERROR,
    cause="visible-devices-hidden",
    because_of=(
        "ENV001",
        "GPU053",
    ),
)
def visible_devices_blamed(
    messages: tuple[Message, ...],
    environment: dict[str, str] | Unknown,
    platform: Platform | Unknown,
    driver: Driver | None | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
) -> Iterator[Finding]:
    """A program finds no GPU, or not the one it asks for, although the driver answers.

    "No CUDA GPUs are available" means that a driver is there and shows no device to this process: a variable
    hides them or names one that does not exist. Often the script itself sets CUDA_VISIBLE_DEVICES to the number
    of a GPU that its author had. "invalid device ordinal" means that the program asks for a number beyond those
    that it sees, which count from 0.

    How to mend it: unset the variable or name GPUs that exist; look into the script, the job file and the
    notebook too.

    Source: https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables.
    """
    found = told(messages, "no-gpus", "gpu-number-absent", "invalid-ordinal", "visible-devices-blamed")
    found = found or (told(messages, "cuda-not-seen", "gpu-not-seen") if _suspect(environment) else None)
    if found is None:
        return
    names = () if isinstance(environment, Unknown) else tuple(name for name in VARIABLES if name in environment)
    values = (
        {f"environment.{name}": environment[name] for name in names} if not isinstance(environment, Unknown) else {}
    )
    if not names and (told(messages, "after-suspend") or not _alone(found, platform, driver)):
        return
    set_to = f' ({names[0]} is "{next(iter(values.values()))}")' if names else ""
    yield Finding(
        what=f"The program is shown no GPU, or not the one that it asks for{set_to}: {found.quote}.",
        why="The driver answers; the variable, or the number in the program, names a GPU that this process "
        "does not have.",
        fix=Fix(
            "Compare with the GPUs that the driver lists, then unset the variable or name one of them. Look "
            "in the shell's "
            "start files, the job script, the notebook and the code (os.environ, --gpu, device numbers).",
            ("nvidia-smi -L", f"unset {names[0] if names else VARIABLES[0]}", "grep -rn VISIBLE_DEVICES ."),
        ),
        severity=Severity.WARNING
        if found.message.sign == "invalid-ordinal" and not names and isinstance(gpus, Unknown)
        else Severity.ERROR,
        verify='python -c "import torch; print(torch.cuda.device_count())"',
        confidence=found.confidence if names else "likely",
        evidence=found.evidence | values,
    )


def _alone(found: Told, platform: Platform | Unknown, driver: Driver | None | Unknown) -> bool:
    """Say whether nothing else that is known would explain the message."""
    if found.message.sign != "no-gpus":
        return True
    if "No CUDA GPUs" not in found.message.text and "no CUDA-capable" not in found.message.text:
        return False
    if wsl_of(platform) or hypervisor_of(platform, driver):
        return False
    answers = isinstance(driver, Driver) and isinstance(driver.version, str)
    return container_of(platform) is None or answers


def _suspect(environment: dict[str, str] | Unknown) -> bool:
    """Say whether a variable names no GPU, or another one than the first."""
    value = "0" if isinstance(environment, Unknown) else environment.get(VARIABLES[0], "0")
    return value.split(",")[0].strip() not in {"0", "all"}
