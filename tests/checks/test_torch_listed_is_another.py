import pytest

from envdoctor.facts import Torch
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import told

NMS = told("RuntimeError: operator torchvision::nms does not exist")


def test_names_both() -> None:
    [found] = findings("TOR055", messages=NMS, torch=Torch("2.6.0"), packages={"torch": "2.8.0"})

    assert "2.6.0" in found.what
    assert "2.8.0" in found.what
    assert found.severity is Severity.ERROR


def test_is_a_warning_while_nothing_breaks() -> None:
    [found] = findings("TOR055", messages=(), torch=Torch("1.9.0"), packages={"pytorch": "1.6.0"})

    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("version", "packages"),
    [
        pytest.param("2.6.0", {"torch": "2.6.0"}, id="the same"),
        pytest.param("2.6.0+cu124", {"torch": "2.6.0"}, id="the list leaves out the variant"),
        pytest.param("2.6.0", {}, id="nothing is listed"),
        pytest.param("2.7.0a0+git1234", {"torch": "2.6.0"}, id="a build from source has a number of its own"),
        pytest.param("2.6.0", {"torch": "2.8.0.dev20250701"}, id="so has a nightly build"),
        pytest.param("2.6.0", {"torchvision": "0.21.0"}, id="another package"),
    ],
)
def test_stays_silent(version: str, packages: dict[str, str]) -> None:
    assert not findings("TOR055", messages=NMS, torch=Torch(version), packages=packages)


def test_silent_without_a_torch() -> None:
    assert not findings("TOR055", messages=NMS, torch=None, packages={"torch": "2.8.0"})
