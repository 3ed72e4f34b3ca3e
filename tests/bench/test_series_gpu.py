"""Series on a GPU with a scripted worker and the fake NVML: what is sampled beside it, and what is not."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from envdoctor.bench import csv, table
from envdoctor.bench.experiments import Experiment
from envdoctor.bench.plan import Planned, Sizes
from envdoctor.bench.result import Series
from envdoctor.bench.series import SeriesOptions, run_series
from tests.rig.libraries import Libraries
from tests.rig.machines import Machine, cards

pytestmark = pytest.mark.slow

WORKER = """
if options["look_for_gpus"]:
    say(gpus=["NVIDIA A100"], no_gpu=None)
say(pid=os.getpid(), threads_reason="", data=passing["data"])
for one in options["requests"]:
    say(begun=[one["name"], one["device"]])
    say(device_name="NVIDIA A100", card={"uuid": "00000000-0000-0000-0000-000000000001", "pci": None}, before={})
    say(settings={"batch": 4})
    for number in range(6):
        for side in ("reference", "this"):
            time.sleep(0.4)
            say(window={"side": side, "round": number, "steps": 10, "images": 40, "seconds": 0.4, "cpu_seconds": 0.1,
                        "step": [0.04] * 10})
    say(ended={"verdict": "DONE", "seconds": 5.0, "after": {}})
say(stage="end", done=True)
"""
IDLE, BUSY = cards(2)
PAIR = (
    msgspec.structs.replace(IDLE, utilisation=0, power=50_000),
    msgspec.structs.replace(BUSY, utilisation=93, power=300_000, energy=7, reasons=4),
)


@pytest.fixture
def run(
    tmp_path: Path, libraries: Libraries, python_that: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Series]:
    def go(faults: dict[str, str] | None = None, **more: Any) -> Series:
        built = Machine(cards=PAIR, faults=faults or {}, **more).build(tmp_path / "machine", libraries)
        for name in ("LD_LIBRARY_PATH", "ENVDOCTOR_RIG"):
            monkeypatch.setenv(name, built.environment()[name])
        one = Experiment(name="ladder.x", changes="", held="", question="", reference={"batch": 8})
        options = SeriesOptions(
            preset="quick", plan=(Planned(one, 0.0, 1.0),), device="cuda", state=tmp_path / "state", sampling=0.1,
            sizes=Sizes(rounds=6, window_seconds=0.4, epochs=0),
        )  # fmt: skip
        return run_series(python_that(WORKER), options)

    return go


def test_the_card_that_torch_uses_is_sampled_while_it_works(run: Callable[..., Series]) -> None:
    series = run()
    [result] = series.measurements
    usage = result.usage

    assert result.verdict == "DONE"
    assert usage is not None
    assert usage.unknown == {}
    assert usage.found_by == "UUID"
    assert usage.covers == "windows"
    assert usage.level("gpu_percent").mean == 93  # type: ignore[union-attr]
    assert usage.held_down_by == {"power cap": 1.0}
    # 300 W in six windows of 0.4 s, and 240 images in them; a busy machine is late now and then.
    assert usage.energy_joules == pytest.approx(300 * 2.4, rel=0.15)
    assert usage.energy_joules_per_image == pytest.approx(300 * 2.4 / 240, rel=0.15)
    assert set(usage.curves) >= {"gpu_percent", "power_watts", "cpu_percent"}
    assert "GPU 93 % (93); its memory 0 % (0); power 300 W (300)" in table.render(series, width=200)
    row = dict(zip(*(line.split(",") for line in csv.render(series).splitlines()), strict=True))
    assert row["gpu_utilisation_max"] == "93"
    assert row["power_watts_mean"] == "300"
    assert row["throttle_reasons"] == "power cap 1"
    assert float(row["energy_joules_per_epoch"]) == pytest.approx(300 * 2.4 / 240 * 10_000, rel=0.15)


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        pytest.param({"nvmlInitWithFlags": "hang"}, "nvmlInit", id="NVML hangs"),
        pytest.param({"nvmlDeviceGetHandleByUUID": "hang-hard"}, "nvmlDeviceGetHandleByUUID", id="the GPU hangs"),
        pytest.param({"nvmlDeviceGetUtilizationRates": "segfault"}, "SIGSEGV", id="NVML crashes"),
        pytest.param({"nvmlInitWithFlags": "return 9"}, "Driver Not Loaded", id="no driver"),
    ],
)
def test_a_sick_nvml_neither_delays_nor_ends_a_run(
    run: Callable[..., Series], faults: dict[str, str], reason: str
) -> None:
    began = time.monotonic()
    series = run(faults)
    [result] = series.measurements

    assert result.verdict == "DONE"
    assert len(result.windows) == 12
    assert result.usage is not None
    assert reason in result.usage.unknown["gpu"]
    assert result.usage.level("gpu_percent") is None
    assert result.usage.level("cpu_percent") is not None
    assert reason in table.render(series, width=300)
    assert time.monotonic() - began < 60  # 5 s of work; a hang would never end
