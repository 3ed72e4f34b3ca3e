import pytest

from envdoctor.facts import Toolkit, Torch
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        (
            "RuntimeError: The detected CUDA version (12.9) mismatches the version that was used to "
            "compile PyTorch (11.8)."
        ),
        (
            "RuntimeError: Cuda extensions are being compiled with a version of Cuda that does not match "
            "the version used to compile Pytorch binaries. Pytorch binaries were compiled with Cuda 10.0"
        ),
        (
            "CUDAMismatchException: Installed CUDA version 12.2 does not match the version torch was "
            "compiled with 11.7, unable to compile"
        ),
        "nvcc fatal   : Unsupported gpu architecture 'compute_89'",
        "nvcc fatal   : Value 'c++17' is not defined for option 'std'",
        "RuntimeError: FlashAttention is only supported on CUDA 11.7 and above.",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("TKT051", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("nvcc-torch-mismatch", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "TKT051",
        messages=told(
            (
                "RuntimeError: The detected CUDA version (12.9) mismatches "
                "the version that was used to compile PyTorch (11.8)."
            ),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            (
                "The detected CUDA version (11.7) has a minor version "
                "mismatch with the version that was used to compile PyTorch "
                "(11.3)."
            ),
            id="a minor difference",
        ),
        pytest.param(
            (
                "Installed CUDA version 11.6 does not match the version torch "
                "was compiled with 11.7 but since the APIs are compatible, "
                "accepting this combination"
            ),
            id="DeepSpeed accepts it",
        ),
        pytest.param("ImportError: cannot import name '_C' from 'detectron2'", id="no toolkit is known"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("TKT051", messages=told(text))


UNBUILT = "ImportError: cannot import name '_C' from 'detectron2'"


def toolkit(version: str) -> tuple[Toolkit, ...]:
    return (Toolkit("/usr/local/cuda", version=version, nvcc="/usr/local/cuda/bin/nvcc", cuda_home=True),)


def test_an_extension_that_was_built_with_another_cuda() -> None:
    torch = Torch("1.4.0", cuda="10.1")
    [found] = findings("TKT051", messages=told(UNBUILT), torch=torch, toolkits=toolkit("10.2"))

    assert found.what == "nvcc is of CUDA 10.2; PyTorch is built for CUDA 10.1."
    assert found.confidence == "likely"


def test_silent_where_nvcc_fits() -> None:
    torch = Torch("1.4.0", cuda="10.1")

    assert not findings("TKT051", messages=told(UNBUILT), torch=torch, toolkits=toolkit("10.1"))
