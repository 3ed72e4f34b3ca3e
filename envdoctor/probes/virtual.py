"""Which virtual machine this is, if it is one.

Sources: systemd, src/basic/virt.c (which DMI strings name which hypervisor); cloud-init,
tools/ds-identify and sources/DataSource*.py (clouds); Linux, Documentation/virt (clock sources).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from envdoctor.facts import Unknown
from envdoctor.probes.command import Output
from envdoctor.probes.system import System

DMI = "/sys/class/dmi/id"
FIELDS = ("sys_vendor", "product_name", "bios_vendor", "bios_version", "chassis_asset_tag")

CLOUDS = (
    # Name, field, how it begins. Their bare-metal machines carry the same strings.
    ("azure", "chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77"),
    ("oracle-cloud", "chassis_asset_tag", "OracleCloud.com"),
    ("huawei-cloud", "chassis_asset_tag", "HUAWEICLOUD"),
    ("amazon-ec2", "sys_vendor", "Amazon EC2"),
    ("google-cloud", "product_name", "Google Compute Engine"),
    ("alibaba-cloud", "sys_vendor", "Alibaba Cloud"),
    ("tencent-cloud", "sys_vendor", "Tencent Cloud"),
    ("digitalocean", "sys_vendor", "DigitalOcean"),
    ("hetzner", "sys_vendor", "Hetzner"),
    ("vultr", "sys_vendor", "Vultr"),
    ("linode", "sys_vendor", "Linode"),
    ("linode", "sys_vendor", "Akamai"),
    ("scaleway", "sys_vendor", "Scaleway"),
    ("openstack", "product_name", "OpenStack"),
)
HYPERVISORS = (
    ("vmware", "sys_vendor", "VMware"),
    ("vmware", "product_name", "VMware"),
    ("virtualbox", "product_name", "VirtualBox"),
    ("virtualbox", "sys_vendor", "innotek GmbH"),
    ("parallels", "sys_vendor", "Parallels"),
    ("parallels", "product_name", "Parallels"),
    ("xen", "sys_vendor", "Xen"),
    ("xen", "product_name", "HVM domU"),
    ("bhyve", "bios_vendor", "BHYVE"),
    ("apple-virtualization", "product_name", "Apple Virtualization"),
    ("nutanix", "product_name", "AHV"),
    ("cloud-hypervisor", "sys_vendor", "Cloud Hypervisor"),
    ("kvm", "product_name", "KVM"),
    ("kvm", "product_name", "RHEV Hypervisor"),
    ("kvm", "sys_vendor", "KubeVirt"),
    ("qemu", "sys_vendor", "QEMU"),
    ("qemu", "sys_vendor", "Bochs"),
)
CLOCKS = (("kvm-clock", "kvm"), ("hyperv_clocksource", "hyper-v"), ("xen", "xen"))
"""Clock sources that exist under one hypervisor only."""
REGISTRY = r"HARDWARE\DESCRIPTION\System\BIOS"
REGISTRY_NAMES = {"sys_vendor": "SystemManufacturer", "product_name": "SystemProductName", "bios_vendor": "BIOSVendor"}


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine shows of being virtual."""

    dmi: Mapping[str, str]
    """Field → text; empty: no firmware tables."""
    flag: bool | None = None
    """The processor says that a hypervisor runs it; None: this kind of processor cannot say."""
    clocks: str = ""
    """The clock sources that the kernel could use."""
    device_tree: str | None = None
    """What the device tree says of a hypervisor; "": nothing; None: there is no device tree."""
    xen: str | None = None
    """`domU`, `dom0` (which sees the real machine), or None."""
    firecracker: bool = False


def probe(system: System) -> str | None | Unknown:
    """Return the hypervisor's or the cloud's name; None: bare metal."""
    if system.os == "darwin":
        return on_mac(system.run(["sysctl", "-n", "kern.hv_vmm_present", "hw.model"], seconds=2.0))
    if system.os == "windows":
        dmi = {field: system.calls.registry(REGISTRY, name) or "" for field, name in REGISTRY_NAMES.items()}
        return judge(Signs(dmi=dmi)) if any(dmi.values()) else Unknown("the registry does not name the machine")
    return judge(ask(system))


def ask(system: System) -> Signs:
    """Look at the firmware's tables, the processor's flags and the kernel's clock sources."""
    dmi = {field: text for field in FIELDS if (text := system.text(f"{DMI}/{field}"))}
    # The first processor's flags are enough: a kernel takes milliseconds to write out 512 of them.
    cpuinfo = system.read("/proc/cpuinfo", 8192)
    flags = re.search(r"^flags\s*:(.*)$", cpuinfo, re.MULTILINE) if isinstance(cpuinfo, str) else None
    flag = "hypervisor" in flags[1].split() if flags else None
    return Signs(
        dmi=dmi,
        flag=flag,
        clocks=system.text("/sys/devices/system/clocksource/clocksource0/available_clocksource") or "",
        device_tree=None if dmi else _device_tree(system),
        xen=_xen(system),
        firecracker=bool(flag and not dmi and _firecracker(system)),
    )


def judge(signs: Signs) -> str | None | Unknown:
    """Name the virtual machine by its signs.

    Local hypervisors are believed by their firmware even if the flag is hidden (a way to pass a GPU
    through); clouds also let bare metal, which has no flag.
    """
    if signs.xen == "dom0":
        return None
    named = _by_firmware(signs)
    if named:
        return named
    if signs.xen or signs.flag:
        return "xen" if signs.xen else _by_clock(signs)
    if signs.device_tree:
        return {"linux,kvm": "kvm", "linux,dummy-virt": "qemu", "xen,xen": "xen"}.get(signs.device_tree, "other")
    if signs.flag is None and not signs.dmi and signs.device_tree is None:
        return Unknown("neither firmware tables nor the processor's flags can be read")
    return None


def on_mac(answer: Output | None | Unknown) -> str | None | Unknown:
    """Understand what sysctl says of a hypervisor ("1") and the model ("VirtualMac2,1")."""
    if not isinstance(answer, Output):
        return answer or Unknown("there is no sysctl")
    present, _, model = answer.stdout.partition("\n")
    for start, name in (("VMware", "vmware"), ("Parallels", "parallels"), ("VirtualMac", "apple-virtualization")):
        if model.startswith(start):
            return name
    return "other" if present.strip() == "1" else None


def _by_firmware(signs: Signs) -> str | None:
    dmi = signs.dmi
    cloud = _match(CLOUDS, dmi)
    if cloud is None and dmi.get("bios_version", "").endswith(".amazon"):
        cloud = "amazon-ec2"  # its older instances run on Xen
    if cloud:
        metal = ".metal" in dmi.get("product_name", "") or signs.flag is False
        return None if metal else cloud
    if dmi.get("sys_vendor") == "Microsoft Corporation" and dmi.get("product_name") == "Virtual Machine":
        return "hyper-v"  # Microsoft's laptops carry its name, too
    local = _match(HYPERVISORS, dmi)
    return "kvm" if local == "qemu" and "kvm-clock" in signs.clocks.split() else local


def _by_clock(signs: Signs) -> str:
    if signs.firecracker:
        return "firecracker"
    found = (name for start, name in CLOCKS for clock in signs.clocks.split() if clock.startswith(start))
    return next(found, "other")


def _match(table: tuple[tuple[str, str, str], ...], dmi: Mapping[str, str]) -> str | None:
    return next((name for name, field, start in table if dmi.get(field, "").startswith(start)), None)


def _xen(system: System) -> str | None:
    if system.text("/sys/hypervisor/type") != "xen" and not system.exists("/proc/xen"):
        return None
    return "dom0" if "control_d" in (system.text("/proc/xen/capabilities") or "") else "domU"


def _device_tree(system: System) -> str | None:
    if not system.exists("/proc/device-tree"):
        return None
    hypervisor = system.text("/proc/device-tree/hypervisor/compatible")
    if hypervisor:
        return hypervisor.split("\0")[0]
    compatible = (system.text("/proc/device-tree/compatible") or "").split("\0")
    return "linux,dummy-virt" if "linux,dummy-virt" in compatible else ""


def _firecracker(system: System) -> bool:
    """Firecracker has no firmware; it names itself in its ACPI table, which root may read, or on the command line."""
    if "firecracker" in (system.text("/proc/cmdline") or ""):
        return True
    table = system.read("/sys/firmware/acpi/tables/DSDT", 64)
    return isinstance(table, str) and "FIRECK" in table
