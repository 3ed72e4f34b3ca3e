import pytest

from envdoctor.bench.explain import explained
from envdoctor.bench.result import Series
from envdoctor.measurements import Crossover, Explanation, Spread
from envdoctor.report.plots_explained import explained_plots
from tests.machines_measured import attributed, cells, part
from tests.series_samples import LADDER, mapped

pytest.importorskip("matplotlib")


def test_the_parts_of_a_step_and_the_map_are_drawn() -> None:
    series = Series(
        preset="quick", python="p", verdict="PASS", reason="", measurements=(*LADDER, mapped("cuda:0", 0.1))
    )
    found = explained(series).explanation
    assert found is not None
    parts, drawn = explained_plots(found)

    assert "loader: 47 %" in parts.alt
    assert "unexplained" in parts.svg
    assert "cuda:0" in drawn.svg
    assert ">256</text>" in drawn.svg.replace("</tspan>", "")
    assert "mathdefault" not in drawn.svg


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(Explanation(), id="nothing"),
        pytest.param(Explanation(attribution=(attributed(parts=()),)), id="no parts"),
        pytest.param(Explanation(crossover=Crossover(title="", cells=(), said=())), id="no places"),
        pytest.param(
            Explanation(crossover=Crossover(title="", cells=cells("gpu", {("wide", 4): 0.0}), said=())), id="no time"
        ),
    ],
)
def test_what_cannot_be_drawn_is_left_out(odd: Explanation) -> None:
    assert explained_plots(odd) == []


def test_a_spread_that_does_not_hold_its_value_is_drawn_without() -> None:
    wrong = part("loader", 0.5)
    odd = attributed(parts=(type(wrong)(name="$x_{", seconds=1.0, share=Spread(0.5, 0.9, 0.1), how=""),))

    [plot] = explained_plots(Explanation(attribution=(odd,)))
    assert "<svg" in plot.svg
