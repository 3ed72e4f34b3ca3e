import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: Unrecognized CachingAllocator option: expandable_segment",
        "ValueError: PYTORCH_CUDA_ALLOC_CONF: Error, expecting ':' value",
        "RuntimeError: Error parsing CachingAllocator settings, expected a colon",
        "RuntimeError: CachingAllocator option max_split_size_mb too small, must be > 20",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("ENV051", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("env-variable", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "ENV051",
        messages=told(("RuntimeError: Unrecognized CachingAllocator option: expandable_segment"), output=False),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param(
            (
                "If reserved memory is >> allocated memory try setting "
                "max_split_size_mb to avoid fragmentation. See documentation "
                "for PYTORCH_CUDA_ALLOC_CONF"
            ),
            id="the hint of every out-of-memory error",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("ENV051", messages=told(text))
