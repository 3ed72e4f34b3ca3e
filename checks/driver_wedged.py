import re
from collections.abc import Iterator

from envdoctor.facts import Driver, Gpu, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import went_silent

PATIENCE_SECONDS = 2.0
"""A sound driver may need this long to wake its GPUs. Whoever was given less time proves nothing by silence."""


@check("DRV005", Severity.ERROR, cause="driver-wedged", because_of=("GPU001",))
def driver_wedged(driver: Driver | None | Unknown, gpus: tuple[Gpu, ...] | Unknown) -> Iterator[Finding]:
    """The NVIDIA driver, or a program that asks it, hangs or dies.

    nvidia-smi, NVML and cuInit answer within seconds on a sound machine. Where one of them never
    returns or is killed inside the driver, every program that uses the GPU will meet the same, often
    without a message. Usual reasons are a GPU that fell off the bus, a crashed driver, or a program
    named nvidia-smi that is not NVIDIA's.

    How to mend it: read the kernel's log for Xid and NVRM messages, end processes that hold the GPU, and
    restart the machine; where only nvidia-smi hangs, look what is behind its name.

    Source: https://docs.nvidia.com/deploy/xid-errors/; observed time limits of envdoctor's own questions.
    """
    silent = _silent(driver, gpus)
    if not silent:
        return
    answered, hurried = _answered(driver), all(_is_hurried(reason) for reason in silent.values())
    alone = list(silent) == ["driver.smi.exit_code"]
    where = driver.smi.path if isinstance(driver, Driver) and driver.smi else "nvidia-smi"
    yield Finding(
        what=f"{'nvidia-smi' if alone else 'The NVIDIA driver'} gives no answer: {_told(silent)}."
        + (f" Still answering: {', '.join(answered)}." if answered else ""),
        why="Whatever uses the GPU waits for the same answer: PyTorch can hang or die as soon as it touches CUDA.",
        fix=Fix(
            ("Ask again with more time: envdoctor check --timeout 30. " if hurried else "")
            + "Read what the kernel says, then restart the machine."
            + (f" As only nvidia-smi is silent, see first that {where} is NVIDIA's program." if alone else ""),
            (*((f"ls -l {where}",) if alone else ()), "sudo dmesg | grep -iE 'xid|nvrm' | tail -n 20", "sudo reboot"),
            Risk.REBOOT,
        ),
        severity=Severity.WARNING if hurried else Severity.ERROR,
        confidence="proved" if isinstance(driver, Driver) and not hurried else "likely",
        evidence=silent,
    )


def _silent(driver: Driver | None | Unknown, gpus: tuple[Gpu, ...] | Unknown) -> dict[str, str]:
    """Return path of the fact → why it is unknown, for the sources that hung or died."""
    if not isinstance(driver, Driver):
        reason = went_silent(driver)
        return {"driver": reason} if reason else {}
    asked = {
        "driver.smi.exit_code": driver.smi.exit_code if driver.smi else None,
        "driver.nvml": driver.nvml,
        "driver.libcuda": driver.libcuda,
        "driver.cuinit": driver.cuinit,
        # Of the same end in cuInit it is told there.
        "driver.cuda_device_count": driver.cuda_device_count if driver.cuinit == 0 else None,
        "driver.cuda_devices_answer": driver.cuda_devices_answer,
        "gpus": gpus,
    }
    return {path: reason for path, fact in asked.items() if (reason := went_silent(fact))}


def _is_hurried(reason: str) -> bool:
    given = re.search(r"\b(?:in|after) (\d+(?:\.\d+)?) s\b", reason)
    return given is not None and float(given[1]) < PATIENCE_SECONDS


def _told(silent: dict[str, str]) -> str:
    # One child asks for the file of libcuda and for cuInit: the same end is told once.
    return "; ".join(dict.fromkeys(silent.values()))


def _answered(driver: Driver | None | Unknown) -> list[str]:
    if not isinstance(driver, Driver):
        return []
    answers = (
        ("the kernel module", isinstance(driver.kernel, str)),
        ("NVML", driver.nvml == 0),
        ("cuInit", driver.cuinit == 0),
        ("nvidia-smi", driver.smi is not None and driver.smi.exit_code == 0),
    )
    return [name for name, answers_ in answers if answers_]
