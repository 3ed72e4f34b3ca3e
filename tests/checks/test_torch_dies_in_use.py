import pytest

from envdoctor.facts import Failure, Torch, TorchRun
from envdoctor.findings import Severity
from envdoctor.testing import findings

TORCH = Torch("2.9.1+cu128", cuda="12.8")


def test_names_stage_and_end() -> None:
    run = TorchRun(failure=Failure("signal", "CUDA init", "SIGSEGV", ("Fatal Python error: Segmentation fault",)))
    [found] = findings("TOR007", torch=TORCH, torch_run=run)

    assert found.what == "PyTorch 2.9.1+cu128 dies in the stage 'CUDA init': SIGSEGV."
    assert (found.severity, found.cause, found.confidence) == (Severity.ERROR, "driver-wedged", "likely")
    assert found.evidence["torch_run.failure.last_lines"] == ["Fatal Python error: Segmentation fault"]


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        pytest.param(Failure("hang", "device 0", "no end after 25 s"), "driver-wedged", id="it hangs"),
        pytest.param(Failure("exit", "compute on device 1", "exit code 1"), "driver-wedged", id="it ends"),
        pytest.param(Failure("exception", "device 0", "RuntimeError: what?"), "gpu-fault", id="it raises"),
        pytest.param(
            Failure("exception", "device 0", "RuntimeError: CUDA error: out of memory"), "gpu-busy", id="no memory"),
        pytest.param(
            Failure("signal", "compute on device 0", "SIGABRT", ("Could not load library libcudnn_cnn_infer.so.8",)),
            "cudnn-mismatch", id="what it said last names cuDNN"),
        pytest.param(
            Failure("signal", "compute on device 0", "SIGSEGV", ('  File "/x/torch/backends/cudnn/__init__.py"',)),
            "driver-wedged", id="a path in the stack names nobody"),
        pytest.param(
            Failure("exception", "CUDA init", "RuntimeError: all CUDA-capable devices are busy or unavailable"),
            "mig-or-exclusive-mode", id="another process has it"),
    ],
)  # fmt: skip
def test_causes(failure: Failure, cause: str) -> None:
    [found] = findings("TOR007", torch=TORCH, torch_run=TorchRun(failure=failure))

    assert found.cause == cause


@pytest.mark.parametrize(
    ("torch", "run"),
    [
        pytest.param(TORCH, TorchRun(stage="end"), id="it came to an end"),
        pytest.param(
            TORCH, TorchRun(failure=Failure("signal", "import torch", "SIGSEGV")), id="the import is TOR002's"
        ),
        pytest.param(
            TORCH, TorchRun(failure=Failure("signal", "compute on the CPU", "SIGILL")), id="the CPU is TOR002's"
        ),
        pytest.param(TORCH, TorchRun(failure=Failure("signal", "torchaudio", "SIGSEGV")), id="torchaudio is LIB002's"),
        pytest.param(
            TORCH, TorchRun(failure=Failure("hang", "loaded libraries", "no end")), id="reading our own memory"
        ),
        pytest.param(TORCH, None, id="torch was not run"),
        pytest.param(None, None, id="no torch"),
    ],
)
def test_stays_silent(torch: Torch | None, run: TorchRun | None) -> None:
    assert not findings("TOR007", torch=torch, torch_run=run)
