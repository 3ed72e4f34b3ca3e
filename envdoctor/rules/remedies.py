"""Commands that mend the same thing on different systems, for the fixes of several checks."""

from __future__ import annotations

from envdoctor.facts import Host, Unknown
from envdoctor.findings import Fix, Risk

FAMILIES = (
    # How the system's name begins → what installs packages there.
    ("ubuntu", "ubuntu"),
    ("linux mint", "ubuntu"),
    ("pop!_os", "ubuntu"),
    ("debian", "debian"),
    ("fedora", "fedora"),
    ("red hat", "rhel"),
    ("rocky", "rhel"),
    ("almalinux", "rhel"),
    ("centos", "rhel"),
    ("oracle linux", "rhel"),
)
HEADERS = {
    "ubuntu": "sudo apt-get install linux-headers-$(uname -r)",
    "debian": "sudo apt-get install linux-headers-$(uname -r)",
    "fedora": "sudo dnf install kernel-devel-$(uname -r)",
    "rhel": "sudo dnf install kernel-devel-$(uname -r)",
}
INITRAMFS = {
    "ubuntu": "sudo update-initramfs -u",
    "debian": "sudo update-initramfs -u",
    "fedora": "sudo dracut --force",
    "rhel": "sudo dracut --force",
}
INSTALL_COMPILER = {
    "ubuntu": "sudo apt-get install gcc",
    "debian": "sudo apt-get install gcc",
    "fedora": "sudo dnf install gcc",
    "rhel": "sudo dnf install gcc",
}
INSTALL_CXX = {
    "ubuntu": "sudo apt-get install g++",
    "debian": "sudo apt-get install g++",
    "fedora": "sudo dnf install gcc-c++",
    "rhel": "sudo dnf install gcc-c++",
}
INSTALL_PYTHON_HEADERS = {
    "ubuntu": "sudo apt-get install python3-dev",
    "debian": "sudo apt-get install python3-dev",
    "fedora": "sudo dnf install python3-devel",
    "rhel": "sudo dnf install python3-devel",
}
DOWNLOADS = "https://www.nvidia.com/drivers"


def family(host: Host | Unknown) -> str:
    """Return `ubuntu`, `debian`, `fedora`, `rhel`, `windows`, or `other`."""
    if isinstance(host, Unknown):
        return "other"
    if host.os != "linux":
        return host.os if host.os == "windows" else "other"
    name = host.name.lower() if isinstance(host.name, str) else ""
    return next((found for start, found in FAMILIES if name.startswith(start)), "other")


def install_driver(host: Host | Unknown) -> Fix:
    """Say how the NVIDIA driver is installed on this system."""
    kind = family(host)
    if kind == "ubuntu":
        commands = ("sudo apt-get update", "sudo ubuntu-drivers install", "sudo reboot")
        return Fix("Install the driver that Ubuntu recommends for this card, then restart.", commands, Risk.REBOOT)
    if kind == "debian":
        headers = HEADERS[kind]
        return Fix(
            "Install the driver from Debian's component non-free, then restart.",
            ("sudo apt-get update", f"{headers} nvidia-driver", "sudo reboot"),
            Risk.REBOOT,
        )
    if kind == "fedora":
        return Fix(
            "Install the driver from RPM Fusion (its repository must be set up), wait until the module is built "
            "(akmods), then restart.",
            ("sudo dnf install akmod-nvidia", "sudo akmods --force", "sudo reboot"),
            Risk.REBOOT,
        )
    risk = Risk.NEEDS_ROOT if kind == "windows" else Risk.REBOOT
    return Fix(f"Install the driver from {DOWNLOADS} or from your distribution's packages.", (), risk)


def load_module(host: Host | Unknown, *, on_disk: bool) -> tuple[str, ...]:
    """Return the commands that load the driver's kernel module, and build it first where there is none."""
    build = {"ubuntu": "sudo dkms autoinstall", "debian": "sudo dkms autoinstall", "fedora": "sudo akmods --force"}
    kind = family(host)
    made = () if on_disk else tuple(filter(None, (HEADERS.get(kind), build.get(kind))))
    return (*made, "sudo modprobe nvidia", "sudo dmesg | grep -iE 'nvidia|nvrm|nouveau|nova' | tail -n 20")


def keep_out(host: Host | Unknown, modules: tuple[str, ...]) -> tuple[str, ...]:
    """Return the commands after which these kernel modules are not loaded any more."""
    lines = "".join(f"blacklist {module}\\n" for module in modules)
    initramfs = INITRAMFS.get(family(host))
    return tuple(
        filter(
            None,
            (
                f"printf '{lines}' | sudo tee /etc/modprobe.d/nvidia-instead-of-{modules[0]}.conf",
                initramfs,
                "sudo reboot",
            ),
        )
    )
