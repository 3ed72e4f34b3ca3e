import pytest
from msgspec.structs import replace

from envdoctor.facts import Library, Torch
from envdoctor.findings import Finding, Severity
from tests.machines_snapshots import CPU_TORCH, CUDA_TORCH, GPU_RUN, SITE, gpu_machine, judged

PARTS = tuple(
    f"libcudnn_{part}"
    for part in ("adv", "cnn", "engines_precompiled", "engines_runtime_compiled", "graph", "heuristic", "ops")
)
PACKAGE = "nvidia-cudnn-cu13 9.26.0.51"


def cudnn(*names: str, owner: str = "wheel", version: str = "9.26.0.51") -> tuple[Library, ...]:
    folder = f"{SITE}/nvidia/cudnn/lib"
    return tuple(Library(name, f"{folder}/{name}.so.9", version, owner, PACKAGE) for name in names)


WHOLE = cudnn("libcudnn", *PARTS)


def found(libraries: tuple[Library, ...], torch: Torch | None = CUDA_TORCH, *, works: bool = True) -> list[Finding]:
    run = replace(GPU_RUN, available=works)
    return judged("LIB009", gpu_machine(), libraries=libraries, torch=torch, torch_run=run)


def test_names_the_part_and_installs_the_package_again() -> None:
    [one] = found(tuple(library for library in WHOLE if library.name != "libcudnn_ops"))

    assert "libcudnn_ops is not in" in one.what
    assert one.severity is Severity.ERROR
    assert one.fix.commands[0].endswith("nvidia-cudnn-cu13==9.26.0.51")


def test_without_a_gpu_it_will_bite_later() -> None:
    [one] = found(WHOLE[:3], works=False)

    assert one.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("libraries", "torch"),
    [
        pytest.param(WHOLE, CUDA_TORCH, id="whole"),
        pytest.param((), CUDA_TORCH, id="none: the import says so"),
        pytest.param(cudnn("libcudnn", owner="system"), CUDA_TORCH, id="the system's may lie in several folders"),
        pytest.param(cudnn("libcudnn", version="8.9.7.29"), CUDA_TORCH, id="cuDNN 8 has other parts"),
        pytest.param(cudnn("libcudnn"), CPU_TORCH, id="a CPU build needs none"),
        pytest.param(cudnn("libcudnn"), None, id="no torch"),
    ],
)
def test_stays_silent(libraries: tuple[Library, ...], torch: Torch | None) -> None:
    assert not found(libraries, torch)
