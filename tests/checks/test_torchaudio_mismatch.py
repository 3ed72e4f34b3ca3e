import pytest

from envdoctor.facts import Companion, Torch, TorchRun
from envdoctor.findings import INSTALL, Severity
from envdoctor.testing import findings

RAN = TorchRun(stage="end")
CUDA = Torch("2.15.0+cu132", cuda="13.2")


def test_a_minor_cuda_version_makes_its_import_fail() -> None:
    [found] = findings("LIB002", torchaudio=Companion("2.11.0+cu130", load_error=None), torch=CUDA, torch_run=RAN)

    assert "torchaudio 2.11.0+cu130 does not fit torch 2.15.0+cu132" in found.what
    assert "CUDA 13.0" in found.what
    assert "CUDA 13.2" in found.what
    assert "compiled with different CUDA versions" in found.why
    assert INSTALL not in found.fix.commands, "the recommended versions name no torchaudio"
    assert (found.severity, found.cause, found.confidence) == (Severity.ERROR, "torchaudio-mismatch", "proved")


def test_an_undefined_symbol() -> None:
    companion = Companion("2.11.0", load_error="OSError: libtorch.so: undefined symbol: torch_dtype_float4_e2m1fn_x2")
    [found] = findings("LIB002", torchaudio=companion, torch=Torch("2.10.0", cuda="13.0"), torch_run=RAN)

    assert "torch_dtype_float4_e2m1fn_x2" in found.what


@pytest.mark.parametrize(
    ("torchaudio", "torch"),
    [
        pytest.param(Companion("2.11.0+cu130", load_error=None), Torch("2.13.0+cu130", cuda="13.0"), id="a pair"),
        pytest.param(
            Companion("2.8.0+cu128", requires_torch="==2.8.0", missing=("libtorchaudio.so",),
                      load_error="OSError: libtorchaudio.so: cannot open shared object file"),
            Torch("2.8.0+cu128", cuda="12.8"), id="its own second library is loaded by its import"),
        pytest.param(Companion("2.6.0a0+d883142"), Torch("2.6.0a0+ecf3bae40a.nv25.01", cuda="12.8"), id="container"),
        pytest.param(Companion("2.11.0+cpu"), Torch("2.15.0+cpu", cuda=None, hip=None, xpu=None), id="CPU builds"),
        pytest.param(None, CUDA, id="no torchaudio"),
        pytest.param(Companion("2.11.0"), None, id="no torch"),
    ],
)  # fmt: skip
def test_stays_silent(torchaudio: Companion | None, torch: Torch | None) -> None:
    assert not findings("LIB002", torchaudio=torchaudio, torch=torch, torch_run=RAN)
