from __future__ import annotations

import warnings
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from envdoctor.facts import Snapshot
from envdoctor.judge import Judgement
from envdoctor.report.measured import measured
from envdoctor.report.model import make_report
from envdoctor.report.plots import plots
from envdoctor.report.svg import inline
from tests.report import samples

pytest.importorskip("matplotlib")


def drawn(*made: dict[str, Any]) -> Any:
    return plots(measured(make_report(Snapshot(), NOTHING, seconds=0.0, measurements=made)))


NOTHING = Judgement((), (), None)


def test_speed_steps_and_loss() -> None:
    made = drawn(samples.measurement(), samples.measurement("cuda:0", "NVIDIA A100", 41_875.0))

    assert [plot.title for plot in made] == ["Speed", "Time per step", "Loss"]
    assert "cpu: 3,210; cuda:0: 41,875" in made[0].alt
    assert "41,875" in made[0].svg
    assert "images per second" in made[0].svg
    assert all("<svg" in plot.svg and "currentColor" in plot.svg for plot in made)


def test_bars_hold_values_that_fit_and_compare_what_is_alike() -> None:
    slow = {"device": "cpu", "name": "ladder.slow", "group": "ladder", "images_per_second": 4.0}
    other = {"device": "cpu", "name": "sync.iris", "group": "sync", "images_per_second": 100_000.0}
    made = {plot.title: plot for plot in drawn({**slow, "seconds_per_epoch": 2290.4}, other)}

    assert "ladder.slow, cpu: 2,290." in made["Time"].alt
    assert "iris" not in made["Speed"].alt


def test_training_curves_are_drawn_and_said() -> None:
    training = {"train_loss": [2.0, 1.5, None], "validation_loss": [2.1, 1.7, 1.6]}
    [plot] = drawn({"device": "cpu", "training": training})

    assert plot.title == "Training curves"
    assert "cpu, training loss: 2, 1.5, not finite; cpu, validation loss: 2.1, 1.7, 1.6." in plot.alt


@pytest.mark.parametrize("training", [None, [], {"train_loss": [1.0]}, {"train_loss": [None, None]}, {"train_loss": 3}])
def test_without_epochs_there_is_no_training_curve(training: object) -> None:
    assert drawn({"device": "cpu", "training": training}) == []


def test_the_same_numbers_give_the_same_picture() -> None:
    assert drawn(samples.measurement()) == drawn(samples.measurement())


@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_a_device_of_any_name_is_only_text(bad: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = drawn(samples.measurement(bad, bad), samples.measurement("_hidden"), samples.measurement("中文 $x_{"))

    for plot in made:
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(plot.svg).iter()}  # noqa: S314  # ours
        assert tags <= {"svg", "g", "path", "rect", "text", "tspan", "use", "defs", "clipPath"}
        assert len(plot.svg) < 200_000


@pytest.mark.parametrize(
    "made",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"device": "cpu", "verdict": "FAIL", "reason": "it died"}, id="nothing measured"),
        pytest.param({"seconds_per_step": [], "loss": [], "images_per_second": 0}, id="empty"),
        pytest.param({"seconds_per_step": "fast", "loss": {"a": 1}, "images_per_second": "many"}, id="of wrong form"),
        pytest.param({"loss": [None, None], "images_per_second": {"unknown": "nan"}}, id="not finite"),
        pytest.param({"statistics": 5, "memory": [], "data": "x", "proofs": [3, None]}, id="parts of wrong form"),
    ],
)
def test_what_was_not_measured_is_not_drawn(made: dict[str, Any]) -> None:
    assert drawn(made) == []


@pytest.mark.parametrize(
    "made",
    [
        pytest.param({"seconds_per_step": [0.01]}, id="one step"),
        pytest.param({"seconds_per_step": [0.01] * 50}, id="all alike"),
        pytest.param({"seconds_per_step": [0.0, 0.0]}, id="no time at all"),
        pytest.param({"seconds_per_step": [0.01, 0.01 + 1e-17]}, id="hardly different"),
        pytest.param({"loss": [2.3, None, {"unknown": "nan"}, 10**400]}, id="a loss that diverged"),
        pytest.param({"images_per_second": 1e-9}, id="very slow"),
    ],
)
def test_odd_numbers_are_drawn(made: dict[str, Any]) -> None:
    assert len(drawn(made)) == 1


def busy(seconds: float, **curves: object) -> dict[str, Any]:
    times = [seconds / 4, seconds / 2, seconds]
    return {
        "device": "cuda:0",
        "name": f"ladder.of_{seconds:g}",
        "group": "ladder",
        "usage": {"times": times, "curves": curves},
    }


def test_utilisation_over_time_is_drawn_and_said() -> None:
    [plot] = drawn(busy(8.0, cpu_percent=[10.0, 20.0, 60.0], gpu_percent=[0.0, None, 0.0], power_watts=[1.0, 2.0, 3.0]))

    assert plot.title == "CPU/GPU utilisation over time"
    assert "ladder.of_8, cuda:0, 8 s: all CPUs 30 % in the mean, 60 % at most, GPU 0 % in the mean, 0 % at" in plot.alt
    assert "% busy" in plot.svg
    assert "busiest" not in plot.svg


def test_of_many_experiments_the_longest_are_drawn() -> None:
    [plot] = drawn(*(busy(seconds, cpu_percent=[1.0, 2.0, 3.0]) for seconds in (1.0, 9.0, 8.0, 7.0, 6.0)))

    assert "ladder.of_9" in plot.svg
    assert "ladder.of_1," not in plot.svg


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(None, id="nothing was sampled"),
        pytest.param({"times": [1.0], "curves": {"cpu_percent": [5.0]}}, id="one sample"),
        pytest.param({"times": [1.0, 2.0], "curves": {"cpu_percent": [None, None]}}, id="no number"),
        pytest.param({"times": [1.0, 2.0], "curves": {"cpu_percent": [5.0]}}, id="of another length"),
        pytest.param({"times": [1.0, "x"], "curves": {"cpu_percent": [5.0, 6.0]}}, id="no times"),
        pytest.param({"times": [1.0, 2.0], "curves": {"cpu_percent": [500.0, -1]}}, id="no percentages"),
        pytest.param({"times": 5, "curves": []}, id="of wrong form"),
    ],
)
def test_without_a_curve_there_is_no_plot_of_one(usage: object) -> None:
    assert drawn({"device": "cpu", "usage": usage}) == []


def test_at_most_a_dozen_devices() -> None:
    made = drawn(*(samples.measurement(f"cuda:{i}") for i in range(64)))

    assert "cuda:11" in made[0].svg
    assert "cuda:12" not in made[0].svg


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(1)</script>",
        "<foreignObject><b xmlns='http://www.w3.org/1999/xhtml'>x</b></foreignObject>",
        "<image xlink:href='http://evil.example/x.png'/>",
        "<use xlink:href='http://evil.example/x.svg#a'/>",
        "<a xlink:href='javascript:alert(1)'><text>x</text></a>",
        "<path d='M 0 0' onclick='alert(1)' style='fill: url(http://evil.example/x)'/>",
        "<style>@import 'http://evil.example/x.css'</style>",
        "<animate attributeName='href' to='javascript:alert(1)'/>",
        "<rect filter='url(http://evil.example)' fill='URL(//evil.example/x)'/>",
        "<!-- alert -->",
    ],
)
def test_only_the_harmless_comes_through(part: str) -> None:
    made = inline(SVG.format(part), "p")

    assert "evil" not in made
    assert "alert" not in made
    assert "style" not in made


def test_ids_of_two_plots_do_not_meet() -> None:
    part = "<defs><path id='m1' d='M 0 0'/></defs><use xlink:href='#m1'/><g id='figure_1' clip-path='url(#c1)'/>"

    assert 'id="a-m1"' in inline(SVG.format(part), "a")
    assert 'href="#a-m1"' in inline(SVG.format(part), "a")
    assert "url(#a-c1)" in inline(SVG.format(part), "a")
    assert "figure_1" not in inline(SVG.format(part), "a")


def test_refuses_another_document() -> None:
    with pytest.raises(ValueError, match="not an SVG"):
        inline("<html/>", "p")
