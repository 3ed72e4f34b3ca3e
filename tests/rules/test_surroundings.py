import pytest

from envdoctor.facts import Driver, Gpu, Host, Message, PciGpu, Platform, Torch, Unknown
from envdoctor.rules.surroundings import hypervisor_of, is_amd, is_jetson, is_mac

UNKNOWN = Unknown("the text does not say")


@pytest.mark.parametrize(
    ("vm", "driver", "expected"),
    [
        ("vmware workstation", UNKNOWN, "vmware workstation"),
        ("kvm", None, "kvm"),
        ("kvm", Driver("550.54"), None),
        ("google colab", None, None),
        (None, None, None),
    ],
)
def test_a_hypervisor_counts_while_no_driver_answers(
    vm: str | None, driver: Driver | None | Unknown, expected: str | None
) -> None:
    assert hypervisor_of(Platform(vm=vm), driver) == expected


def test_nothing_is_known_of_an_unknown_platform() -> None:
    assert hypervisor_of(UNKNOWN, None) is None
    assert not is_mac(UNKNOWN)
    assert not is_amd(UNKNOWN, UNKNOWN)
    assert not is_jetson(UNKNOWN, UNKNOWN)


def test_a_jetson_is_known_by_its_gpu_or_by_words() -> None:
    assert is_jetson((), (Gpu(0, name="Orin (nvgpu)"),))
    assert is_jetson((Message("jetson", "JetPack 6"),), UNKNOWN)
    assert not is_jetson((), (Gpu(0, name="NVIDIA L4"),))


def test_amd_is_known_by_the_build_or_by_a_card() -> None:
    assert is_amd(Torch("2.5.1+rocm6.2", cuda=None, hip="6.2"), UNKNOWN)
    assert is_amd(UNKNOWN, (PciGpu("", "1002", ""),))
    assert not is_amd(Torch("2.5.1", cuda="12.4"), (PciGpu("", "8086", ""),))


def test_a_mac() -> None:
    assert is_mac(Host("darwin"))
    assert not is_mac(Host("linux"))
