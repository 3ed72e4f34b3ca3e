import pytest

from envdoctor.facts import Interpreter, Python, Torch, Unknown
from envdoctor.findings import INSTALL, Severity
from envdoctor.testing import findings

NOBODY_LOOKED = Unknown("not asked")
VENV = Python("/home/u/venv/bin/python", version="3.12.1")


def test_names_the_interpreter() -> None:
    [found] = findings("TOR001", pythons=NOBODY_LOOKED, torch=None, python=VENV)

    assert "/home/u/venv/bin/python (Python 3.12.1)" in found.what
    assert "another Python" in found.why
    assert found.fix.commands == (INSTALL,)
    assert (found.severity, found.cause) == (Severity.ERROR, "torch-missing")


def test_tells_of_an_interrupted_installation() -> None:
    python = Python("/x/python", version="3.12.1", leftovers=("/x/site-packages/~orch-2.6.0.dist-info",))
    [found] = findings("TOR001", pythons=NOBODY_LOOKED, torch=None, python=python)

    assert "~orch-2.6.0.dist-info" in found.why


@pytest.mark.parametrize("remains", ["/x/~orchvision-0.21.0.dist-info", "/x/~umpy", "/x/~ytorch_lightning"])
def test_remains_of_others_tell_nothing(remains: str) -> None:
    [found] = findings("TOR001", pythons=NOBODY_LOOKED, torch=None, python=Python("/x/python", leftovers=(remains,)))

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
    assert not findings("TOR001", pythons=NOBODY_LOOKED, torch=torch, python=python)


def test_names_the_python_that_has_it() -> None:
    others = (
        Interpreter(VENV.executable, torch=None, examined=True),
        Interpreter("/usr/bin/python3", ("PATH",), torch=None),
        Interpreter("/home/u/my project/.venv/bin/python", ("poetry",), torch="2.9.1+cu128"),
        Interpreter("/gone", torch=Unknown("gone")),
        Interpreter("/a/bin/python", torch="2.8.0"),
    )
    [found] = findings("TOR001", torch=None, python=VENV, pythons=others)

    assert "/home/u/my project/.venv/bin/python has PyTorch 2.9.1+cu128 (poetry) and /a/bin/python has" in found.why
    assert "envdoctor check --python '/home/u/my project/.venv/bin/python'" in found.fix.text
    assert found.evidence["pythons.2.torch"] == "2.9.1+cu128"
    assert found.fix.commands == (INSTALL,)
    assert found.cause == "torch-missing"


def test_names_three_at_most() -> None:
    others = tuple(Interpreter(f"/{place}/bin/python", torch="2.8.0") for place in range(9))
    [found] = findings("TOR001", torch=None, python=VENV, pythons=others)

    assert found.why.count("has PyTorch") == 3


@pytest.mark.parametrize("others", [(), (Interpreter("/a", torch=None), Interpreter("/b", torch=Unknown("gone")))])
def test_nobody_has_it(others: tuple[Interpreter, ...]) -> None:
    [found] = findings("TOR001", torch=None, python=VENV, pythons=others)

    assert "another Python" in found.why
    assert not [path for path in found.evidence if path.startswith("pythons")]
