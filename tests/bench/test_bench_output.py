import io
import json
from typing import Any

import msgspec
import pytest

from envdoctor.bench import json as as_json
from envdoctor.bench import text
from envdoctor.bench.collect import measurement_of
from envdoctor.bench.measurement import Outcome
from envdoctor.bench.progress import shown
from envdoctor.facts import Failure


def broken(outcome: Outcome) -> Outcome:
    failure = Failure("signal", "import torch", "SIGSEGV", ("Fatal \x1b[31merror", "  File \u202e x"))
    failed = measurement_of("cpu", {}, {}, failure)
    return msgspec.structs.replace(outcome, verdict="FAIL", reason=failed.reason, measurements=(failed,))


def test_figures_and_reasons_are_there(outcome: Outcome) -> None:
    page = text.render(outcome, width=100)

    for expected in (
        "2,695 images/s",
        "mean 45 ms",
        "p95 50 ms",
        "n = 20",
        "90 ms",
        "900 MiB",
        "50.0%",
        "PASS rests on",
    ):
        assert expected in page
    assert "They leave out loading torch" in " ".join(page.split())


def test_synthetic_images_are_named_wherever_an_accuracy_stands(outcome: Outcome) -> None:
    page = " ".join(text.render(outcome, width=100).split())

    assert "guessing gets 10.0% (synthetic images: not comparable with CIFAR-10)" in page
    assert "Images synthetic:" in page
    assert json.loads(as_json.render(outcome))["measurements"][0]["data"]["synthetic"] is True


def test_real_images_are_not_called_synthetic(outcome: Outcome, told: dict[str, Any]) -> None:
    told["data"].update(kind="folders", synthetic=False, path="/data/cifar", train_available=50000)
    real = msgspec.structs.replace(outcome, measurements=(measurement_of("cpu", told, {}, None),))
    page = " ".join(text.render(real, width=100).split())

    assert "synthetic" not in page
    assert "10,000 of 50,000 to train" in page


@pytest.mark.parametrize("width", [30, 40, 59, 60, 80, 110])
def test_no_line_is_longer_than_the_terminal(outcome: Outcome, width: int) -> None:
    for which in (outcome, broken(outcome)):
        assert max(map(len, text.render(which, width=width).splitlines())) <= width


def test_ascii_terminals_get_ascii(outcome: Outcome) -> None:
    assert text.render(outcome, unicode=False).isascii()


def test_colour_comes_only_when_asked_for(outcome: Outcome) -> None:
    assert "\x1b[" not in text.render(outcome)
    assert "\x1b[" in text.render(outcome, color=True)


def test_a_dead_worker_is_shown_with_its_last_lines_made_harmless(outcome: Outcome) -> None:
    page = text.render(broken(outcome), width=100)

    assert "SIGSEGV" in page
    assert "Fatal error" in page
    assert "\\u202e" in page


def test_json_is_one_document_with_schema_and_raw_samples(outcome: Outcome) -> None:
    document = json.loads(as_json.render(outcome))

    assert document["schema"] == "envdoctor/bench/1"
    assert document["exit_code"] == 0
    assert document["measurements"][0]["seconds_per_step"] == [0.04, 0.05] * 10


def test_json_holds_no_home_unless_allowed(outcome: Outcome) -> None:
    assert "someone" not in as_json.render(outcome)
    assert "someone" in as_json.render(outcome, private_ok=True)


def test_progress_is_silent_where_nobody_watches() -> None:
    stream = io.StringIO()
    with shown(stream) as listen:
        assert listen is None

    assert not stream.getvalue()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_stages_and_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = _Terminal()
    with shown(stream) as listen:
        assert listen is not None
        listen("cpu", {"stage": "train on cpu"})
        listen("cpu", {"progress": [80, 160]})
        listen("cpu", {"versions": {}})

    assert "train on cpu" in stream.getvalue()
