import pytest

from envdoctor.findings import Fix
from envdoctor.rules.import_errors import Reason
from envdoctor.rules.loading import SHAPES, judge, loader_told, reason_of
from tests.told import told

OTHERWISE = Reason("windows-dll", "nothing more exact is known", Fix("look"))


def cause_of(text: str) -> str | None:
    [message] = [one for one in told(text) if one.sign in SHAPES]
    return judge(message)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        pytest.param("x/torchaudio/_C.so: undefined symbol: _ZN2at4a", "torchaudio-mismatch", id="torchaudio's"),
        pytest.param("x/torchvision/_C.so: undefined symbol: _ZN2at4a", "torchvision-mismatch", id="torchvision's"),
        pytest.param(
            "libtorchtext.so: undefined symbol: _ZN2at4a", "ext-binary-mismatch", id="a name that begins alike"
        ),
        pytest.param("libtorch_cpu.so: undefined symbol: _ZN2at4a", "multiple-installs-or-shadowing", id="PyTorch's"),
        pytest.param("mine.so: undefined symbol: _ZNK3c1010TensorImpl", "ext-binary-mismatch", id="an extension's"),
        pytest.param("mine.so: undefined symbol: PyFloat_Type", "ext-binary-mismatch", id="of another Python"),
        pytest.param("lib-dynload/_struct.so: undefined symbol: _PyErr_Set", "python-broken", id="Python's own"),
        pytest.param("_C.so: undefined symbol: cudnnSetConvolutionGroupCount", "cudnn-mismatch", id="cuDNN's"),
        pytest.param("libcublas.so.11: undefined symbol: cublasLtX", "cuda-lib-shadowing", id="cuBLAS's"),
        pytest.param("libtorch_cpu.so: undefined symbol: iJIT_NotifyEvent", "multiple-installs-or-shadowing", id="MKL"),
        pytest.param("undefined symbol: __libc_vfork, version GLIBC_PRIVATE", "glibc-too-old", id="the C library's"),
        pytest.param("libc10.so: cannot open shared object file", "ext-binary-mismatch", id="PyTorch's is not found"),
        pytest.param("libcudart.so.11.0: cannot open shared object file", "ext-binary-mismatch", id="another CUDA's"),
        pytest.param("libcudnn.so.8: cannot open shared object file", "cudnn-mismatch", id="cuDNN is not found"),
        pytest.param("libcupti.so.12: cannot open shared object file", "torch-broken", id="a wheel of CUDA is missing"),
        pytest.param("libmkl_rt.so.2: cannot open shared object file", "torch-broken", id="MKL is missing"),
        pytest.param("libcuda.so.1: cannot open shared object file", None, id="the driver's"),
        pytest.param("libGL.so.1: cannot open shared object file", None, id="what PyTorch does not need"),
        pytest.param("libc10.so: invalid ELF header", "torch-broken", id="damaged"),
        pytest.param("libcuda.so.1: file too short", None, id="the driver's is damaged"),
        pytest.param("version `CXXABI_ARM_1.3.3' not found", "glibc-too-old", id="libstdc++ on ARM"),
        pytest.param("DLL load failed while importing _C: not found", "windows-dll", id="a DLL"),
        pytest.param(
            "DLL load failed while importing flash_attn_2_cuda: not found", "ext-binary-mismatch", id="its DLL"
        ),
        pytest.param("DLL load failed while importing cuda_utils: not found", "triton-or-compile", id="Triton's DLL"),
    ],
)
def test_tells_whose_library_it_is(text: str, cause: str | None) -> None:
    assert cause_of(text) == cause


def test_an_extension_in_the_traceback_makes_it_the_extensions() -> None:
    messages = told("from torch_scatter import scatter OSError: libcusparse.so.11: cannot open shared object file")

    assert loader_told(messages, "ext-binary-mismatch") is not None
    assert loader_told(messages, "torch-broken") is None


def test_what_a_program_printed_comes_first() -> None:
    sentence = told("libc10.so: cannot open shared object file", output=False)
    printed = told("libtorch.so: cannot open shared object file")

    found = loader_told(sentence + printed, "ext-binary-mismatch")

    assert found is not None
    assert found.message.output


def test_a_reason_of_another_cause_is_not_taken() -> None:
    known = loader_told(told("OSError: [WinError 126] Error loading c10.dll"), "windows-dll")
    foreign = loader_told(told("x/torchvision/_C.so: undefined symbol: _ZN2at4a"), "torchvision-mismatch")

    assert known is not None
    assert foreign is not None
    assert reason_of(known, OTHERWISE).why != OTHERWISE.why
    assert reason_of(foreign, OTHERWISE) is OTHERWISE
