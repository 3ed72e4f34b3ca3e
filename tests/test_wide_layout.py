"""What commands print in a language of wide characters stays within the width: benchmark, pins, setup, differences."""

from collections.abc import Callable
from pathlib import Path

import pytest
import rich.cells

from envdoctor.bench import table
from envdoctor.bench import text as bench_text
from envdoctor.bench.collect import measurement_of
from envdoctor.bench.explain import explained
from envdoctor.bench.measurement import Outcome
from envdoctor.bench.result import Series
from envdoctor.compare import text as diff_text
from envdoctor.compare.differences import compare
from envdoctor.compare.sides import Compared, Side
from envdoctor.examine import Options, judge_snapshot
from envdoctor.intake.read import read
from envdoctor.pins.formats import Answer
from envdoctor.pins.formats import text as pins_text
from envdoctor.pins.install import Target
from envdoctor.pins.recommend import recommend
from envdoctor.report import json
from envdoctor.report import text as report_text
from envdoctor.report.language import CHINESE, speaking
from envdoctor.setup.text import render_plan
from tests.bench.conftest import PASSING
from tests.pins.machines import machine
from tests.pseudo import pseudo
from tests.series_samples import LADDER, mapped
from tests.setup.test_setup_plan import RESOLVES, planned
from tests.setup.worlds import outside

SAY = pseudo()
REPORTS = Path(__file__).parent.parent / "reports"
PASTED = """\
RuntimeError: CUDA error: no kernel image is available for execution on the device
PyTorch version: 2.5.0+cu121
GPU 0: NVIDIA GeForce RTX 5090
"""


def series(width: int) -> str:
    made = (*LADDER, mapped("cuda:0", 0.1))
    told = explained(Series(preset="quick", python="p", verdict="PASS", reason="it works", measurements=made))
    return table.render(told, width=width)


def smoke(width: int) -> str:
    made = measurement_of("cpu", PASSING, {"import torch": 2.0}, None)
    outcome = Outcome(
        preset="smoke", python="p", verdict=made.verdict, reason="cpu: learns, and computes right",
        measurements=(made,), no_gpu="this torch is a CPU build", seconds=9.5,
    )  # fmt: skip
    return bench_text.render(outcome, width=width)


def differences(width: int) -> str:
    sound, broken = (json.load((REPORTS / f"{name}.json").read_bytes()) for name in ("sound", "broken"))
    sides = {"a": Side("sound.json", sound.created), "b": Side("broken.json", broken.created)}
    found = Compared(**sides, comparison=compare(sound.facts, broken.facts))
    return diff_text.render(found, width=width, everything=True)


def pins(width: int) -> str:
    described = machine("RTX 4090", driver="535.183.01", python="3.11")
    found = Answer(pins=recommend(described), machine=described, target=Target())
    return pins_text.render(found, width=width, explain=True)


def no_pins(width: int) -> str:
    described = machine("RTX 4090", driver="390.1", python="3.14")
    return pins_text.render(Answer(pins=recommend(described), machine=described, target=Target()), width=width)


def plan(width: int) -> str:
    return render_plan(planned(Path("/env"), outside(RESOLVES)), width=width)


def answer(width: int) -> str:
    return report_text.render(judge_snapshot(read(PASTED.encode()), Options()), width=width, verbose=True)


SHOWN: dict[str, Callable[[int], str]] = {
    one.__name__: one for one in (series, smoke, differences, pins, no_pins, plan, answer)
}


def wider(shown: str, width: int) -> list[str]:
    """Return the lines that pass the width, but those that are there to be pasted: commands and addresses."""
    found = [line for line in shown.splitlines() if rich.cells.cell_len(line) > width]
    return [line for line in found if not (line.isascii() and line.startswith("  ")) and "python -c" not in line]


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", SHOWN)
def test_no_line_of_wide_characters_passes_the_width(name: str, width: int) -> None:
    with speaking(CHINESE, SAY):
        shown = SHOWN[name](width)

    assert any("\N{FULLWIDTH LATIN SMALL LETTER A}" <= one <= "\N{FULLWIDTH LATIN SMALL LETTER Z}" for one in shown)
    assert wider(shown, width) == []


def test_a_line_that_is_too_wide_is_noticed() -> None:
    assert wider("\N{FULLWIDTH LATIN SMALL LETTER A}" * 21, 40)
