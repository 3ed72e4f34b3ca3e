from typing import Any

import pytest

from envdoctor.facts import Gpu, Host, Torch, TorchDevice, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Severity
from envdoctor.testing import findings

CU132 = ("sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120")
CU124 = ("sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_90")
LINUX = Host("linux", arch="x86_64")
NEW = Torch("2.15.0+cu132", cuda="13.2")
OLD = Torch("2.6.0+cu124", cuda="12.4")
RTX_5090 = Gpu(0, "NVIDIA GeForce RTX 5090", compute_capability="12.0")
GTX_1080 = Gpu(0, "NVIDIA GeForce GTX 1080", compute_capability="6.1")


def ask(
    torch: Torch | None, arch_list: tuple[str, ...] | None, *gpus: Gpu, host: Host | Unknown = LINUX
) -> list[Finding]:
    return findings("TOR004", torch=torch, torch_run=TorchRun(arch_list=arch_list), gpus=gpus, host=host)


def seen(*devices: TorchDevice, arch_list: tuple[str, ...] = CU132, gpus: tuple[Gpu, ...] = ()) -> list[Finding]:
    run = TorchRun(arch_list=arch_list, available=True, devices=devices)
    return findings("TOR004", torch=NEW, torch_run=run, gpus=gpus, host=LINUX)


def test_a_newer_gpu() -> None:
    [found] = ask(OLD, CU124, RTX_5090)

    assert "GPU 0 (NVIDIA GeForce RTX 5090) has compute capability 12.0" in found.what
    assert "sm_86, sm_90 only" in found.what
    assert (found.severity, found.cause, found.confidence) == (Severity.ERROR, "gpu-arch-too-new", "proved")
    assert found.fix.commands == (INSTALL,)


def test_an_older_gpu() -> None:
    [found] = ask(NEW, CU132, GTX_1080)

    assert found.cause == "gpu-arch-too-old"
    assert "still has code" in found.fix.text


def test_a_generation_between_those_that_are_covered() -> None:
    [found] = ask(NEW, ("sm_60", "sm_80"), Gpu(0, "Tesla V100", compute_capability="7.0"))

    assert "not among those" in found.why
    assert found.cause == "gpu-arch-too-old"


@pytest.mark.parametrize(
    ("arch_list", "others", "severity", "name"),
    [
        pytest.param(CU132, (Gpu(1, "NVIDIA GeForce GTX 1080", compute_capability="6.1"),), Severity.WARNING,
                     "GTX 1080", id="an old card beside one that works"),
        pytest.param(CU124, (Gpu(1, "NVIDIA GeForce RTX 3090", compute_capability="8.6"),), Severity.ERROR, "RTX 5090",
                     id="a new card beside one that works was bought to compute"),
        pytest.param(("sm_80",), (Gpu(1, "NVIDIA GeForce GTX 1080", compute_capability="6.1"),), Severity.ERROR,
                     "RTX 5090", id="of two that are left out the newer one is named"),
    ],
)  # fmt: skip
def test_several_gpus(arch_list: tuple[str, ...], others: tuple[Gpu, ...], severity: Severity, name: str) -> None:
    [found] = ask(NEW, arch_list, RTX_5090, *others)

    assert name in found.what
    assert found.severity is severity


def test_what_torch_sees_counts_before_the_drivers_list() -> None:
    old = TorchDevice(0, "GTX 1080", compute_capability="6.1", computes=False, error="no kernel image")

    assert seen(old, gpus=(RTX_5090,))


@pytest.mark.parametrize(
    ("torch", "host", "gpu", "cause"),
    [
        pytest.param(Torch("2.8.0+cu128", cuda="12.8"), LINUX, Gpu(0, "NVIDIA GeForce GTX 1050"), "gpu-arch-too-old",
                     id="a pasted text: the name tells the capability"),
        pytest.param(Torch("2.5.0+cu121", cuda="12.1"), Host("linux"), RTX_5090, "gpu-arch-too-new",
                     id="most machines are x86_64"),
    ],
)  # fmt: skip
def test_the_table_tells_where_torch_was_not_asked(torch: Torch, host: Host, gpu: Gpu, cause: str) -> None:
    [found] = findings("TOR004", torch=torch, torch_run=Unknown("a pasted text"), gpus=(gpu,), host=host)

    assert (found.cause, found.confidence) == (cause, "likely")


@pytest.mark.parametrize(
    ("torch", "arch_list", "gpu"),
    [
        pytest.param(OLD, CU124, Gpu(0, "RTX 4090", compute_capability="8.9"), id="8.9 runs sm_86"),
        pytest.param(OLD, CU124, GTX_1080, id="6.1 runs sm_60"),
        pytest.param(NEW, CU132, Gpu(0, "GB10", compute_capability="12.1"), id="12.1 runs sm_120"),
        pytest.param(NEW, CU132, Gpu(0, "Orin", compute_capability="8.7"), id="8.7 beside sm_80"),
        pytest.param(OLD, (*CU124, "compute_90"), RTX_5090, id="PTX is compiled for it"),
        pytest.param(NEW, CU132, Gpu(0, "?"), id="no name that is known, no capability"),
        pytest.param(NEW, CU132, Gpu(0, compute_capability=Unknown("lost")), id="its capability is not known"),
        pytest.param(NEW, CU132, Gpu(0, compute_capability=""), id="its capability is rubbish"),
        pytest.param(NEW, None, RTX_5090, id="no list: no CUDA build"),
        pytest.param(NEW, (), RTX_5090, id="an empty list"),
        pytest.param(Torch("2.9.1+rocm6.4", cuda=None, hip="6.4"), ("gfx90a", "gfx1100"),
                     Gpu(0, "x", compute_capability="9.0"), id="AMD's names are no capabilities"),
        pytest.param(Torch("2.9.1+cpu", cuda=None, hip=None, xpu=None), None, RTX_5090, id="a CPU build is TOR003's"),
        pytest.param(None, CU132, RTX_5090, id="no torch"),
    ],
)  # fmt: skip
def test_stays_silent(torch: Torch | None, arch_list: tuple[str, ...] | None, gpu: Gpu) -> None:
    assert not ask(torch, arch_list, gpu)


def test_no_gpu_no_finding() -> None:
    assert not ask(NEW, CU132)


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(TorchDevice(0, "x", compute_capability="6.1", computes=True), id="it was seen to compute"),
        pytest.param(TorchDevice(0, "x", compute_capability="8.0", computes=False, error="ECC"), id="another fault"),
        pytest.param(TorchDevice(0, "x"), id="its capability is not known"),
    ],
)
def test_stays_silent_about_devices(device: TorchDevice) -> None:
    assert not seen(device)


def test_an_old_card_that_is_hidden_does_not_count() -> None:
    assert not seen(TorchDevice(0, "RTX 5090", compute_capability="12.0"), gpus=(RTX_5090, GTX_1080))


@pytest.mark.parametrize(
    ("torch", "host"),
    [
        pytest.param(Torch("2.6.0a0+git1234", cuda="12.4"), LINUX, id="a source build"),
        pytest.param(Torch("2.6.0a0+ecf3bae40a.nv25.01", cuda="12.8"), LINUX, id="NVIDIA's container"),
        pytest.param(Torch("2.5.0+mine", cuda="12.1"), LINUX, id="somebody's own build of a release"),
        pytest.param(Torch("2.5.0+cu121", cuda=Unknown("?")), LINUX, id="its CUDA is not known"),
        pytest.param(Torch("99.0.0+cu990", cuda="99.0"), LINUX, id="newer than the table"),
        pytest.param(Torch("2.5.0+cu121", cuda="12.1"), Host("linux", arch="ppc64le"), id="a platform without wheels"),
        pytest.param(Torch("2.5.0+cu121", cuda="12.1"), Unknown("a pasted text"), id="nothing is known of the system"),
    ],
)
def test_the_table_accuses_only_what_it_knows(torch: Torch, host: Any) -> None:
    assert not findings("TOR004", torch=torch, torch_run=None, gpus=(RTX_5090,), host=host)
