import pytest

from envdoctor.facts import Driver, Host, Platform, Torch, TorchRun
from envdoctor.findings import INSTALL, Risk
from envdoctor.testing import findings

LINUX = Host("linux")
METAL = Platform(vm=None, container=None, wsl=None)
R535 = Driver("535.183.01", cuda="12.2")


def test_names_both_versions() -> None:
    [found] = findings("DRV002", driver=R535, torch=Torch("2.15.0+cu132", cuda="13.2"), host=LINUX, platform=METAL)

    assert "535.183.01" in found.what
    assert "580" in found.what


def test_windows_has_its_own_floor() -> None:
    driver = Driver("527.41")

    assert findings("DRV002", driver=driver, torch=Torch("2.5.1", cuda="12.1"), host=Host("windows"), platform=METAL)


def test_wsl_runs_on_the_windows_driver() -> None:
    driver = Driver("527.41")
    wsl = Platform(vm=None, container=None, wsl=2)

    assert findings("DRV002", driver=driver, torch=Torch("2.5.1", cuda="12.1"), host=LINUX, platform=wsl)


@pytest.mark.parametrize(
    ("driver", "torch"),
    [
        pytest.param(R535, Torch("2.0.1", cuda="11.8"), id="an older major runs"),
        pytest.param(R535, Torch("2.9.1", cuda="12.8"), id="a newer minor of the same major runs too"),
        pytest.param(Driver("525.60.13"), Torch("2.9.1", cuda="12.8"), id="the floor itself is enough"),
        pytest.param(Driver("580.65.06"), Torch("2.15.0", cuda="13.2"), id="580 runs all of CUDA 13"),
        pytest.param(R535, Torch("2.9.1", cuda=None), id="a CPU build needs no driver"),
        pytest.param(R535, Torch("99.0", cuda="99.0"), id="no rule is known for that CUDA"),
        pytest.param(Driver(None), Torch("2.15.0", cuda="13.2"), id="a driver that does not run has no version"),
        pytest.param(None, Torch("2.15.0", cuda="13.2"), id="a missing driver is another check's"),
        pytest.param(R535, None, id="no torch"),
    ],
)
def test_stays_silent(driver: Driver | None, torch: Torch | None) -> None:
    assert not findings("DRV002", driver=driver, torch=torch, host=LINUX, platform=METAL)


def test_the_fix_is_the_pins() -> None:
    [found] = findings("DRV002", driver=R535, torch=Torch("2.15.0+cu132", cuda="13.2"), host=LINUX, platform=METAL)

    assert found.fix.commands == (INSTALL,)
    assert found.fix.risk is Risk.CHANGES_ENVIRONMENT


@pytest.mark.parametrize(
    ("driver", "run"),
    [
        pytest.param(Driver("535.183.01", cuda="13.0", cuinit=0), None, id="cuda-compat lifts it on data-centre cards"),
        pytest.param(R535, TorchRun(available=True), id="PyTorch was seen to work"),
    ],
)
def test_what_works_is_not_too_old(driver: Driver, run: TorchRun | None) -> None:
    torch = Torch("2.14.1", cuda="13.0")

    assert not findings("DRV002", driver=driver, torch=torch, host=LINUX, platform=METAL, torch_run=run)


@pytest.mark.parametrize(
    "driver",
    [
        pytest.param(Driver("535.183.01", cuda="13.0", cuinit=804), id="cuda-compat that the card refuses"),
        pytest.param(Driver("535.183.01", cuda="12.2", cuinit=0), id="cuInit works, and knows CUDA 12 only"),
        pytest.param(Driver("535.183.01", cuda=None, cuinit=0), id="nobody knows what libcuda can do"),
    ],
)
def test_a_newer_library_must_be_seen_to_work(driver: Driver) -> None:
    assert findings("DRV002", driver=driver, torch=Torch("2.14.1", cuda="13.0"), host=LINUX, platform=METAL)


def test_on_wsl_the_update_is_windows_business() -> None:
    wsl = Platform(vm=None, container=None, wsl=2)

    [found] = findings("DRV002", driver=R535, torch=Torch("2.15.0", cuda="13.2"), host=LINUX, platform=wsl)

    assert "on Windows" in found.fix.text


@pytest.mark.parametrize("code", [35, 36])
def test_a_libcuda_that_is_newer_than_the_driver_is_named(code: int) -> None:
    driver = Driver("580.65.06", cuinit=code, libcuda="/usr/local/cuda/compat/libcuda.so.1")
    torch = Torch("2.9.1", cuda="12.8")

    [found] = findings("DRV002", driver=driver, torch=torch, host=LINUX, platform=METAL, torch_run=None)

    assert "/usr/local/cuda/compat/libcuda.so.1" in found.what
