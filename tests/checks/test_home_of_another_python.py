import pytest

from envdoctor.testing import findings
from tests.told import OTHERS, told

FAILS = "Fatal Python error: init_fs_encoding: failed to get the Python codec of the filesystem encoding"


@pytest.mark.parametrize("variable", ["PYTHONHOME", "PYTHONPATH"])
def test_names_the_variable(variable: str) -> None:
    [found] = findings("ENV053", messages=told(FAILS), environment={variable: "/usr/lib/python2.7"})

    assert found.what.startswith(f"{variable} is /usr/lib/python2.7")
    assert found.cause == "env-variable"


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        pytest.param(FAILS, {}, id="no variable leads elsewhere"),
        pytest.param(FAILS, {"PATH": "/usr/bin"}, id="another variable"),
        pytest.param("ModuleNotFoundError: No module named 'torch'", {"PYTHONPATH": "/x"}, id="Python itself starts"),
        *[pytest.param(*one.values, {"PYTHONHOME": "/x"}, id=one.id) for one in OTHERS],
    ],
)
def test_stays_silent(text: str, environment: dict[str, str]) -> None:
    assert not findings("ENV053", messages=told(text), environment=environment)


def test_silent_where_the_environment_is_not_known() -> None:
    assert not findings("ENV053", messages=told(FAILS))
