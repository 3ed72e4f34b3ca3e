import pytest

from envdoctor.facts import Host, Unknown
from envdoctor.findings import Risk
from envdoctor.rules.remedies import family, install_driver, keep_out, load_module

UBUNTU = Host("linux", "Ubuntu 22.04.5 LTS")


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        (UBUNTU, "ubuntu"),
        (Host("linux", "Pop!_OS 22.04"), "ubuntu"),
        (Host("linux", "Debian GNU/Linux 12 (bookworm)"), "debian"),
        (Host("linux", "Rocky Linux 9.5"), "rhel"),
        (Host("linux", "Arch Linux"), "other"),
        (Host("linux", Unknown("no os-release")), "other"),
        (Host("linux", None), "other"),
        (Host("windows", "Windows 11"), "windows"),
        (Host("darwin", "macOS 15"), "other"),
        (Unknown("no"), "other"),
    ],
)
def test_families(host: Host | Unknown, kind: str) -> None:
    assert family(host) == kind


def test_installing_a_driver_ends_with_a_restart() -> None:
    fix = install_driver(UBUNTU)

    assert fix.commands[-1] == "sudo reboot"
    assert fix.risk is Risk.REBOOT


@pytest.mark.parametrize("host", [Host("linux", "Arch Linux"), Host("windows"), Unknown("no")])
def test_no_command_is_better_than_a_wrong_one(host: Host | Unknown) -> None:
    assert install_driver(host).commands == ()


def test_a_module_that_is_there_is_only_loaded() -> None:
    assert load_module(UBUNTU, on_disk=True)[0] == "sudo modprobe nvidia"


def test_a_module_that_is_not_there_is_built_before() -> None:
    headers, build, load, _ = load_module(UBUNTU, on_disk=False)

    assert "linux-headers-$(uname -r)" in headers
    assert build == "sudo dkms autoinstall"
    assert load == "sudo modprobe nvidia"


def test_an_open_driver_is_kept_out_for_good() -> None:
    write, image, restart = keep_out(UBUNTU, ("nova_drm", "nova_core"))

    assert write.startswith("printf 'blacklist nova_drm\\nblacklist nova_core\\n' | sudo tee /etc/modprobe.d/")
    assert image == "sudo update-initramfs -u"
    assert restart == "sudo reboot"
