import pytest

from envdoctor.facts import Message, Platform
from envdoctor.findings import INSTALL
from envdoctor.testing import findings


def test_reads_the_number_in_the_message() -> None:
    said = Message("driver-too-old", "driver on your system is too old (found version 11040)", {"found": "11040"})

    [found] = findings("DRV051", messages=(said,))

    assert "it knows CUDA 11.4" in found.what
    assert found.fix.commands == (INSTALL,)


def test_on_wsl_the_driver_is_the_one_of_windows() -> None:
    [found] = findings("DRV051", messages=(Message("driver-too-old", "x"),), platform=Platform(wsl=2))

    assert "on Windows" in found.fix.text


@pytest.mark.parametrize("sign", ["no-driver-found", "driver-library-mismatch", "gpu-too-old", "no-kernel-image"])
def test_stays_silent(sign: str) -> None:
    assert not findings("DRV051", messages=(Message(sign, "x"),))
