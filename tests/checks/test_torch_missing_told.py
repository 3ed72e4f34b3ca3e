import pytest

from envdoctor.facts import Torch
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "ModuleNotFoundError: No module named 'torch'",
        "ImportError: No module named torch",
        ("ImportError: AutoModel requires the PyTorch library but it was not found in your environment."),
        "None of PyTorch, TensorFlow >= 2.0, or Flax have been found. Models won't be available",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("TOR052", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("torch-missing", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("TOR052", messages=told("ModuleNotFoundError: No module named 'torch'", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("No module named 'torch.distributed.elastic'", id="a part of it"),
        pytest.param("No module named 'torchmetrics'", id="another package"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("TOR052", messages=told(text))


def test_another_python_has_it() -> None:
    messages = told("ModuleNotFoundError: No module named 'torch'")
    [found] = findings("TOR052", messages=messages, torch=Torch("2.6.0", cuda="12.4"), packages={})

    assert found.cause == "multiple-installs-or-shadowing"


def test_pip_finds_it_in_another_python() -> None:
    messages = told(
        "ModuleNotFoundError: No module named 'torch'\n"
        "Requirement already satisfied: torch in /usr/local/lib/python3.8/dist-packages (2.1.0)"
    )
    [found] = findings("TOR052", messages=messages)

    assert found.cause == "multiple-installs-or-shadowing"
    assert "/usr/local/lib/python3.8/dist-packages" in found.what
