from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import NOT_ASKED, Driver, PciGpu, Platform, Toolkit, Unknown
from envdoctor.rules import judging
from tests.machines_broken import BLIND, HOME, NOT_LOADED, TOOLKIT
from tests.machines_snapshots import CARD, CPU_TORCH, CUDA_TORCH, GPU_RUN, INTEL, R580, RTX_3090

NO = Unknown("no")


@pytest.mark.parametrize(
    ("pci_gpus", "gpus", "answer"),
    [
        ((CARD,), (), True),
        ((INTEL,), (RTX_3090,), True),
        ((INTEL,), (), False),
        ((), NO, False),
        (NO, (RTX_3090,), True),
    ],
)
def test_a_gpu_is_there_by_bus_or_driver(pci_gpus: Any, gpus: Any, answer: bool) -> None:
    assert judging.has_nvidia_gpu(pci_gpus, gpus) is answer


def test_a_bus_that_cannot_be_read_does_not_deny_a_gpu() -> None:
    assert isinstance(judging.has_nvidia_gpu(NO, ()), Unknown)
    assert isinstance(judging.has_nvidia_gpu(NO, NO), Unknown)


def test_nvidias_cards_keep_their_place() -> None:
    assert judging.nvidia_at((INTEL, CARD)) == {"pci_gpus.1": CARD}
    assert judging.nvidia_at(NO) == {}


def test_a_card_is_described_by_name_or_number() -> None:
    assert judging.described(CARD) == "NVIDIA GPU 10de:2204 at 0000:01:00.0"
    assert judging.described(replace(CARD, name="GeForce RTX 3090")) == "GeForce RTX 3090 at 0000:01:00.0"
    assert judging.described(PciGpu("a", "10de", "2204", name=NO)).startswith("NVIDIA GPU")


@pytest.mark.parametrize(
    ("platform", "container", "wsl"),
    [
        (Platform(None, "docker", None), "docker", None),
        (Platform(None, None, 2), None, 2),
        (Platform(), None, None),
        (NO, None, None),
    ],
)
def test_container_and_wsl_are_named_only_if_known(platform: Any, container: str | None, wsl: int | None) -> None:
    assert judging.container_of(platform) == container
    assert judging.wsl_of(platform) == wsl


@pytest.mark.parametrize(
    ("driver", "answer"),
    [
        pytest.param(None, False, id="none"),
        pytest.param(R580, True, id="it runs"),
        pytest.param(NOT_LOADED, True, id="it does not run"),
        pytest.param(Driver(kernel=None, library=None, module_on_disk=True), True, id="a module on disk"),
        pytest.param(Driver(kernel=None, library=None, module_on_disk=NO, nouveau=True), False, id="nouveau only"),
        pytest.param(Driver(kernel=NO, library=None, nvml=0), True, id="NVML answers"),
    ],
)
def test_a_driver_is_installed(driver: Driver | None, answer: bool) -> None:
    assert judging.driver_installed(driver) is answer


@pytest.mark.parametrize("driver", [NO, Driver(kernel=NO, library=None), Driver(kernel=None, library=NO)])
def test_what_cannot_be_seen_is_not_uninstalled(driver: Driver | Unknown) -> None:
    assert judging.driver_installed(driver) == NO


def test_only_toolkits_that_compile_count() -> None:
    wheels = replace(TOOLKIT, found_by=("wheels",))
    bare = replace(TOOLKIT, nvcc=None)

    assert judging.toolkits_at((wheels, bare, HOME)) == {"toolkits.2": HOME}
    assert judging.toolkits_at(NO) == {}


@pytest.mark.parametrize(
    ("toolkits", "answer"),
    [
        ((TOOLKIT, HOME), ("toolkits.1", HOME)),
        ((TOOLKIT,), ("toolkits.0", TOOLKIT)),
        ((Toolkit("/opt/cuda", "12.0", "/opt/cuda/bin/nvcc", ("/opt",)),), None),
        ((), None),
    ],
)
def test_cuda_home_compiles_before_path(toolkits: tuple[Toolkit, ...], answer: Any) -> None:
    assert judging.compiling_toolkit(toolkits) == answer


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Unexpected error from cudaGetDeviceCount(). Error 804: forward compatibility was attempted", 804),
        ("cuda runtime error (802) : system not yet initialized", 802),
        ("CUDA unknown error - this may be due to an incorrectly set up environment", 999),
        ("CUDA driver is a stub library", 34),
        ("system has unsupported display driver / cuda driver combination", 803),
    ],
)
def test_pytorchs_words_have_numbers(said: str, code: int) -> None:
    assert judging.cuda_code(None, replace(BLIND, init_error=said)) == (code, "torch_run.init_error", said)


def test_cuinits_own_answer_comes_first() -> None:
    run = replace(BLIND, init_error="Error 802: system not yet initialized")

    assert judging.cuda_code(replace(R580, cuinit=999), run) == (999, "driver.cuinit", 999)
    assert judging.cuda_code(R580, run) == (802, "torch_run.init_error", run.init_error)


@pytest.mark.parametrize("run", [None, NO, GPU_RUN, BLIND, replace(BLIND, init_error="Error: nothing")])
def test_no_number_is_no_code(run: Any) -> None:
    assert judging.cuda_code(R580, run) is None
    assert judging.cuda_code(Driver(cuinit=NO), run) is None


@pytest.mark.parametrize(
    "reason",
    [
        "no answer in 10.9 s",
        "nvidia-smi did not answer in 10 s",
        "no end after 9.5 s in nvmlInit",
        "SIGSEGV in cuInit",
        "SIGABRT in GPU 0: name",
    ],
)
def test_hangs_and_deaths_are_silence(reason: str) -> None:
    assert judging.went_silent(Unknown(reason)) == reason


@pytest.mark.parametrize(
    "fact",
    [None, 0, 9, "no answer", NOT_ASKED, Unknown("file too short"), Unknown("NVML: driver not loaded (9)"), NO],
)
def test_answers_and_refusals_are_not(fact: object) -> None:
    assert judging.went_silent(fact) is None


def test_what_pytorch_is_built_for() -> None:
    assert judging.wants_cuda(CUDA_TORCH)
    assert not judging.wants_cuda(CPU_TORCH)
    assert not judging.wants_cuda(None)
    assert not judging.wants_cuda(NO)


def test_only_numbers_are_capabilities() -> None:
    odd = replace(RTX_3090, index=1, compute_capability="")

    assert list(judging.capabilities((RTX_3090, odd), None).values()) == ["8.6"]
    assert judging.capabilities(NO, None) == {}
    assert list(judging.capabilities((), GPU_RUN).values()) == ["8.6"]
