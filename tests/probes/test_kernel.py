from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envdoctor.facts import Unknown
from envdoctor.probes import fabric, kernel
from envdoctor.probes.system import System
from tests.rig.machines import RELEASE, proc_version, put

MODULES = f"lib/modules/{RELEASE}"
LIBRARIES = "usr/lib/x86_64-linux-gnu"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with a kernel and nothing of NVIDIA's."""
    put(tmp_path, "proc/sys/kernel/osrelease", f"{RELEASE}\n")
    put(tmp_path, f"{MODULES}/kernel/drivers/video/nvidiafb.ko", "")
    put(tmp_path, "dev/null", "")
    return tmp_path


def look(root: Path, **environment: str) -> kernel.Kernel:
    return kernel.probe(System(root=root, environment=environment))


def test_nothing_is_there(root: Path) -> None:
    assert look(root) == kernel.Kernel(
        loaded=False,
        version=None,
        flavor=None,
        nouveau=False,
        module_on_disk=False,
        nodes=(),
        denied=(),
        library_files=(),
        library=None,
        uvm_loaded=False,
        secure_boot=None,
        fabric_manager=None,
        in_proc=None,
        in_sys=None,
    )


# --- the module that runs ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024",
            ("535.183.01", "proprietary"),
            id="proprietary",
        ),
        pytest.param(
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  565.57.01  Release Build  "
            "(dvs-builder@U16-A24-9-2)  Thu Oct 10 12:15:00 UTC 2024",
            ("565.57.01", "open"),
            id="open",
        ),
        pytest.param(
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  555.58  Release Build  (portage@localhost)  "
            "Sáb 29 jun 2024 14:36:22 MSK",
            ("555.58", "open"),
            id="built at home, two numbers, another language",
        ),
        pytest.param(
            "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  35.3.1  Release Build  (buildbrain@mobile)",
            ("35.3.1", "open"),
            id="Jetson",
        ),
        pytest.param("NVRM version: NVIDIA UNIX x86_64 Kernel Module", (None, None), id="cut off"),
        pytest.param("GCC version:  gcc version 13.3.0", (None, None), id="the compiler's version is not the driver's"),
        pytest.param("", (None, None), id="empty"),
    ],
)
def test_proc_version(line: str, said: tuple[str | None, str | None]) -> None:
    assert kernel.parse_version(f"{line}\nGCC version:  gcc version 11.4.0 (Ubuntu 11.4.0-1ubuntu1~22.04)\n") == said


def test_module_runs(root: Path) -> None:
    put(root, "proc/driver/nvidia/version", proc_version("535.183.01", "proprietary"))

    found = look(root)

    assert (found.loaded, found.version, found.flavor) == (True, "535.183.01", "proprietary")


def test_sys_tells_where_proc_does_not(root: Path) -> None:
    put(root, "sys/module/nvidia/version", "560.35.03\n")

    found = look(root)

    assert (found.loaded, found.version) == (True, "560.35.03")
    assert isinstance(found.flavor, Unknown)


@pytest.mark.parametrize("text", ["", "\0\0", "hello", "NVRM version: Kernel Module\n"])
def test_a_module_that_does_not_tell_is_unknown_and_not_absent(text: str, root: Path) -> None:
    put(root, "proc/driver/nvidia/version", text)

    found = look(root)

    assert found.loaded
    assert isinstance(found.version, Unknown)


def test_a_module_without_a_version_file_is_loaded(root: Path) -> None:
    put(root, "sys/module/nvidia/refcnt", "0\n")

    assert look(root).loaded


def test_nouveau(root: Path) -> None:
    put(root, "sys/module/nouveau/refcnt", "1\n")

    assert look(root).nouveau is True


# --- the module on disk --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "updates/dkms/nvidia.ko",
        "updates/dkms/nvidia.ko.zst",
        "updates/dkms/nvidia-current.ko.xz",
        "updates/dkms/nvidia-tesla-470.ko",
        "extra/nvidia.ko.xz",
        "extra/nvidia/nvidia.ko.xz",
        "extra/nvidia-open/nvidia.ko",
        "kernel/drivers/video/nvidia.ko",
        "kernel/nvidia-535/nvidia.ko",
        "kernel/nvidia-570-server-open/nvidia.ko.zst",
        "weak-updates/nvidia/nvidia.ko",
    ],
)
def test_module_on_disk(path: str, root: Path) -> None:
    put(root, f"{MODULES}/{path}", "")

    assert look(root).module_on_disk is True


@pytest.mark.parametrize(
    "path",
    [
        "kernel/drivers/video/fbdev/nvidia/nvidiafb.ko",
        "kernel/drivers/video/nvidiafb.ko.zst",
        "kernel/drivers/platform/x86/nvidia-wmi-ec-backlight.ko",
        "updates/dkms/nvidia-uvm.ko",
        "updates/dkms/nvidia-drm.ko.zst",
        "updates/dkms/nvidia.ko.dist",
        "kernel/nvidia-535/bits/nv.o",
    ],
)
def test_other_modules_are_not_it(path: str, root: Path) -> None:
    put(root, f"{MODULES}/{path}", "")

    assert look(root).module_on_disk is False


def test_a_module_for_another_kernel_is_not_it(root: Path) -> None:
    put(root, "lib/modules/5.15.0-1-generic/updates/dkms/nvidia.ko", "")

    assert look(root).module_on_disk is False


@pytest.mark.parametrize("release", ["6.1.0-of-the-host", "../../etc", ""])
def test_modules_that_cannot_be_seen_are_unknown(release: str, root: Path) -> None:
    put(root, "proc/sys/kernel/osrelease", release)

    assert isinstance(look(root).module_on_disk, Unknown)


# --- device files --------------------------------------------------------------------------------


def test_device_files(root: Path) -> None:
    for name in (
        "nvidia0",
        "nvidia15",
        "nvidiactl",
        "nvidia-uvm",
        "nvidia-uvm-tools",
        "nvidia-modeset",
        "nvidiactl.bak",
    ):
        put(root, f"dev/{name}", "")
    put(root, "dev/nvidia-caps/nvidia-cap1", "")

    found = kernel.probe(System(root=root), may=lambda path: path.name != "nvidia15")

    assert found.nodes == (
        "/dev/nvidia-modeset",
        "/dev/nvidia-uvm",
        "/dev/nvidia-uvm-tools",
        "/dev/nvidia0",
        "/dev/nvidia15",
        "/dev/nvidiactl",
    )
    assert found.denied == ("/dev/nvidia15",)


# --- user libraries ------------------------------------------------------------------------------


def test_the_link_decides_between_two_versions(root: Path) -> None:
    for version in ("535.161.08", "535.183.01"):
        put(root, f"{LIBRARIES}/libcuda.so.{version}", "")
    (root / LIBRARIES / "libcuda.so.1").symlink_to("libcuda.so.535.161.08")

    found = look(root)

    assert found.library == "535.161.08"
    assert len(found.library_files) == 3


def test_the_user_s_folders_come_first(root: Path) -> None:
    put(root, f"{LIBRARIES}/libcuda.so.535.183.01", "")
    put(root, "opt/driver/libcuda.so.550.54.14", "")

    assert look(root, LD_LIBRARY_PATH=":relative:/opt/driver/:/nowhere").library == "550.54.14"


def test_stubs_and_compatibility_packages_are_no_driver(root: Path) -> None:
    put(root, "usr/local/cuda/compat/libcuda.so.580.65.06", "")
    put(root, "usr/local/cuda/lib64/stubs/libcuda.so.1", "")

    found = look(root, LD_LIBRARY_PATH="/usr/local/cuda/compat:/usr/local/cuda/lib64/stubs")

    assert found.library is None
    assert len(found.library_files) == 2


def test_a_folder_of_several_names_is_told_once(root: Path) -> None:
    put(root, "usr/lib64/libcuda.so.535.183.01", "")
    (root / "usr/lib").symlink_to("lib64")

    assert look(root).library_files == ("/usr/lib64/libcuda.so.535.183.01",)


@pytest.mark.parametrize("name", ["libcuda.so", "libcudart.so.12", "libcuda.so.1.bak", "libnvidia-ml.a"])
def test_other_files_are_not_it(name: str, root: Path) -> None:
    put(root, f"{LIBRARIES}/{name}", "")

    assert look(root).library_files == ()


# --- elsewhere, and hostile content --------------------------------------------------------------


@pytest.mark.parametrize("os", ["windows", "darwin"])
def test_elsewhere_files_tell_nothing(os: str) -> None:
    found = kernel.probe(System(os=os))

    assert isinstance(found.version, Unknown)
    assert (found.loaded, found.nodes, found.library_files) == (False, (), ())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=800), st.binary(max_size=100), st.binary(max_size=100))
def test_no_content_makes_it_raise(root: Path, proc: bytes, sys: bytes, release: bytes) -> None:
    put(root, "proc/driver/nvidia/version", "")
    put(root, "sys/module/nvidia/version", "")
    (root / "proc/driver/nvidia/version").write_bytes(proc)
    (root / "sys/module/nvidia/version").write_bytes(sys)
    (root / "proc/sys/kernel/osrelease").write_bytes(release)

    assert look(root).loaded


# --- what decides why a module does not run ------------------------------------------------------

VARIABLE = f"{kernel.EFI}/{kernel.SECURE_BOOT}".lstrip("/")
PID_FILE = fabric.PROCESS_NUMBERS[0].lstrip("/")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("\x06\0\0\0\x01", True, id="on"),
        pytest.param("\x06\0\0\0\0", False, id="off"),
        pytest.param("", Unknown(f"{kernel.SECURE_BOOT} has 0 bytes"), id="empty"),
        pytest.param("\x06\0\0\0\x01\x01", Unknown(f"{kernel.SECURE_BOOT} has 6 bytes"), id="too long"),
    ],
)
def test_secure_boot(root: Path, content: str, said: object) -> None:
    put(root, VARIABLE, content)

    assert look(root).secure_boot == said


def test_a_container_does_not_see_the_variables_of_the_firmware(root: Path) -> None:
    (root / "sys/firmware/efi/efivars").mkdir(parents=True)

    assert look(root).secure_boot == Unknown("/sys/firmware/efi/efivars does not show it")


def switch(root: Path, vendor: str = "0x10de", kind: str = "0x068000") -> None:
    put(root, "sys/bus/pci/devices/0000:05:00.0/class", f"{kind}\n")
    put(root, "sys/bus/pci/devices/0000:05:00.0/vendor", f"{vendor}\n")


def test_the_fabric_manager_runs(root: Path) -> None:
    switch(root)
    put(root, PID_FILE, "812\n")
    put(root, "proc/812/comm", "nv-fabricmanage\n")

    assert look(root).fabric_manager == "running"


def test_the_fabric_manager_is_found_without_its_file(root: Path) -> None:
    switch(root)
    put(root, "proc/2/comm", "kthreadd\n")
    put(root, "proc/812/comm", "nv-fabricmanage\n")

    assert look(root).fabric_manager == "running"


def test_a_process_that_is_gone_does_not_run(root: Path) -> None:
    switch(root)
    put(root, PID_FILE, "812\n")
    put(root, "proc/2/comm", "kthreadd\n")

    assert look(root).fabric_manager == "not running"


def test_a_container_does_not_see_the_hosts_processes(root: Path) -> None:
    switch(root)
    put(root, "proc/2/comm", "bash\n")

    assert look(root).fabric_manager == Unknown("the machine's processes cannot be seen from here")


@pytest.mark.parametrize(("vendor", "kind"), [("0x8086", "0x068000"), ("0x10de", "0x030000")])
def test_without_nvswitch_there_is_none(root: Path, vendor: str, kind: str) -> None:
    switch(root, vendor, kind)

    assert look(root).fabric_manager is None
