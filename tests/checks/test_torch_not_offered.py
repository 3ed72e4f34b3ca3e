import pytest

from envdoctor.facts import Host, Python
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "ERROR: No matching distribution found for torch==1.9.1+cu111",
        (
            "Could not find a version that satisfies the requirement torch==1.9.0+cu102 (from versions: "
            "1.4.0, 1.8.1, 1.10.0, 1.11.0)"
        ),
        ("Could not find a version that satisfies the requirement torch==2.3.0 (from versions: 1.7.1, 1.8.0, 2.2.2)"),
        "Unable to find installation candidates for torch (2.0.1+cu118)",
        (
            "ERROR: Could not find a version that satisfies the requirement nvidia-nccl-cu12==2.18.1 "
            "(from versions: 0.0.1)"
        ),
        "RuntimeError: Couldn't install torch. Error code: 1",
        (
            "Because there is no version of torch==2.9.9 and you require torch==2.9.9, your requirements "
            "are unsatisfiable."
        ),
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("INS051", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("install-blocked", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "INS051", messages=told("ERROR: No matching distribution found for torch==1.9.1+cu111", output=False)
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            ("Could not find a version that satisfies the requirement torch==1.13.1 (from versions: 2.2.0, 2.3.0)"),
            id="releases for newer Pythons only",
        ),
        pytest.param(
            ("ERROR: Package 'torchx' requires a different Python: 3.12.1 not in '<3.12,>=3.8'"),
            id="another package for newer Pythons",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("INS051", messages=told(text))


def test_macs_have_no_cuda_builds() -> None:
    mac = Host("darwin", arch="aarch64")
    [found] = findings("INS051", messages=told("No matching distribution found for torch==2.1.2+cu118"), host=mac)

    assert "no CUDA builds for macOS" in found.why


def test_intel_macs_have_a_last_release() -> None:
    mac, python = Host("darwin", arch="x86_64"), Python("python", version="3.11.2")
    [found] = findings(
        "INS051", messages=told("No matching distribution found for torch==2.6.0"), host=mac, python=python
    )

    assert "2.2.2" in found.why


def test_silent_where_the_python_explains_it() -> None:
    text = "No matching distribution found for torch==1.13.1"

    assert not findings("INS051", messages=told(text), python=Python("python", version="3.12.0"))
