import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        ("ImportError: flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so: undefined symbol: _ZN3c104cuda9SetDeviceEi"),
        (
            "WARNING[XFORMERS]: xFormers can't load C++/CUDA extensions. xFormers was built for: PyTorch "
            "2.1.2+cu121 with CUDA 1201 (you have 2.2.0+cu121)"
        ),
        "ImportError: libtorch_cuda_cu.so: cannot open shared object file: No such file or directory",
        (
            "Detected that PyTorch and torch_scatter were compiled with different CUDA versions. PyTorch "
            "has CUDA version 11.3 and torch_scatter has CUDA version 10.2."
        ),
        "from torch_sparse import ops OSError: libcusparse.so.11: cannot open shared object file",
        ("ImportError: DLL load failed while importing flash_attn_2_cuda: The specified procedure could not be found."),
        "Could not find the bitsandbytes CUDA binary at PosixPath('libbitsandbytes_cuda128.so')",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("LIB053", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("ext-binary-mismatch", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "LIB053",
        messages=told(
            (
                "ImportError: "
                "flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so: undefined "
                "symbol: _ZN3c104cuda9SetDeviceEi"
            ),
            output=False,
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("/x/torchvision/_C.so: undefined symbol: _ZN2at4_ops5zeros", id="torchvision's own"),
        pytest.param("libtorch_python.so: undefined symbol: _ZN2at4_ops5zeros", id="PyTorch's own"),
        pytest.param(
            ("libcusparse.so.12: undefined symbol: __nvJitLinkAddData_12_1, version libnvJitLink.so.12"),
            id="CUDA's own",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("LIB053", messages=told(text))
