from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from envdoctor.facts import Driver, Gpu, NvidiaSmi, Unknown
from envdoctor.probes import driver
from envdoctor.probes.kernel import Kernel
from envdoctor.probes.kernel import probe as kernel_probe
from envdoctor.probes.libcuda import Libcuda
from envdoctor.probes.nvml import Nvml
from envdoctor.probes.system import System, this_system
from tests.rig import profiles_gpu
from tests.rig.expect import disagreements
from tests.rig.libraries import Libraries
from tests.rig.machines import Machine
from tests.rig.profiles import ACCIDENTS, MACHINES, Profile

LONG, SHORT = 20.0, 1.0
"""A deadline that nobody reaches, and one for machines on which somebody hangs."""

# The fake machine can add libraries to those that the loader knows; it cannot take real ones away.
without_real_driver = pytest.mark.skipif(
    bool(kernel_probe(this_system()).library_files), reason="a real NVIDIA driver is installed here"
)


def lacks_libraries(machine: Machine) -> bool:
    return None in (machine.nvml, machine.libcuda, machine.smi) or machine.libcuda == "other"


def rows(profiles: tuple[Profile, ...]) -> list[object]:
    return [
        pytest.param(p, id=p.name, marks=[without_real_driver] if lacks_libraries(p.machine) else []) for p in profiles
    ]


@pytest.mark.parametrize("profile", rows((*MACHINES, *profiles_gpu.ALL)))
def test_machine(profile: Profile, tmp_path: Path, libraries: Libraries) -> None:
    seconds = 3.0 if "hang" in profile.machine.faults.values() else LONG
    found, gpus = driver.probe(profile.machine.build(tmp_path, libraries).system(), seconds=seconds)

    assert not disagreements({"driver": found, "gpus": gpus}, profile.facts)


@pytest.mark.parametrize("profile", rows(ACCIDENTS))
def test_accident(profile: Profile, tmp_path: Path, libraries: Libraries) -> None:
    hangs = "hang" in str(profile.machine.faults) or (profile.machine.smi and profile.machine.smi.does != "works")
    started = time.monotonic()
    found, gpus = driver.probe(profile.machine.build(tmp_path, libraries).system(), seconds=SHORT if hangs else LONG)

    assert not disagreements({"driver": found, "gpus": gpus}, profile.facts)
    assert not hangs or time.monotonic() - started < SHORT + driver.ENDING_SECONDS + 3


@without_real_driver
def test_no_trace_of_a_driver(tmp_path: Path, libraries: Libraries) -> None:
    bare = Machine(kernel=None, on_disk=False, nodes=(), nvml=None, libcuda=None, smi=None)

    assert driver.probe(bare.build(tmp_path, libraries).system()) == (None, ())


@without_real_driver
def test_the_banner_is_asked_when_nobody_else_knows_cuda(tmp_path: Path, libraries: Libraries) -> None:
    built = Machine(driver="610.43.02", cuda="13.3", nvml=None, libcuda=None).build(tmp_path, libraries)

    found, _ = driver.probe(built.system(), seconds=LONG)

    assert isinstance(found, Driver)
    assert found.cuda == "13.3"


def test_a_mac_has_none() -> None:
    assert driver.probe(System(os="darwin")) == (None, ())


# --- putting the sources together ----------------------------------------------------------------

NO_FILES = Kernel(
    loaded=False,
    version=None,
    flavor=None,
    nouveau=False,
    module_on_disk=False,
    nodes=(),
    denied=(),
    library_files=(),
    library=None,
)
NO_NVML = Nvml(code=None, library=None, driver=None, cuda=None, gpus=Unknown("no NVML"))
NO_LIBCUDA = Libcuda(path=None, cuda=None, init=None, count=None)
DEAD = Unknown("no answer in 10 s")


def test_nothing_at_all_is_none() -> None:
    assert driver.combine(NO_FILES, NO_NVML, NO_LIBCUDA, None) == (None, ())


@pytest.mark.parametrize("silent", range(4))
def test_one_silent_source_and_no_trace_is_unknown(silent: int) -> None:
    sources: list[object] = [NO_FILES, NO_NVML, NO_LIBCUDA, None]
    sources[silent] = DEAD

    assert driver.combine(*sources) == (DEAD, DEAD)  # type: ignore[arg-type]  # one of each kind


def test_all_silent_sources_are_unknown() -> None:
    assert driver.combine(DEAD, DEAD, DEAD, DEAD) == (DEAD, DEAD)


def test_one_trace_is_enough() -> None:
    found, gpus = driver.combine(
        NO_FILES, DEAD, DEAD, NvidiaSmi("/usr/bin/nvidia-smi", exit_code=0, driver="535.183.01")
    )

    assert isinstance(found, Driver)
    assert found.version == "535.183.01"
    assert found.nvml == found.cuinit == found.libcuda == DEAD
    assert gpus == DEAD


def test_the_module_that_runs_counts_most() -> None:
    files = _replaced(NO_FILES, loaded=True, version="535.161.08")
    nvml = Nvml(code=0, library="535.183.01", driver="535.183.01", cuda="12.2", gpus=(Gpu(0),))

    found, gpus = driver.combine(files, nvml, NO_LIBCUDA, None)

    assert isinstance(found, Driver)
    assert (found.version, found.kernel, found.library) == ("535.161.08", "535.161.08", "535.183.01")
    assert gpus == (Gpu(0),)


def test_a_module_that_hides_its_version_is_a_trace() -> None:
    files = _replaced(NO_FILES, loaded=True, version=Unknown("it does not tell"))

    found, _ = driver.combine(files, NO_NVML, NO_LIBCUDA, None)

    assert isinstance(found, Driver)
    assert found.version == found.kernel == Unknown("it does not tell")


def test_the_loaded_libcuda_knows_the_ceiling() -> None:
    nvml = Nvml(code=0, library="535.183.01", driver="535.183.01", cuda="12.2", gpus=())
    compat = Libcuda(path="/usr/local/cuda/compat/libcuda.so.580.65.06", cuda="13.0", init=804, count=Unknown("804"))

    found, _ = driver.combine(NO_FILES, nvml, compat, None)

    assert isinstance(found, Driver)
    assert (found.cuda, found.library) == ("13.0", "535.183.01")


def test_a_compatibility_package_is_no_driver() -> None:
    compat = Libcuda(path="/usr/local/cuda/compat/libcuda.so.580.65.06", cuda="13.0", init=100, count=0)

    found, _ = driver.combine(NO_FILES, NO_NVML, compat, None)

    assert isinstance(found, Driver)
    assert (found.version, found.library) == (None, None)


def test_refused_device_files_are_joined() -> None:
    files = _replaced(NO_FILES, nodes=("/dev/nvidia0", "/dev/nvidia1", "/dev/nvidiactl"), denied=("/dev/nvidiactl",))
    cuda = Libcuda(path="/lib/libcuda.so.1", cuda="12.2", init=100, count=0, denied=("/dev/nvidia0",))

    found, _ = driver.combine(files, NO_NVML, cuda, None)

    assert isinstance(found, Driver)
    assert found.denied_nodes == ("/dev/nvidia0", "/dev/nvidiactl")


def _replaced(files: Kernel, **fields: object) -> Kernel:
    return msgspec.structs.replace(files, **fields)
