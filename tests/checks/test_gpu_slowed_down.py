from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Unknown
from envdoctor.findings import Finding, Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import RTX_3090, gpu_machine, judged

BUSY = replace(
    RTX_3090, utilisation_percent=98, performance_state=2, temperature_celsius=71, clock_mhz=1750, held_down_by=()
)


def ask(**facts: Any) -> list[Finding]:
    return judged("GPU006", gpu_machine(), gpus=(replace(BUSY, **facts),))


def test_a_power_brake_names_clocks_and_connectors() -> None:
    [found] = judged("GPU006", BROKEN["GPU006"])

    assert "hardware slowdown" in found.what
    assert "540 of 2100 MHz" in found.what
    assert "connectors" in found.fix.text
    assert found.evidence["gpus.0.utilisation_percent"] == 98


def test_heat_names_the_air() -> None:
    [found] = ask(held_down_by=("heat (hardware)",), temperature_celsius=93)

    assert "heat (hardware)" in found.what
    assert "air" in found.fix.text


def test_the_drivers_heat_control_counts_where_it_leaves_half_of_the_clock() -> None:
    [found] = ask(held_down_by=("heat (driver)",), clock_mhz=900)

    assert "heat (driver)): 900 of 2100 MHz" in found.what
    assert "air" in found.fix.text


def test_above_its_own_limit_it_is_too_hot_whatever_it_does() -> None:
    [found] = ask(temperature_celsius=96, utilisation_percent=0, held_down_by=("idle", "heat (hardware)"))

    assert found.what == "GPU 0 is at 96 °C; from 95 °C on it slows itself down."


@pytest.mark.parametrize(
    ("limit", "severity"), [(140.0, Severity.WARNING), (209.0, Severity.WARNING), (250.0, Severity.NOTE)]
)
def test_a_power_limit_far_below_the_usual_one(limit: float, severity: Severity) -> None:
    [found] = ask(power_limit_watts=limit)

    assert f"{limit:g} W" in found.what
    assert "350 W" in found.what
    assert found.severity is severity
    assert found.fix.commands == ("sudo nvidia-smi -i 0 -pl 350",)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="it computes at full speed"),
        pytest.param({"held_down_by": ("power cap",)}, id="a power cap under load is how GPUs work"),
        pytest.param({"held_down_by": ("heat (driver)", "power cap")}, id="the driver regulates by heat"),
        pytest.param({"held_down_by": ("heat (driver)",), "clock_mhz": None}, id="by how much is not known"),
        pytest.param({"held_down_by": ("heat (driver)",), "clock_mhz": 900, "utilisation_percent": 3}, id="it is idle"),
        pytest.param({"held_down_by": ("clocks set",)}, id="somebody fixed the clocks"),
        pytest.param({"held_down_by": ("idle", "power brake")}, id="idle"),
        pytest.param({"held_down_by": ("hardware slowdown",), "utilisation_percent": 3}, id="nearly idle"),
        pytest.param(
            {"held_down_by": ("hardware slowdown",), "utilisation_percent": Unknown("no")},
            id="nobody knows what it does",
        ),
        pytest.param({"held_down_by": None, "temperature_celsius": None}, id="a card that tells nothing"),
        pytest.param({"held_down_by": Unknown("refused")}, id="a reading that failed"),
        pytest.param({"temperature_celsius": 94}, id="warm, and below its limit"),
        pytest.param({"temperature_celsius": 60, "temperature_slowdown_celsius": 0}, id="a limit that is none"),
        pytest.param({"power_limit_watts": 320.0}, id="a little below the usual limit"),
        pytest.param({"power_limit_watts": 400.0}, id="above the usual limit"),
        pytest.param({"power_limit_watts": None}, id="no limit to tell"),
        pytest.param({"power_limit_default_watts": Unknown("no")}, id="nobody knows the usual limit"),
        pytest.param({"power_limit_watts": 0.0}, id="a limit of nothing is none"),
        pytest.param(
            {"name": "NVIDIA GeForce RTX 4060 Laptop GPU", "power_limit_watts": 40.0}, id="a laptop on battery"
        ),
        pytest.param({"problem": "GPU is lost", "temperature_celsius": 255}, id="GPU001 speaks of it"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not ask(**facts)
