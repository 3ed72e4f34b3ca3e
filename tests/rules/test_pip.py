import pytest

from envdoctor.facts import Python, Unknown
from envdoctor.rules.pip import pip


@pytest.mark.parametrize(
    ("python", "command"),
    [
        pytest.param(Python("/x/bin/python", pip="24.0"), "/x/bin/python -m pip install numpy", id="pip"),
        pytest.param(Python("/my env/python", pip="24.0"), "'/my env/python' -m pip install numpy", id="a space"),
        pytest.param(
            Python("C:\\a b\\python.exe", pip="24"), '"C:\\a b\\python.exe" -m pip install numpy', id="Windows"
        ),
        pytest.param(Python("/x/python", kind="uv"), "uv pip install --python /x/python numpy", id="uv"),
        pytest.param(Python("/x/python", pip=None), "uv pip install --python /x/python numpy", id="no pip"),
        pytest.param(Unknown("?"), "python -m pip install numpy", id="nothing is known"),
        pytest.param(None, "python -m pip install numpy", id="a pasted text"),
    ],
)
def test_install(python: Python | None | Unknown, command: str) -> None:
    assert pip(python, "install", "numpy") == command


def test_uv_asks_nothing() -> None:
    assert pip(Python("p", kind="uv"), "uninstall -y", "torch") == "uv pip uninstall --python p torch"
