from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Driver, NvidiaSmi, Unknown
from envdoctor.findings import Risk, Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import R580, cpu_machine, gpu_machine, judged, wsl2

SMI_HANGS = BROKEN["DRV005"]
HANGS = Unknown("no end after 9.5 s in nvmlInit")


def test_a_program_that_hangs_is_named_even_without_a_gpu() -> None:
    [found] = judged("DRV005", SMI_HANGS)

    assert found.what == "nvidia-smi gives no answer: nvidia-smi did not answer in 10 s."
    assert "ls -l /home/ada/bin/nvidia-smi" in found.fix.commands
    assert found.severity is Severity.ERROR


def test_says_what_still_answers() -> None:
    driver = replace(R580, nvml=HANGS, smi=NvidiaSmi("/usr/bin/nvidia-smi", exit_code=Unknown("did not answer in 9 s")))

    [found] = judged("DRV005", gpu_machine(), driver=driver)

    assert "no end after 9.5 s in nvmlInit" in found.what
    assert "Still answering: the kernel module, cuInit." in found.what
    assert set(found.evidence) == {"driver.smi.exit_code", "driver.nvml"}
    assert found.fix.risk is Risk.REBOOT


def test_a_crash_in_cuinit_counts() -> None:
    [found] = judged("DRV005", gpu_machine(), driver=replace(R580, cuinit=Unknown("SIGABRT in cuInit")))

    assert "SIGABRT in cuInit" in found.what


def test_a_crash_while_cuda_counts_its_devices() -> None:
    driver = replace(R580, cuda_device_count=Unknown("SIGABRT in cuDeviceGetCount"))

    [found] = judged("DRV005", gpu_machine(), driver=driver)

    assert found.evidence == {"driver.cuda_device_count": "SIGABRT in cuDeviceGetCount"}


def test_a_crash_over_a_device_that_was_counted() -> None:
    driver = replace(R580, cuda_devices_answer=Unknown("SIGSEGV in libcuda over device 1"))

    [found] = judged("DRV005", gpu_machine(), driver=driver)

    assert found.evidence == {"driver.cuda_devices_answer": "SIGSEGV in libcuda over device 1"}


def test_one_end_is_told_once() -> None:
    ending = Unknown("SIGSEGV in load libcuda.so.1")

    [found] = judged("DRV005", gpu_machine(), driver=replace(R580, libcuda=ending, cuinit=ending))

    assert found.what.count("SIGSEGV") == 1


def test_a_driver_of_which_nothing_came_is_likely_wedged() -> None:
    [found] = judged("DRV005", gpu_machine(), driver=Unknown("no answer in 10.9 s"))

    assert found.confidence == "likely"
    assert found.evidence == {"driver": "no answer in 10.9 s"}


@pytest.mark.parametrize("reason", ["no answer in 1.1 s", "no end after 0.2 s in nvmlInit", "did not answer in 1 s"])
def test_silence_in_a_hurry_proves_nothing(reason: str) -> None:
    [found] = judged("DRV005", gpu_machine(), driver=replace(R580, nvml=Unknown(reason)))

    assert (found.severity, found.confidence) == (Severity.WARNING, "likely")
    assert "--timeout 30" in found.fix.text


def test_a_death_in_a_hurry_is_a_death() -> None:
    driver = replace(R580, nvml=Unknown("no end after 0.2 s in nvmlInit"), cuinit=Unknown("SIGSEGV in cuInit"))

    [found] = judged("DRV005", gpu_machine(), driver=driver)

    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "driver",
    [
        pytest.param(None, id="no driver"),
        pytest.param(R580, id="all answer"),
        pytest.param(replace(R580, smi=None), id="no nvidia-smi in a container"),
        pytest.param(
            replace(R580, smi=NvidiaSmi("/usr/bin/nvidia-smi", exit_code=9)), id="nvidia-smi answers an error"
        ),
        pytest.param(
            replace(
                R580, smi=NvidiaSmi("/x/nvidia-smi", exit_code=Unknown("/x/nvidia-smi does not start: Exec format"))
            ),
            id="a program that does not start",
        ),
        pytest.param(replace(R580, cuinit=999, nvml=15), id="errors are answers"),
        pytest.param(replace(R580, cuda_devices_answer=False), id="an error over a device is an answer"),
        pytest.param(replace(R580, cuda_devices_answer=None), id="no device was asked"),
        pytest.param(Driver(), id="nobody asked"),
        pytest.param(replace(R580, cuinit=Unknown("libcuda.so.1: file too short")), id="a library that does not load"),
        pytest.param(replace(R580, nvml=Unknown("nvidia-ml-py is not installed beside envdoctor")), id="no binding"),
        pytest.param(Unknown("not asked"), id="nobody looked"),
    ],
)
def test_stays_silent(driver: Any) -> None:
    assert not judged("DRV005", gpu_machine(), driver=driver)


def test_sound_machines_are_sound() -> None:
    assert not judged("DRV005", cpu_machine())
    assert not judged("DRV005", wsl2())
