"""How sure a complaint is follows from the kinds of signs that agree."""

import pytest

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Severity
from envdoctor.registry import load_checks
from envdoctor.rules.complaints import SLOWING, complained, gpu_computes, told_or_complained

NOT_SAID = Unknown("the text does not say")


def messages(*signs: str, output: bool = False) -> tuple[Message, ...]:
    return tuple(Message(sign, f"sentence {at}", output=output) for at, sign in enumerate(signs))


@pytest.mark.parametrize(
    ("signs", "severity", "confidence"),
    [
        (["dp-slower hint"], "note", "likely"),
        (["dp-slower words"], "warning", "likely"),
        (["dp-slower hint", "dp-slower code"], "warning", "likely"),
        (["dp-slower words", "dp-slower code"], "warning", "likely"),
        (["dp-slower hint", "dp-slower figures"], "warning", "likely"),
        (["dp-slower words", "dp-slower figures"], "warning", "proved"),
        (["dp-slower words", "dp-slower code", "dp-slower figures"], "warning", "proved"),
    ],
)
def test_the_more_signs_agree_the_surer_it_is(signs: list[str], severity: str, confidence: str) -> None:
    found = complained(messages(*signs), "dp-slower")

    assert found is not None
    assert found.severity is Severity(severity)
    assert found.confidence == confidence
    assert len(found.evidence) == len(signs)


@pytest.mark.parametrize(
    "signs",
    [
        pytest.param([], id="nothing"),
        pytest.param(["dp-slower code"], id="code is no complaint"),
        pytest.param(["dp-slower figures"], id="nor are figures"),
        pytest.param(["ddp-no-speedup words"], id="another cause"),
        pytest.param(["dp-slower hint", "loader-bound words"], id="a hint beside a cause that is named"),
    ],
)
def test_it_stays_silent(signs: list[str]) -> None:
    assert complained(messages(*signs), "dp-slower") is None


def test_nothing_is_known_without_a_text() -> None:
    assert complained(NOT_SAID, "dp-slower") is None
    assert told_or_complained(NOT_SAID, "memory-leak", "memory-grows") is None


def test_a_message_leads_before_a_complaint() -> None:
    said = (*messages("memory-leak words"), *messages("memory-grows", output=True))

    found = told_or_complained(said, "memory-leak", "memory-grows")

    assert found is not None
    assert found.first.message.sign == "memory-grows"
    assert found.confidence == "proved"
    assert list(found.evidence) == ["messages.1.text", "messages.0.text"]


def test_a_complaint_stands_alone_where_there_is_no_message() -> None:
    found = told_or_complained(messages("memory-leak hint"), "memory-leak", "memory-grows")

    assert found is not None
    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("torch", "run", "computes"),
    [
        (NOT_SAID, NOT_SAID, True),
        (None, None, True),
        (Torch("2.4.1+cu124", cuda="12.4"), TorchRun(available=True), True),
        (Torch("2.4.1+cu124", cuda="12.4"), TorchRun(available=False), False),
        (Torch("2.4.1+cpu", cuda=None, hip=None, xpu=None), NOT_SAID, False),
    ],
)
def test_a_gpu_that_pytorch_does_not_see_is_not_slow(
    torch: Torch | None | Unknown, run: TorchRun | None | Unknown, computes: bool
) -> None:
    assert gpu_computes(torch, run) is computes


def test_what_slows_everything_down_has_checks() -> None:
    assert set(SLOWING) <= set(load_checks())
    assert len(SLOWING) == len(set(SLOWING))
