import pytest

from envdoctor.facts import Interpreter, Python, Torch, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

ENV = Python("/env/bin/python", version="3.12.7")
TORCH = Torch("2.9.1+cu128", cuda="12.8")
HERE = Interpreter("/env/bin/python", torch="2.9.1+cu128", torch_build="cuda", examined=True)
BARE = Interpreter("/usr/bin/python3", torch=None, torch_build=None)
FULL = Interpreter("/ml/bin/python", torch="2.8.0+cpu", torch_build="cpu")


def pointed(one: Interpreter, *ways: str) -> Interpreter:
    return Interpreter(one.executable, ways, torch=one.torch, torch_build=one.torch_build, examined=one.examined)


def asked(*pythons: Interpreter, torch: Torch | None = TORCH) -> list[Finding]:
    return findings("PYT004", torch=torch, python=ENV, pythons=pythons)


def test_the_editor_uses_a_python_without_torch() -> None:
    [found] = asked(HERE, pointed(BARE, "editor settings"))

    assert "editor is set to /usr/bin/python3, which has no PyTorch" in found.what
    assert "/env/bin/python is the one that has PyTorch" in found.fix.text
    assert (found.severity, found.cause) == (Severity.NOTE, "multiple-installs-or-shadowing")


def test_the_editor_uses_the_python_with_torch() -> None:
    [found] = asked(pointed(FULL, "editor settings"), torch=None)

    assert "has PyTorch 2.8.0+cpu; /env/bin/python, which is examined here, has none" in found.what
    assert "/ml/bin/python is the one" in found.fix.text


def test_the_only_kernel_has_no_torch() -> None:
    [found] = asked(HERE, pointed(BARE, "PATH", "Jupyter kernel python3"))

    assert "The Jupyter kernel python3 starts /usr/bin/python3" in found.what


def test_two_names_start_two_pythons() -> None:
    [found] = asked(pointed(FULL, "python on PATH"), pointed(BARE, "python3 on PATH"))

    assert "`python` starts /ml/bin/python, which has PyTorch 2.8.0+cpu" in found.what
    assert found.evidence["pythons.1.torch"] is None


@pytest.mark.parametrize(
    "pythons",
    [
        pytest.param((), id="none was found"),
        pytest.param((HERE,), id="one alone"),
        pytest.param((HERE, BARE, FULL), id="nobody points at the others"),
        pytest.param((HERE, pointed(FULL, "editor settings")), id="both have torch"),
        pytest.param((pointed(HERE, "editor settings"), BARE), id="the editor uses the same"),
        pytest.param(
            (pointed(HERE, "Jupyter kernel ml"), pointed(BARE, "Jupyter kernel python3")), id="one kernel has torch"
        ),
        pytest.param(
            (HERE, pointed(BARE, "Jupyter kernel python3"), pointed(FULL, "Jupyter kernel ml")), id="another kernel has"
        ),
        pytest.param((pointed(FULL, "python on PATH", "python3 on PATH"), BARE), id="both names start one"),
        pytest.param((pointed(FULL, "python on PATH"), BARE), id="there is no python3"),
        pytest.param((pointed(HERE, "python on PATH"), pointed(FULL, "python3 on PATH")), id="both names have torch"),
        pytest.param(
            (HERE, pointed(Interpreter("/gone", torch=Unknown("gone")), "editor settings", "Jupyter kernel k")),
            id="it cannot be told",
        ),
        pytest.param(
            (
                pointed(Interpreter("/odd", torch=Unknown("no file")), "python on PATH"),
                pointed(BARE, "python3 on PATH"),
            ),
            id="it cannot be told of python",
        ),
    ],
)
def test_stays_silent(pythons: tuple[Interpreter, ...]) -> None:
    assert not asked(*pythons)


def test_stays_silent_without_a_python_to_examine() -> None:
    assert not findings("PYT004", torch=TORCH, python=None, pythons=(pointed(BARE, "editor settings"),))
