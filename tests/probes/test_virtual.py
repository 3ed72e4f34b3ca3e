from __future__ import annotations

from pathlib import Path

import pytest

from envdoctor.facts import Unknown
from envdoctor.probes import virtual
from envdoctor.probes.command import Output
from envdoctor.probes.system import System
from envdoctor.probes.virtual import Signs
from tests.systems import answering, still, system

AZURE = "7783-7084-3265-9085-8269-3286-77"
CANNOT_TELL = Unknown("neither firmware tables nor the processor's flags can be read")


def dmi(vendor: str = "", product: str = "", **more: str) -> dict[str, str]:
    return {"sys_vendor": vendor, "product_name": product, **more}


@pytest.mark.parametrize(
    ("signs", "name"),
    [
        pytest.param(Signs(dmi=dmi("VMware, Inc.", "VMware20,1"), flag=True), "vmware", id="VMware"),
        pytest.param(Signs(dmi=dmi("innotek GmbH", "VirtualBox"), flag=True), "virtualbox", id="VirtualBox"),
        pytest.param(Signs(dmi=dmi("Microsoft Corporation", "Virtual Machine"), flag=True), "hyper-v", id="Hyper-V"),
        pytest.param(
            Signs(dmi=dmi("Microsoft Corporation", "Virtual Machine", chassis_asset_tag=AZURE), flag=True),
            "azure",
            id="Azure is Hyper-V with a tag",
        ),
        pytest.param(Signs(dmi=dmi("QEMU", "Standard PC (Q35 + ICH9, 2009)"), flag=True), "qemu", id="QEMU alone"),
        pytest.param(
            Signs(dmi=dmi("QEMU", "Standard PC"), flag=True, clocks="kvm-clock tsc hpet"), "kvm", id="QEMU with KVM"
        ),
        pytest.param(Signs(dmi=dmi("QEMU", "Standard PC"), flag=False), "qemu", id="QEMU with its flag hidden"),
        pytest.param(Signs(dmi=dmi("Red Hat", "KVM"), flag=True), "kvm", id="Red Hat"),
        pytest.param(Signs(dmi=dmi("Xen", "HVM domU", bios_version="4.13"), flag=True), "xen", id="Xen"),
        pytest.param(
            Signs(dmi=dmi("Xen", "HVM domU", bios_version="4.11.amazon"), flag=True, xen="domU"),
            "amazon-ec2",
            id="EC2's older instances (p3) run on Xen",
        ),
        pytest.param(Signs(dmi=dmi("Amazon EC2", "g5.xlarge"), flag=True), "amazon-ec2", id="EC2"),
        pytest.param(Signs(dmi=dmi("Amazon EC2", "g5g.xlarge"), flag=None), "amazon-ec2", id="EC2 on Arm has no flag"),
        pytest.param(Signs(dmi=dmi("Google", "Google Compute Engine"), flag=True), "google-cloud", id="Google"),
        pytest.param(Signs(dmi=dmi("Alibaba Cloud", "Alibaba Cloud ECS"), flag=True), "alibaba-cloud", id="Alibaba"),
        pytest.param(
            Signs(dmi=dmi("QEMU", "Standard PC", chassis_asset_tag="OracleCloud.com"), flag=True),
            "oracle-cloud",
            id="Oracle's virtual machines",
        ),
        pytest.param(
            Signs(dmi=dmi("Parallels International GmbH.", "Parallels ARM Virtual Machine")),
            "parallels",
            id="Parallels",
        ),
        pytest.param(
            Signs(dmi=dmi("Apple Inc.", "Apple Virtualization Generic Platform")), "apple-virtualization", id="Apple"
        ),
        pytest.param(Signs(dmi={}, flag=True, clocks="tsc kvm-clock"), "kvm", id="KVM without firmware"),
        pytest.param(
            Signs(dmi={}, flag=True, clocks="tsc kvm-clock", firecracker=True), "firecracker", id="Firecracker"
        ),
        pytest.param(
            Signs(dmi={}, flag=True, clocks="hyperv_clocksource_tsc_page tsc"), "hyper-v", id="Hyper-V's clock"
        ),
        pytest.param(Signs(dmi={}, flag=True, clocks="tsc"), "other", id="nobody says which"),
        pytest.param(
            Signs(dmi=dmi("Dell Inc.", "PowerEdge"), flag=True), "other", id="firmware of the host shown through"
        ),
        pytest.param(Signs(dmi={}, xen="domU", clocks="xen tsc"), "xen", id="Xen without hardware support"),
        pytest.param(Signs(dmi={}, device_tree="linux,dummy-virt"), "qemu", id="QEMU on Arm"),
        pytest.param(Signs(dmi={}, device_tree="linux,kvm"), "kvm", id="KVM on Arm"),
        pytest.param(Signs(dmi={}, device_tree="vendor,new"), "other", id="a new hypervisor on Arm"),
    ],
)
def test_names_the_virtual_machine(signs: Signs, name: str) -> None:
    assert virtual.judge(signs) == name


@pytest.mark.parametrize(
    "signs",
    [
        pytest.param(Signs(dmi=dmi("ASUSTeK COMPUTER INC.", "ROG STRIX"), flag=False), id="a desktop"),
        pytest.param(Signs(dmi=dmi("Microsoft Corporation", "Surface Book 2"), flag=False), id="Microsoft's laptop"),
        pytest.param(Signs(dmi=dmi("Oracle Corporation", "ORACLE SERVER X9-2"), flag=False), id="Oracle's server"),
        pytest.param(Signs(dmi=dmi("Google", "Vell"), flag=False), id="Google's laptop"),
        pytest.param(Signs(dmi=dmi("Apple Inc.", "MacBookPro11,3"), flag=False), id="Linux on a Mac"),
        pytest.param(Signs(dmi=dmi("Nutanix", "NX-3060-G5"), flag=False), id="Nutanix' server"),
        pytest.param(Signs(dmi=dmi("Amazon EC2", "g4dn.metal"), flag=False), id="EC2 metal"),
        pytest.param(Signs(dmi=dmi("Amazon EC2", "m7i.metal-24xl"), flag=False), id="EC2 metal of a size"),
        pytest.param(Signs(dmi=dmi("Amazon EC2", "c7g.metal"), flag=None), id="EC2 metal on Arm"),
        pytest.param(
            Signs(dmi=dmi("Oracle Corporation", "BM.GPU4.8", chassis_asset_tag="OracleCloud.com"), flag=False),
            id="Oracle's bare metal",
        ),
        pytest.param(Signs(dmi=dmi("Dell Inc.", "PowerEdge"), flag=True, xen="dom0"), id="Xen's first domain"),
        pytest.param(Signs(dmi=dmi("NVIDIA", "P3840"), flag=None), id="an Arm server"),
        pytest.param(Signs(dmi={}, device_tree=""), id="a Jetson"),
        pytest.param(Signs(dmi={}, flag=False), id="firmware tables hidden, flags shown"),
    ],
)
def test_bare_metal_is_silent(signs: Signs) -> None:
    assert virtual.judge(signs) is None


def test_nothing_to_look_at_is_unknown(tmp_path: Path) -> None:
    assert virtual.judge(Signs(dmi={})) == CANNOT_TELL
    assert virtual.probe(system(tmp_path)) == CANNOT_TELL


def test_the_flag_must_be_a_word_of_its_own(tmp_path: Path) -> None:
    machine = system(tmp_path, {"/proc/cpuinfo": "processor : 0\nflags\t\t: fpu hypervisor_x\n"})

    assert virtual.ask(machine).flag is False


def test_the_flag_of_the_first_processor_is_enough(tmp_path: Path) -> None:
    entry = "processor\t: {}\nflags\t\t: fpu hypervisor lm\n\n"

    assert virtual.ask(system(tmp_path, {"/proc/cpuinfo": "".join(map(entry.format, range(9999)))})).flag is True


def test_a_jetson_by_its_device_tree(tmp_path: Path) -> None:
    machine = system(tmp_path, {"/proc/device-tree/compatible": "nvidia,p3737-0000+p3701-0005\0nvidia,tegra234\0"})

    assert virtual.probe(machine) is None


@pytest.mark.parametrize(
    ("files", "name"),
    [
        pytest.param({"/proc/device-tree/compatible": "linux,dummy-virt\0"}, "qemu", id="QEMU on Arm"),
        pytest.param(
            {"/proc/device-tree/hypervisor/compatible": "xen,xen-4.16\0xen,xen\0"}, "other", id="several words"
        ),
        pytest.param({"/sys/hypervisor/type": "xen\n", "/proc/xen/capabilities": ""}, "xen", id="Xen guest"),
        pytest.param({"/sys/hypervisor/type": "xen\n", "/proc/xen/capabilities": "control_d\n"}, None, id="Xen host"),
        pytest.param(
            {"/proc/cpuinfo": "flags : hypervisor\n", "/proc/cmdline": "firecracker.x=1"},
            "firecracker",
            id="command line",
        ),
    ],
)
def test_files(files: dict[str, str], name: str | None, tmp_path: Path) -> None:
    assert virtual.probe(system(tmp_path, files)) == name


@pytest.mark.parametrize(
    ("registry", "name"),
    [
        pytest.param({"SystemManufacturer": "VMware, Inc.", "SystemProductName": "VMware20,1"}, "vmware", id="VMware"),
        pytest.param(
            {"SystemManufacturer": "Microsoft Corporation", "SystemProductName": "Virtual Machine"},
            "hyper-v",
            id="Hyper-V",
        ),
        pytest.param({"SystemManufacturer": "LENOVO", "SystemProductName": "20Y3"}, None, id="a laptop"),
        pytest.param({}, Unknown("the registry does not name the machine"), id="no answer"),
    ],
)
def test_windows(registry: dict[str, str], name: str | None | Unknown) -> None:
    assert virtual.probe(System(os="windows", calls=still(registry=registry))) == name


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        pytest.param(Output(0, "0\nMac14,6\n", ""), None, id="a Mac"),
        pytest.param(Output(0, "1\nVirtualMac2,1\n", ""), "apple-virtualization", id="Apple's own"),
        pytest.param(Output(0, "1\nParallels-ARM-19\n", ""), "parallels", id="Parallels"),
        pytest.param(Output(0, "1\nMac14,6\n", ""), "other", id="another"),
        pytest.param(None, Unknown("there is no sysctl"), id="no sysctl"),
        pytest.param(Unknown("slow"), Unknown("slow"), id="timed out"),
    ],
)
def test_macos(answer: Output | None | Unknown, name: str | None | Unknown) -> None:
    assert virtual.probe(System(os="darwin", run=answering({"sysctl": answer}))) == name
