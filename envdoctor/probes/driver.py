"""The NVIDIA driver and its GPUs: asked in five independent ways at once, then put together."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import msgspec

from envdoctor.compat import number
from envdoctor.facts import Driver, DriverVersions, Gpu, NvidiaSmi, Unknown
from envdoctor.probes import kernel, libcuda, nvml, smi, smi_gpus
from envdoctor.probes.kernel import Kernel
from envdoctor.probes.libcuda import Libcuda
from envdoctor.probes.nvml import Nvml, version_of_file
from envdoctor.probes.system import System
from envdoctor.probes.together import look_together

ENDING_SECONDS = 0.9
"""How long ending a child that hangs takes at most, if the kernel lets it go at all."""

Findings = tuple[Driver | None | Unknown, tuple[Gpu, ...] | Unknown]


def probe(system: System, seconds: float = 10.0) -> Findings:
    """Ask all sources side by side and return the facts `driver` and `gpus`.

    Takes `seconds` at most, and `ENDING_SECONDS` more where something hangs.
    """
    if system.os == "darwin":  # NVIDIA's last driver for macOS was for 10.13
        return None, ()
    until = time.monotonic() + seconds
    files = kernel.probe(system)
    looks = {
        "nvml": lambda: nvml.probe(system, seconds),
        "libcuda": lambda: libcuda.probe(system, seconds, files.nodes),
        "smi": lambda: smi.probe(system, seconds),
    }
    seen, _ = look_together(looks, seconds=seconds + ENDING_SECONDS)
    driver, gpus = combine(files, seen["nvml"], seen["libcuda"], seen["smi"])
    if _needs_banner(driver) and until - time.monotonic() > 0:
        asked = smi.ask_banner(system, seen["smi"], until - time.monotonic())
        driver, gpus = combine(files, seen["nvml"], seen["libcuda"], asked)
    if isinstance(driver, Driver) and driver.smi and _speaks(driver.smi) and isinstance(gpus, Unknown):
        # An NVML that started and then failed over its GPUs has said what there is to say.
        left = until - time.monotonic() if driver.nvml != 0 else 0.0
        gpus = smi_gpus.ask(system, driver.smi.path, left) or gpus if left > 0 else gpus
    return driver, _with_memory_nodes(system, gpus)


def _with_memory_nodes(system: System, gpus: tuple[Gpu, ...] | Unknown) -> tuple[Gpu, ...] | Unknown:
    """Add what the bus says: beside which part of the machine each GPU is plugged in."""
    if isinstance(gpus, Unknown):
        return gpus
    return tuple(msgspec.structs.replace(gpu, numa_node=_memory_node(system, gpu.pci_address)) for gpu in gpus)


def _memory_node(system: System, address: str | None | Unknown) -> int | None | Unknown:
    if not isinstance(address, str) or "/" in address:
        return Unknown("its place on the bus is not known")
    text = system.text(f"/sys/bus/pci/devices/{address}/numa_node")
    if text is None or not re.fullmatch(r"-?\d{1,6}", text, re.ASCII):
        return Unknown("the bus does not tell")
    return int(text) if int(text) >= 0 else None


def _needs_banner(driver: Driver | None | Unknown) -> bool:
    return isinstance(driver, Driver) and not isinstance(driver.cuda, str) and _speaks(driver.smi)


def _speaks(answer: NvidiaSmi | None) -> bool:
    return answer is not None and answer.exit_code == 0


def combine(
    files: Kernel | Unknown, ml: Nvml | Unknown, cuda: Libcuda | Unknown, smi: NvidiaSmi | None | Unknown
) -> Findings:
    """Put the sources together. The driver is None exactly when no source shows a trace of one."""
    sources = (files, ml, cuda, smi)
    if not any(_traces(*sources)):
        unsure = next((source for source in sources if isinstance(source, Unknown)), None)
        return (unsure, unsure) if unsure else (None, ())
    driver = Driver(
        version=_version(*sources),
        cuda=_cuda(ml, cuda, smi),
        library=_library(files, ml, cuda),
        smi=smi if isinstance(smi, NvidiaSmi) else None,
        versions=_versions(files, ml, cuda, smi),
    )
    driver = _with_nvml(_with_libcuda(_with_files(driver, files, cuda), cuda), ml)
    return driver, _gpus(ml, cuda)


def _traces(
    files: Kernel | Unknown, ml: Nvml | Unknown, cuda: Libcuda | Unknown, smi: NvidiaSmi | None | Unknown
) -> Iterator[bool]:
    if isinstance(files, Kernel):
        yield files.loaded or files.module_on_disk is True or files.nouveau is True
        yield bool(files.nodes or files.library_files)
    yield isinstance(ml, Nvml) and ml.code is not None
    yield isinstance(cuda, Libcuda) and cuda.path is not None
    yield isinstance(smi, NvidiaSmi)


def _version(
    files: Kernel | Unknown, ml: Nvml | Unknown, cuda: Libcuda | Unknown, smi: NvidiaSmi | None | Unknown
) -> str | None | Unknown:
    """Return the version that counts. After an update the user libraries are newer than the module that runs."""
    return _first(
        files.version if isinstance(files, Kernel) and isinstance(files.version, str) else None,
        _field(ml, "driver"),
        smi.driver if isinstance(smi, NvidiaSmi) and isinstance(smi.driver, str) else None,
        _library(files, ml, cuda),
        files.version if isinstance(files, Kernel) and files.loaded else None,
    )


def _versions(
    files: Kernel | Unknown, ml: Nvml | Unknown, cuda: Libcuda | Unknown, smi: NvidiaSmi | None | Unknown
) -> DriverVersions:
    """Say what each of five sources says, and whether the libraries are of the module's version."""
    path = _field(cuda, "path")
    loaded = version_of_file(path) if isinstance(path, str) else None
    user = [_field(ml, "library"), loaded if isinstance(path, str) and kernel.belongs_to_driver(path) else None]
    running: list[str | None | Unknown] = (
        [files, files] if isinstance(files, Unknown) else [files.in_proc, files.in_sys]
    )
    return DriverVersions(
        nvml=user[0],
        libcuda=(loaded or Unknown("its file's name does not tell")) if isinstance(path, str) else path,
        proc=running[0],
        sys=running[1],
        smi=smi.driver if isinstance(smi, NvidiaSmi) else smi,
        agree=_agree(user, running),
    )


def _agree(user: list[str | None | Unknown], running: list[str | None | Unknown]) -> bool | None | Unknown:
    """Compare as numbers: 535.54.03 is 535.54.3 to some who write it."""
    libraries = {number(version) for version in user if isinstance(version, str)}
    modules = {number(version) for version in running if isinstance(version, str)}
    if not modules:
        return next((version for version in running if isinstance(version, Unknown)), None)
    if not libraries:
        return Unknown("no library of the driver tells its version")
    return libraries == modules


def _cuda(ml: Nvml | Unknown, cuda: Libcuda | Unknown, smi: NvidiaSmi | None | Unknown) -> str | None | Unknown:
    banner = smi.cuda if isinstance(smi, NvidiaSmi) and isinstance(smi.cuda, str) else None
    return _first(_field(cuda, "cuda"), _field(ml, "cuda"), banner)


def _library(files: Kernel | Unknown, ml: Nvml | Unknown, cuda: Libcuda | Unknown) -> str | None | Unknown:
    path = _field(cuda, "path")
    loaded = version_of_file(path) if isinstance(path, str) and kernel.belongs_to_driver(path) else None
    on_disk = files.library if isinstance(files, Kernel) else files
    return _first(_field(ml, "library"), loaded or (path if isinstance(path, Unknown) else None), on_disk)


def _first(*answers: str | None | Unknown) -> str | None | Unknown:
    """Return the first that is known; else why one is not; else None: nobody has any."""
    known = next((answer for answer in answers if isinstance(answer, str)), None)
    return known if known is not None else next((answer for answer in answers if answer is not None), None)


def _field(source: Nvml | Libcuda | Unknown, name: str) -> str | None | Unknown:
    value: str | None | Unknown = source if isinstance(source, Unknown) else getattr(source, name)
    return value


def _with_files(driver: Driver, files: Kernel | Unknown, cuda: Libcuda | Unknown) -> Driver:
    if isinstance(files, Unknown):
        return msgspec.structs.replace(
            driver, kernel=files, kernel_flavor=files, module_on_disk=files, nouveau=files, device_nodes=files
        )
    refused = cuda.denied if isinstance(cuda, Libcuda) else ()
    return msgspec.structs.replace(
        driver,
        kernel=files.version,
        kernel_flavor=files.flavor,
        module_on_disk=files.module_on_disk,
        nouveau=files.nouveau,
        library_files=files.library_files,
        device_nodes=files.nodes,
        uvm_loaded=files.uvm_loaded,
        secure_boot=files.secure_boot,
        fabric_manager=files.fabric_manager,
        denied_nodes=tuple(node for node in files.nodes if node in files.denied or node in refused),
    )


def _with_libcuda(driver: Driver, cuda: Libcuda | Unknown) -> Driver:
    if isinstance(cuda, Unknown):
        return msgspec.structs.replace(
            driver, libcuda=cuda, cuinit=cuda, cuda_device_count=cuda, cuda_devices_answer=cuda
        )
    return msgspec.structs.replace(
        driver,
        libcuda=cuda.path,
        libcuda_error=cuda.error,
        cuinit=cuda.init,
        cuinit_name=cuda.init_name,
        cuda_device_count=cuda.count,
        cuda_devices_answer=cuda.devices_answer,
    )


def _with_nvml(driver: Driver, ml: Nvml | Unknown) -> Driver:
    if isinstance(ml, Unknown):
        return msgspec.structs.replace(driver, nvml=ml)
    return msgspec.structs.replace(driver, nvml=ml.code, nvml_message=ml.message)


def _gpus(ml: Nvml | Unknown, cuda: Libcuda | Unknown) -> tuple[Gpu, ...] | Unknown:
    if isinstance(ml, Unknown):
        return ml
    if ml.code is not None:
        return ml.gpus
    # Jetson boards before Orin have no NVML: there libcuda alone knows the GPU.
    if isinstance(cuda, Libcuda) and cuda.init == 0 and cuda.gpus:
        return cuda.gpus
    return Unknown("there is no NVML library to ask")
