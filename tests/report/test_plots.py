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
