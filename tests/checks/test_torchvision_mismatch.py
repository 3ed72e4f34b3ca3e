import pytest

from envdoctor.facts import Companion, Failure, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Severity
from envdoctor.testing import findings

CPU = Torch("2.13.0+cpu", cuda=None, hip=None, xpu=None)
CUDA = Torch("2.15.0+cu132", cuda="13.2")
RAN = TorchRun(stage="end")
PYPI = Companion("0.28.0+cu130", requires_torch="==2.13.0", missing=("libc10_cuda.so", "libtorch_cuda.so"))


@pytest.mark.parametrize("run", [RAN, None, Unknown("not imported")], ids=["it ran", "no run", "unknown"])
def test_names_versions_variants_and_the_library_without_importing_it(run: TorchRun | None | Unknown) -> None:
    [found] = findings("LIB001", torchvision=PYPI, torch=CPU, torch_run=run)

    assert "torchvision 0.28.0+cu130 does not fit torch 2.13.0+cpu" in found.what
    assert "libtorch_cuda.so" in found.what
    assert "operator torchvision::nms does not exist" in found.why
    assert (found.severity, found.cause, found.confidence) == (Severity.ERROR, "torchvision-mismatch", "proved")
    assert found.fix.commands == (INSTALL,)


def test_what_loads_all_the_same_is_only_warned_of() -> None:
    companion = Companion("0.28.0+cpu", requires_torch="==2.13.0", load_error=None)
    [found] = findings("LIB001", torchvision=companion, torch=CUDA, torch_run=RAN)

    assert "it is built for cpu, torch for cu132" in found.what
    assert (found.severity, found.confidence) == (Severity.WARNING, "likely")


def test_a_crash_while_it_is_loaded() -> None:
    run = TorchRun(stage="torchvision", failure=Failure("signal", "torchvision", "SIGSEGV"))
    [found] = findings("LIB001", torchvision=Companion("0.29.2+cu132"), torch=CUDA, torch_run=run)

    assert "SIGSEGV" in found.what
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("torchvision", "torch", "run"),
    [
        pytest.param(Companion("0.29.2+cu132", requires_torch=">=2.14.0", load_error=None), CUDA, RAN, id="a pair"),
        pytest.param(Companion("0.28.0+cpu", requires_torch="==2.13.0"), CPU, None, id="a pair, not tried"),
        pytest.param(Companion("0.29.2+cu132", load_error=None), CUDA,
                     TorchRun(failure=Failure("signal", "torchaudio", "SIGSEGV")), id="torchaudio dies"),
        pytest.param(Companion("0.21.0a0+7af6987", load_error=None), Torch("2.6.0a0+git1234", cuda="12.4"), RAN,
                     id="source builds that load"),
        pytest.param(Companion(None, extension=None), CUDA, RAN, id="nothing is known of it"),
        pytest.param(None, CUDA, RAN, id="no torchvision"),
        pytest.param(PYPI, None, None, id="no torch is TOR001's"),
    ],
)  # fmt: skip
def test_stays_silent(torchvision: Companion | None, torch: Torch | None, run: TorchRun | None) -> None:
    assert not findings("LIB001", torchvision=torchvision, torch=torch, torch_run=run)


@pytest.mark.parametrize("library", ["libc10.so", "libtorch_cpu.so", "libtorch.so", "libtorch_python.so"])
def test_what_every_build_has_is_missing_because_torch_is_damaged(library: str) -> None:
    companion = Companion("0.29.2+cu132", requires_torch="==2.15.0", missing=(library,))
    failed = TorchRun(failure=Failure("exception", "import torch", f"ImportError: {library}: cannot open"))

    assert not findings("LIB001", torchvision=companion, torch=CUDA, torch_run=failed)
