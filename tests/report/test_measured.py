import pytest

from envdoctor.facts import Snapshot
from envdoctor.judge import Judgement
from envdoctor.report.measured import columns, measured
from envdoctor.report.model import make_report


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(1.468, "1.47 s", id="a slow step"),
        pytest.param(0.9994, "999 ms", id="just below a second"),
        pytest.param(0.00153, "1.53 ms", id="a quick step"),
        pytest.param(None, "\N{EN DASH}", id="not measured"),
    ],
)
def test_the_time_of_a_step_is_told_in_a_unit_that_fits(seconds: float | None, text: str) -> None:
    made = ({"device": "cpu", "statistics": {"median": seconds, "p95": seconds}},)
    [one] = measured(make_report(Snapshot(), Judgement((), (), None), seconds=0.0, measurements=made))

    assert one.cells[3:5] == (text, text)


def test_a_column_in_which_nothing_stands_is_left_out() -> None:
    made = (
        {"device": "cpu", "verdict": "DONE", "comparison": {"median": 1.5, "low": 1.4, "high": 1.66}},
        {"device": "cuda:0", "verdict": "DONE", "comparison": {"median": 2}},
    )
    headers, rows = columns(measured(make_report(Snapshot(), Judgement((), (), None), seconds=0.0, measurements=made)))

    assert headers == ("Device", "Result", "Times reference")
    assert rows == [("cpu", "DONE", "1.50 (1.40 to 1.66)"), ("cuda:0", "DONE", "2.00")]
