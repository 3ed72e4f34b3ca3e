import pytest

from envdoctor.facts import Host
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "ModuleNotFoundError: No module named '_lzma'",
        "ImportError: No module named _sqlite3",
        "error while loading shared libraries: libpython3.9.so.1.0: cannot open shared object file",
        ("/home/ann/venv/bin/pip: /home/ann/old/bin/python3: bad interpreter: No such file or directory"),
        "ImportError: _struct.so: undefined symbol: _PyErr_SetLocaleString",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("PYT051", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("python-broken", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings("PYT051", messages=told("ModuleNotFoundError: No module named '_lzma'", output=False))

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param("No module named 'ctypesgen'", id="a module of somebody's"),
        pytest.param("ModuleNotFoundError: No module named 'torch'", id="a module of PyTorch"),
        pytest.param("libcuda.so.1: cannot open shared object file", id="the driver's library"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("PYT051", messages=told(text))


def test_debian_has_packages_for_it() -> None:
    [found] = findings("PYT051", messages=told("No module named '_lzma'"), host=Host("linux", name="Ubuntu 22.04"))

    assert "liblzma-dev" in found.fix.commands[0]


def test_what_newer_pythons_dropped_comes_from_setuptools() -> None:
    [found] = findings("PYT051", messages=told("ModuleNotFoundError: No module named 'distutils'"))

    assert "setuptools" in found.fix.commands[0]
