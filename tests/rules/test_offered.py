import pytest

from envdoctor.facts import Host, Python
from envdoctor.rules.offered import why_not_offered
from tests.told import OTHERS, told

LINUX, MAC, INTEL_MAC = Host("linux", arch="x86_64"), Host("darwin", arch="aarch64"), Host("darwin", arch="x86_64")
NONE = "Could not find a version that satisfies the requirement torch (from versions: none)"
BLOCKED, UNSUPPORTED = "install-blocked", "python-unsupported"


@pytest.mark.parametrize(
    ("text", "version", "host", "cause"),
    [
        pytest.param(NONE, "3.9.2", LINUX, BLOCKED, id="nothing for a Python of many releases"),
        pytest.param(NONE, "3.14.0", LINUX, UNSUPPORTED, id="nothing for a young Python"),
        pytest.param("No matching distribution found for torch==1.13.1", "3.12.1", LINUX, UNSUPPORTED, id="too new"),
        pytest.param("No matching distribution found for torch==2.6.0", "3.12.1", LINUX, BLOCKED, id="it has wheels"),
        pytest.param(
            "No matching distribution found for torch==2.6.0", "3.12.1", INTEL_MAC, BLOCKED, id="an Intel Mac"
        ),
        pytest.param("No matching distribution found for torch==2.6.0+cu124", None, MAC, BLOCKED, id="CUDA on a Mac"),
        pytest.param(
            "No matching distribution found for torch==1.4.0", "3.9.0", LINUX, UNSUPPORTED, id="before the table"
        ),
        pytest.param("No matching distribution found for torch==98.0", "3.12.0", LINUX, BLOCKED, id="not in the table"),
        pytest.param("No matching distribution found for mkl-fft==1.3.1", None, LINUX, BLOCKED, id="another package"),
    ],
)
def test_tells_the_python_from_the_index(text: str, version: str | None, host: Host, cause: str) -> None:
    python = None if version is None else Python("python", version=version)

    found = why_not_offered(told(text), python, host)

    assert found is not None
    assert found.cause == cause


def test_the_python_to_take_is_one_that_the_release_has() -> None:
    messages = told("No matching distribution found for torch==2.0.1")

    found = why_not_offered(messages, Python("python", version="3.12.1"), LINUX)

    assert found is not None
    assert found.python == "3.11"


@pytest.mark.parametrize("text", OTHERS)
def test_none_without_such_a_message(text: str) -> None:
    assert why_not_offered(told(text), None, LINUX) is None
