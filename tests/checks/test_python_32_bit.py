import pytest

from envdoctor.facts import CannotTellError, Failure, Python, TorchRun, Unknown
from envdoctor.findings import Severity
from envdoctor.testing import findings

NOT_RUN = Unknown("not run")


def test_names_the_version() -> None:
    [found] = findings("PYT003", python=Python("C:\\py\\python.exe", version="3.12.1", bits=32), torch_run=None)

    assert "3.12.1" in found.what
    assert "32-bit" in found.what
    assert (found.severity, found.cause) == (Severity.ERROR, "python-unsupported")


def test_a_torch_that_does_not_run_there_changes_nothing() -> None:
    run = TorchRun(failure=Failure("exception", "import torch", "ImportError: DLL load failed"))

    assert findings("PYT003", python=Python("python", bits=32), torch_run=run)


@pytest.mark.parametrize(
    ("python", "run"),
    [
        pytest.param(Python("python", version="3.12.1", bits=64), NOT_RUN, id="64 bits"),
        pytest.param(Python("python", version="3.12.1", bits=None), NOT_RUN, id="it does not say"),
        pytest.param(Python("python", bits=32), TorchRun(stage="end"), id="a torch from source runs on a small board"),
        pytest.param(Python("python", failure=Failure("exit", "start", "gone")), NOT_RUN, id="it does not start"),
        pytest.param(None, NOT_RUN, id="there is none"),
    ],
)
def test_stays_silent(python: Python | None, run: TorchRun | Unknown) -> None:
    assert not findings("PYT003", python=python, torch_run=run)


def test_a_width_that_is_not_known_is_not_judged() -> None:
    with pytest.raises(CannotTellError, match="bits"):
        findings("PYT003", python=Python("python", version="2.7.18"), torch_run=NOT_RUN)
