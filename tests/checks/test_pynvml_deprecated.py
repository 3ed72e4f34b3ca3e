import pytest

from envdoctor.facts import Python, Unknown
from envdoctor.findings import Severity
from envdoctor.testing import findings


def test_is_a_note_and_removes_before_it_installs() -> None:
    [found] = findings("LIB005", packages={"pynvml": "11.5.0"}, python=Python("/x/python", pip="24.0"))

    assert "pynvml 11.5.0" in found.what
    assert (found.severity, found.cause) == (Severity.NOTE, "noise")
    assert "uninstall" in found.fix.commands[0]
    assert found.fix.commands[1].endswith("nvidia-ml-py")


def test_speaks_of_both_side_by_side() -> None:
    assert findings(
        "LIB005", packages={"pynvml": "12.0.0", "nvidia-ml-py": "12.535.0"}, python=Unknown("a pasted text")
    )


@pytest.mark.parametrize(
    "packages",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"nvidia-ml-py": "12.535.0"}, id="the successor"),
        pytest.param({"nvidia-ml-py3": "7.352.0"}, id="another package"),
    ],
)
def test_stays_silent(packages: dict[str, str]) -> None:
    assert not findings("LIB005", packages=packages, python=None)
