import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "ImportError: /opt/venv/torch/lib/libtorch_cpu.so: file too short",
        "Illegal instruction (core dumped)",
        "ModuleNotFoundError: No module named 'typing_extensions'",
        "ImportError: libcupti.so.11.7: cannot open shared object file: No such file or directory",
        ("OSError: libtorch_cpu.so: cannot enable executable stack as shared object requires: Invalid argument"),
        "No module named 'torch.version'",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("TOR053", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("torch-broken", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "TOR053", messages=told(("ImportError: /opt/venv/torch/lib/libtorch_cpu.so: file too short"), output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("libcuda.so.1: cannot open shared object file", id="a library of the driver"),
        pytest.param(
            ("libGL.so.1: cannot open shared object file: No such file or directory"), id="a library of OpenCV"
        ),
        pytest.param("No module named 'networkx_tools'", id="a module of somebody's"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("TOR053", messages=told(text))
