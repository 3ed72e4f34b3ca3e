import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        ("ImportError: libcusparse.so.12: undefined symbol: __nvJitLinkAddData_12_1, version libnvJitLink.so.12"),
        (
            "libcublas.so.11: symbol cublasLtHSHMatmulAlgoInit, version libcublasLt.so.11 not defined in "
            "file libcublasLt.so.11 with link time reference"
        ),
        "ImportError: libtorch_cuda.so: undefined symbol: ncclCommRegister",
        "nvrtc: error: failed to open libnvrtc-builtins.so.11.7.",
        ("RuntimeError: CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasGemmEx( handle, opa"),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB056", messages=told(text))

    assert (found.cause, found.severity) == ("cuda-lib-shadowing", Severity.ERROR)
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB056",
        messages=told(
            ("ImportError: libcusparse.so.12: undefined symbol: __nvJitLinkAddData_12_1, version libnvJitLink.so.12"),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), id="memory for a handle"
        ),
        pytest.param("libcublas.so.11: cannot open shared object file", id="a missing library"),
        pytest.param("Segmentation fault in conv2d", id="a crash without a path"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB056", messages=told(text))


def test_a_crash_in_a_convolution_with_a_library_path_is_likely() -> None:
    environment = {"LD_LIBRARY_PATH": "/usr/local/cuda/lib64"}
    [found] = findings("LIB056", messages=told("Segmentation fault in conv2d"), environment=environment)

    assert found.confidence == "likely"


def test_silent_without_anything_on_the_library_path() -> None:
    assert not findings("LIB056", messages=told("Segmentation fault in conv2d"), environment={})
