"""Machines that people have, and what runs on them."""

from typing import Any

import pytest

from envdoctor.data import releases
from envdoctor.facts import Unknown
from envdoctor.pins.choice import NoPins, Pins
from envdoctor.pins.machine import Machine
from envdoctor.pins.recommend import BadSpecifierError, recommend
from tests.pins.machines import machine

R535, R580 = "535.183.01", "580.65.06"
WHL = "https://download.pytorch.org/whl/"


def pins(described: Machine, torch: str | None = None) -> Pins:
    found = recommend(described, torch=torch)
    assert isinstance(found, Pins), found
    return found


def no_pins(described: Machine, torch: str | None = None) -> NoPins:
    found = recommend(described, torch=torch)
    assert isinstance(found, NoPins), found
    return found


@pytest.mark.parametrize(
    ("described", "torch", "variant", "torchvision"),
    [
        pytest.param(machine("RTX 4090", driver=R580), "2.15.0", "cu132", "0.29.2", id="what PyPI carries"),
        pytest.param(machine("RTX 4090", driver=R535), "2.14.1", "cu126", "0.29.1", id="CUDA 13 needs 580"),
        pytest.param(machine("GTX 1080 Ti", driver=R580), "2.14.1", "cu126", "0.29.1", id="Pascal"),
        pytest.param(machine("GTX 970", driver=R580), "2.14.1", "cu126", "0.29.1", id="Maxwell"),
        pytest.param(machine("V100", driver=R580), "2.14.1", "cu126", "0.29.1", id="Volta"),
        pytest.param(machine("V100", driver="470.223.02"), "2.5.1", "cu118", "0.20.1", id="CUDA 11 driver"),
        pytest.param(machine("A100", driver="450.80.02"), "2.5.1", "cu118", "0.20.1", id="the oldest CUDA 11 driver"),
        pytest.param(machine("K80", driver="470.256.02"), "2.3.1", "cu118", "0.18.1", id="K80: cuDNN 8"),
        pytest.param(machine("RTX 5090", driver="570.133.20"), "2.11.0", "cu128", "0.26.0", id="Blackwell on CUDA 12"),
        pytest.param(machine("RTX 5090", driver=R580), "2.15.0", "cu132", "0.29.2", id="Blackwell"),
        pytest.param(machine("RTX 5090", driver=R580, python="3.9"), "2.8.0", "cu128", "0.23.0", id="Blackwell, 3.9"),
        pytest.param(machine("RTX 4090", "GTX 1080 Ti", driver=R580), "2.14.1", "cu126", "0.29.1", id="mixed"),
        pytest.param(machine(), "2.15.0", "cpu", "0.29.2", id="no GPU"),
        pytest.param(machine(python="3.10"), "2.14.1", "cpu", "0.29.1", id="Python 3.10"),
        pytest.param(machine(python="3.9"), "2.8.0", "cpu", "0.23.0", id="Python 3.9"),
        pytest.param(machine(python="3.8"), "2.4.1", "cpu", "0.19.1", id="Python 3.8"),
        pytest.param(machine(python="3.15"), "2.15.0", "cpu", "0.29.2", id="Python 3.15"),
        pytest.param(machine(glibc="2.17", python="3.9"), "2.6.0", "cpu", "0.21.0", id="CentOS 7"),
        pytest.param(machine("V100", driver=R535, glibc="2.17"), "2.6.0", "cu124", "0.21.0", id="CentOS 7 with a GPU"),
        pytest.param(machine("RTX 3060", os="windows", driver="560.94"), "2.14.1", "cu126", "0.29.1", id="Windows"),
        pytest.param(
            machine("RTX 4090", os="windows", driver="581.57"), "2.14.1", "cu130", "0.29.1", id="Windows, R580"
        ),
        pytest.param(machine("T4", os="windows", driver="527.41"), "2.5.1", "cu118", "0.20.1", id="Windows, 527.41"),
        pytest.param(machine(os="windows"), "2.15.0", "cpu", "0.29.2", id="Windows without a GPU"),
        pytest.param(
            machine("RTX 4090", os="wsl2", driver="527.41"), "2.5.1", "cu118", "0.20.1", id="WSL: Windows floors"
        ),
        pytest.param(
            machine("RTX 4090", os="wsl2", driver="581.57"), "2.15.0", "cu132", "0.29.2", id="WSL: Linux wheels"
        ),
        pytest.param(machine(os="macos", arch="aarch64", os_version="14.5"), "2.15.0", "cpu", "0.29.2", id="Mac"),
        pytest.param(machine(os="macos", arch="aarch64", os_version="13.7"), "2.11.0", "cpu", "0.26.0", id="old macOS"),
        pytest.param(machine(os="macos", os_version="14.5"), "2.2.2", "cpu", "0.17.2", id="Intel Mac"),
        pytest.param(machine("GH200", arch="aarch64", driver=R580), "2.15.0", "cu132", "0.29.2", id="GH200"),
        pytest.param(machine("GH200", arch="aarch64", driver=R535), "2.14.1", "cu126", "0.29.1", id="GH200, 535"),
        pytest.param(machine("GB10", arch="aarch64", driver=R580), "2.15.0", "cu132", "0.29.2", id="DGX Spark"),
        pytest.param(
            machine("Thor", arch="aarch64", driver="580.00", jetson=True), "2.15.0", "cu132", "0.29.2", id="Thor"
        ),
        pytest.param(machine(arch="aarch64"), "2.15.0", "cpu", "0.29.2", id="ARM server without a GPU"),
        pytest.param(machine("RTX 4090"), "2.15.0", "cu132", "0.29.2", id="no driver yet"),
        pytest.param(machine("GTX 1080 Ti"), "2.14.1", "cu126", "0.29.1", id="no driver yet, Pascal"),
        pytest.param(machine("RTX 4090", driver="999.1"), "2.15.0", "cu132", "0.29.2", id="a driver of the future"),
    ],
)
def test_what_runs(described: Machine, torch: str, variant: str, torchvision: str) -> None:
    found = pins(described)

    assert (found.torch, found.variant, found.torchvision) == (torch, variant, torchvision)


@pytest.mark.parametrize(
    ("described", "word", "way"),
    [
        pytest.param(machine("RTX 5090", driver=R535), "R570", "driver 580 or newer", id="Blackwell, 535"),
        pytest.param(machine("GTX 1080 Ti", driver="590.48.01"), "R580 is the last", "R580", id="Pascal, 590"),
        pytest.param(machine("K80", driver=R535), "R470 is the last", "R470", id="K80, 535"),
        pytest.param(machine("K80", driver="470.1", python="3.13"), "470.1", "Python 3.12", id="K80, Python 3.13"),
        pytest.param(machine("GT 710", driver="470.1"), "3.5", "Without the GPU", id="Kepler 3.5"),
        pytest.param(
            machine("RTX 5090", "GTX 1080 Ti", driver=R580), "kernel modules", "alone", id="two kinds of modules"
        ),
        pytest.param(
            machine("RTX 4090", "K80", driver="470.1"), "no driver knows both", "K80 alone", id="no common driver"
        ),
        pytest.param(machine("RTX 4090", driver="418.39"), "R520", "driver 580 or newer", id="a driver before CUDA 11"),
        pytest.param(machine("T4", driver="418.39"), "needs driver", "driver 580 or newer", id="a driver for CUDA 10"),
        pytest.param(machine(python="3.6"), "3.6", "With Python 3.11", id="Python 3.6"),
        pytest.param(machine(python="3.16"), "3.16", "With Python 3.15", id="Python 3.16"),
        pytest.param(machine(musl=True), "musl", "On a system with glibc", id="Alpine"),
        pytest.param(machine(glibc="2.12"), "glibc 2.28", "With glibc 2.28", id="CentOS 6"),
        pytest.param(machine(os="windows", arch="aarch64"), "Windows on ARM", "", id="Windows on ARM"),
        pytest.param(machine(implementation="pypy"), "pypy", "With the usual Python 3.12", id="PyPy"),
        pytest.param(machine(bits=32, os="windows"), "32-bit", "With the usual Python 3.12", id="32-bit Python"),
        pytest.param(machine("Orin", arch="aarch64", driver="540.4.0", jetson=True), "JetPack", "Without", id="Orin"),
        pytest.param(
            machine("RTX 5090", driver=R535, python="3.6"), "R570", "Python 3.11 and driver 580", id="two faults"
        ),
    ],
)
def test_nothing_runs_and_the_nearest_way_out(described: Machine, word: str, way: str) -> None:
    found = no_pins(described)

    assert any(word in line for line in found.because), found.because
    assert any(way in str(one) for one in found.ways_out) or not way, found.ways_out
    assert {one.torch for one in found.rejected} == {one.version for one in releases()}


def test_ways_out_really_lead_out() -> None:
    found = no_pins(machine("RTX 5090", driver=R535))
    after = pins(machine("RTX 5090", driver="580"))

    assert (found.ways_out[0].torch, found.ways_out[0].variant) == (after.torch, after.variant)


@pytest.mark.parametrize(
    ("described", "index"),
    [
        (machine("RTX 4090", driver=R580), None),
        (machine("RTX 4090", driver=R535), WHL + "cu126"),
        (machine(), WHL + "cpu"),
        (machine(os="windows"), None),
        (machine(os="macos", arch="aarch64"), None),
        (machine(arch="aarch64", python="3.9"), None),
    ],
)
def test_where_it_comes_from(described: Machine, index: str | None) -> None:
    assert pins(described).index == index


@pytest.mark.parametrize(
    ("described", "torch", "numpy"),
    [
        (machine(), None, None),
        (machine(), "2.2", "<2"),
        (machine(), "2.3.0", None),
        (machine(os="windows"), "2.3.0", "<2"),
        (machine(os="windows"), "2.4.0", "<2"),
        (machine(os="windows"), "2.4.1", None),
        (machine(os="macos"), None, "<2"),
    ],
)
def test_numpy(described: Machine, torch: str | None, numpy: str | None) -> None:
    assert pins(described, torch).numpy == numpy


def test_says_that_the_installed_numpy_does_not_fit() -> None:
    found = pins(machine(os="macos", numpy="2.1.0"))

    assert any("NumPy 2.1.0 does not fit" in line for line in found.because)


@pytest.mark.parametrize(
    ("described", "driver"),
    [
        (machine("RTX 4090", driver=R535), "525.60.13"),
        (machine("RTX 4090", os="windows", driver="560.94"), "528.33"),
        (machine("RTX 5090", driver="570.133.20"), "570"),
        (machine(), None),
    ],
)
def test_the_oldest_driver_that_would_do(described: Machine, driver: str | None) -> None:
    assert pins(described).driver == driver


@pytest.mark.parametrize(
    ("torch", "version"),
    [("2.4", "2.4.1"), ("2.4.0", "2.4.0"), ("==2.4.*", "2.4.1"), (">=2.4,<2.6", "2.5.1"), ("2.14.1+cu126", "2.14.1")],
)
def test_wishes(torch: str, version: str) -> None:
    assert pins(machine("RTX 4090", driver=R580), torch).torch == version


@pytest.mark.parametrize("torch", ["newest", ">>2", "2.4 or so"])
def test_a_wish_that_is_none(torch: str) -> None:
    with pytest.raises(BadSpecifierError, match="no version of torch"):
        recommend(machine(), torch=torch)


def test_a_wish_that_nothing_fulfils() -> None:
    assert "2.15.0" in no_pins(machine(), ">=3").because[0]


@pytest.mark.parametrize(
    ("described", "torch"),
    [
        (machine("V100", driver="470.1"), ">=2.6,<2.8"),  # cu118 of 2.6 and 2.7
        (machine("RTX 4090", os="windows", driver="581.57"), "2.15.0"),
        (machine("GH200", arch="aarch64", driver=R535), "<2.11"),
    ],
)
def test_builds_that_nobody_verified_are_not_recommended(described: Machine, torch: str) -> None:
    found = no_pins(described, torch)

    assert {one.rule for one in found.rejected} & {"published", "driver_floor"}


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"gpus": Unknown("nvidia-smi did not answer")}, "nvidia-smi did not answer"),
        ({"driver": Unknown("NVML is silent")}, "NVML is silent"),
    ],
)
def test_what_is_unknown_is_not_guessed(values: dict[str, Any], word: str) -> None:
    described = Machine(**({"os": "linux", "python": "3.12", "gpus": machine("T4").gpus} | values))

    assert word in no_pins(described).because[0]


def test_a_mac_with_an_old_nvidia_gpu_gets_the_usual_wheels() -> None:
    assert pins(machine("GTX 970", os="macos")).torch == "2.2.2"


def test_an_amd_gpu_hears_of_rocm_and_of_no_version() -> None:
    found = pins(machine(amd=True))

    [line] = [line for line in found.because if "ROCm" in line]
    assert not any(letter.isdigit() for letter in line)


@pytest.mark.parametrize(
    ("name", "word"), [("GTX 1080 Ti", "Pascal"), ("GTX 970", "Maxwell"), ("V100", "Volta"), ("K80", "Kepler")]
)
def test_end_of_support_is_said(name: str, word: str) -> None:
    found = pins(machine(name))

    assert any(f"is the last release with code for {word}" in line for line in found.because)


@pytest.mark.parametrize("name", ["RTX 4090", "T4", "A100"])
def test_no_end_of_support_where_only_the_driver_is_old(name: str) -> None:
    assert not any("is the last release" in line for line in pins(machine(name, driver=R535)).because)


def test_an_old_driver_hears_what_a_newer_one_would_allow() -> None:
    assert [str(way) for way in pins(machine("RTX 4090", driver=R535)).better] == [
        "With driver 580 or newer: PyTorch 2.15.0 (cu132)."
    ]


def test_torchaudio_ends_before_python_3_15() -> None:
    assert pins(machine(python="3.15")).torchaudio is None
    assert pins(machine(python="3.14")).torchaudio == "2.11.0"


def test_a_free_threaded_python_needs_wheels_of_its_own() -> None:
    assert pins(machine(python="3.14", free_threaded=True)).torch == "2.15.0"
    assert pins(machine(python="3.13", free_threaded=True)).torch == "2.12.0"
    assert any("With the usual Python 3.12" in str(way) for way in no_pins(machine(free_threaded=True)).ways_out)


@pytest.mark.parametrize("driver", ["abc", "", "580", "0", "580.65.06-open"])
@pytest.mark.parametrize("python", ["3", "abc", "3.12.1+", "3.14.0rc1"])
def test_odd_versions_are_answered(driver: str, python: str) -> None:
    assert recommend(machine("T4", driver=driver, python=python)).because


def test_says_where_the_machine_is_newer_than_the_data() -> None:
    assert "newer than the data" in pins(machine(torch="2.99.0+cpu")).because[0]
    assert "newer than the data" in pins(machine("RTX 4090", driver="999.1")).because[0]


@pytest.mark.parametrize(
    "described", [machine(), machine(torch="2.15.0+cpu"), machine(torch="1.10.0"), machine("RTX 4090", driver=R580)]
)
def test_says_nothing_of_its_age_otherwise(described: Machine) -> None:
    assert not any("newer than the data" in line for line in pins(described).because)


@pytest.mark.parametrize(
    ("name", "driver", "told"),
    [
        ("A100", R535, True),
        ("Tesla T4", R535, True),
        ("RTX 4090", R535, False),
        ("A100", "580.65.06", False),
        ("A100", None, False),
    ],
)
def test_forward_compatibility_is_told_where_it_can_be_real(name: str, driver: str | None, *, told: bool) -> None:
    because = pins(machine(name, driver=driver)).because

    assert any("cuda-compat" in line for line in because) is told
