import pytest

from envdoctor.facts import Python, Torch
from envdoctor.findings import INSTALL, Severity
from envdoctor.testing import findings

VENV = Python("/home/u/venv/bin/python", version="3.12.1")


def test_names_the_interpreter() -> None:
    [found] = findings("TOR001", torch=None, python=VENV)

    assert "/home/u/venv/bin/python (Python 3.12.1)" in found.what
    assert "another Python" in found.why
    assert found.fix.commands == (INSTALL,)
    assert (found.severity, found.cause) == (Severity.ERROR, "torch-missing")


def test_tells_of_an_interrupted_installation() -> None:
    python = Python("/x/python", version="3.12.1", leftovers=("/x/site-packages/~orch-2.6.0.dist-info",))
    [found] = findings("TOR001", torch=None, python=python)

    assert "~orch-2.6.0.dist-info" in found.why


@pytest.mark.parametrize("remains", ["/x/~orchvision-0.21.0.dist-info", "/x/~umpy", "/x/~ytorch_lightning"])
def test_remains_of_others_tell_nothing(remains: str) -> None:
    [found] = findings("TOR001", torch=None, python=Python("/x/python", leftovers=(remains,)))

    assert "another Python" in found.why


@pytest.mark.parametrize(
    ("torch", "python"),
    [
        pytest.param(Torch("2.15.0+cu132"), VENV, id="it is installed"),
        pytest.param(Torch("2.15.0+cpu"), VENV, id="a CPU build is one"),
        pytest.param(Torch(), VENV, id="something of that name is there"),
        pytest.param(None, None, id="there is no Python to examine"),
    ],
)
def test_stays_silent(torch: Torch | None, python: Python | None) -> None:
    assert not findings("TOR001", torch=torch, python=python)
