"""Each rule for itself: what it rejects, and the longer list of what it lets pass."""

import pytest

from envdoctor.data import Release, Variant, release
from envdoctor.pins import rules
from envdoctor.pins.machine import Machine
from tests.pins.machines import machine


def the(version: str) -> Release:
    found = release(version)
    assert found is not None
    return found


def build(version: str, name: str, platform: str = "linux_x86_64") -> Variant:
    [found] = [one for one in the(version).platforms[platform].variants if one.name == name]
    return found


def ask(rule: rules.Rule, described: Machine, version: str = "2.15.0", name: str = "cu132") -> str | None:
    platform = described.platform if described.platform in the(version).platforms else "linux_x86_64"
    return rule(described, the(version), build(version, name, platform))


T4_470 = machine("T4", driver="470.256.02")
PASCAL = machine("GTX 1080 Ti", driver="580.65.06")


@pytest.mark.parametrize(
    ("rule", "described", "version", "name", "words"),
    [
        (rules.platform, machine(os="macos"), "2.3.0", "cpu", "macOS on Intel"),
        (rules.platform, machine(os="windows", arch="aarch64"), "2.15.0", "cpu", "Windows on ARM"),
        (rules.platform, machine(arch="ppc64le"), "2.15.0", "cpu", "linux on ppc64le"),
        (rules.c_library, machine(musl=True), "2.15.0", "cpu", "musl"),
        (rules.interpreter, machine(implementation="pypy"), "2.15.0", "cpu", "pypy"),
        (rules.interpreter, machine(bits=32), "2.15.0", "cpu", "32-bit"),
        (rules.cards_together, machine("RTX 5090", "V100"), "2.10.0", "cu128", "open kernel modules"),
        (rules.cards_together, machine("RTX 5090", "K80", os="windows"), "2.14.1", "cu126", "no driver knows both"),
        (rules.driver_knows_gpu, machine("RTX 5090", driver="566.03"), "2.8.0", "cu128", "R570"),
        (rules.driver_knows_gpu, machine("GTX 970", driver="590.48.01"), "2.14.1", "cu126", "R580"),
        (rules.driver_knows_gpu, machine("GTX 970", os="windows", driver="591.59"), "2.14.1", "cu126", "R580"),
        (rules.driver_knows_gpu, machine("GTX 970", driver="700.1"), "2.14.1", "cu126", "R580"),
        (rules.python_version, machine(python="3.10.9"), "2.15.0", "cpu", "Python 3.11 or newer"),
        (rules.python_version, machine(python="3.15"), "2.14.1", "cpu", "end with Python 3.14"),
        (rules.python_version, machine(python="3.13"), "2.5.1", "cpu", "end with Python 3.12"),
        (rules.python_version, machine(python="3.12", free_threaded=True), "2.15.0", "cpu", "free-threaded"),
        (rules.system_version, machine(glibc="2.27"), "2.7.0", "cpu", "glibc 2.28"),
        (rules.system_version, machine(glibc="2.17", arch="aarch64"), "2.6.0", "cpu", "glibc 2.28"),
        (rules.system_version, machine(os="macos", arch="aarch64", os_version="13.7"), "2.12.0", "cpu", "macOS 14.0"),
        (rules.published, machine("T4"), "2.15.0", "cu130", "not verified"),
        (rules.for_the_gpu, machine("T4"), "2.15.0", "cpu", "idle"),
        (rules.driver_floor, T4_470, "2.10.0", "cu126", "525.60.13"),
        (rules.driver_floor, machine("T4", driver="579.9"), "2.15.0", "cu132", "580"),
        (rules.driver_floor, machine("T4", os="wsl2", driver="527.41"), "2.10.0", "cu126", "528.33"),
        (rules.driver_floor, machine("K80"), "2.10.0", "cu126", "R470 is the last branch"),
        (rules.jetson, machine("Orin", arch="aarch64", jetson=True), "2.15.0", "cu132", "JetPack"),
        (rules.jetson, machine(arch="aarch64", jetson=True), "2.15.0", "cpu", "JetPack"),
        (rules.code_for_gpu, PASCAL, "2.15.0", "cu132", "6.1"),
        (rules.code_for_gpu, machine("RTX 5090"), "2.14.1", "cu126", "12.0"),
        (rules.code_for_gpu, machine("T4", arch="aarch64"), "2.15.0", "cu132", "7.5"),
        (rules.code_for_gpu, machine("GT 710"), "2.3.1", "cu118", "3.5"),
        (rules.code_for_gpu, machine("RTX 5090", os="windows"), "2.5.1", "cu118", "12.0"),
        (rules.cudnn, machine("K80"), "2.4.0", "cu118", "cuDNN 9.1.0.70"),
        (rules.cudnn, PASCAL, "2.14.1", "cu130", "7.5"),
    ],
)
def test_rejects(rule: rules.Rule, described: Machine, version: str, name: str, words: str) -> None:
    reason = ask(rule, described, version, name)

    assert reason is not None
    assert words in reason


@pytest.mark.parametrize(
    ("rule", "described", "version", "name"),
    [
        (rules.platform, machine(os="macos"), "2.2.2", "cpu"),
        (rules.platform, machine(os="wsl2"), "2.15.0", "cpu"),
        (rules.c_library, machine(os="windows"), "2.15.0", "cpu"),
        (rules.interpreter, machine(), "2.15.0", "cpu"),
        (rules.cards_together, machine("RTX 5090", "V100", os="wsl2"), "2.10.0", "cu128"),
        (rules.cards_together, machine("RTX 5090", "RTX 2070"), "2.15.0", "cu132"),
        (rules.cards_together, machine("RTX 4090", "GTX 970"), "2.14.1", "cu126"),
        (rules.driver_knows_gpu, machine("RTX 5090", driver="570.26"), "2.8.0", "cu128"),
        (rules.driver_knows_gpu, machine("GTX 970", os="windows", driver="582.78"), "2.14.1", "cu126"),
        (rules.driver_knows_gpu, machine("RTX 4090", driver="700.1"), "2.15.0", "cu132"),
        (rules.driver_knows_gpu, machine("GTX 970"), "2.14.1", "cu126"),
        (rules.driver_knows_gpu, machine("Orin", driver="540.4.0", arch="aarch64"), "2.15.0", "cu132"),
        (rules.python_version, machine(python="3.11.0"), "2.15.0", "cpu"),
        (rules.python_version, machine(python="3.15.0rc1"), "2.15.0", "cpu"),
        (rules.python_version, machine(python="3.13"), "2.5.1", "cu124"),
        (rules.python_version, machine(python="3.14", free_threaded=True), "2.15.0", "cpu"),
        (rules.system_version, machine(glibc="2.17"), "2.6.0", "cpu"),
        (rules.system_version, machine(glibc="2.28"), "2.15.0", "cpu"),
        (rules.system_version, machine(glibc=None), "2.15.0", "cpu"),
        (rules.system_version, machine(os="macos", arch="aarch64", os_version="11.2"), "2.11.0", "cpu"),
        (rules.system_version, machine(os="windows"), "2.15.0", "cpu"),
        (rules.published, machine("T4"), "2.15.0", "cu132"),
        (rules.for_the_gpu, machine(), "2.15.0", "cpu"),
        (rules.driver_floor, machine("T4", driver="525.60.13"), "2.10.0", "cu128"),
        (rules.driver_floor, machine("T4", driver="580"), "2.15.0", "cu132"),
        (rules.driver_floor, machine("T4", os="windows", driver="528.33"), "2.10.0", "cu128"),
        (rules.driver_floor, T4_470, "2.5.1", "cu118"),
        (rules.driver_floor, machine(), "2.15.0", "cpu"),
        (rules.driver_floor, machine("T4"), "2.15.0", "cu132"),
        (rules.jetson, machine("Thor", arch="aarch64", jetson=True), "2.15.0", "cu132"),
        (rules.jetson, machine("GH200", arch="aarch64"), "2.15.0", "cu132"),
        (rules.code_for_gpu, machine("RTX 4090"), "2.15.0", "cu132"),
        (rules.code_for_gpu, machine("GB300"), "2.15.0", "cu132"),
        (rules.code_for_gpu, machine("GB10", arch="aarch64"), "2.15.0", "cu132"),
        (rules.code_for_gpu, PASCAL, "2.14.1", "cu126"),
        (rules.code_for_gpu, machine("GTX 970"), "2.14.1", "cu126"),
        (rules.code_for_gpu, machine("K80"), "2.5.1", "cu118"),
        (rules.cudnn, machine("K80"), "2.3.1", "cu118"),
        (rules.cudnn, PASCAL, "2.14.1", "cu126"),
        (rules.cudnn, machine("V100"), "2.10.0", "cu128"),
        (rules.cudnn, machine("T4"), "2.15.0", "cu132"),
    ],
)
def test_lets_pass(rule: rules.Rule, described: Machine, version: str, name: str) -> None:
    assert ask(rule, described, version, name) is None


def test_the_first_rule_is_named() -> None:
    described = machine("K80", driver="470.1", python="3.6")

    assert rules.first_broken(described, the("2.14.1"), build("2.14.1", "cu126")) == (
        "python_version",
        "it needs Python 3.10 or newer, and this is 3.6",
    )
