from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Platform, Unknown
from tests.machines_broken import BROKEN
from tests.machines_snapshots import RTX_3090, gpu_machine, judged

BUSY = {"utilisation_percent": 97, "performance_state": 0}


def test_counts_the_lanes() -> None:
    [found] = judged("GPU007", BROKEN["GPU007"])

    assert found.what == "GPU 0 is connected by 1 of 16 PCIe lanes."
    assert found.evidence == {"gpus.0.pcie_width": 1, "gpus.0.pcie_width_max": 16}


def test_the_first_generation_under_load() -> None:
    [found] = judged("GPU007", gpu_machine(), gpus=(replace(RTX_3090, **BUSY),))

    assert "generation 1 of 4" in found.what
    assert found.evidence["gpus.0.utilisation_percent"] == 97


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="idle: the first generation is a rest"),
        pytest.param({"utilisation_percent": 97, "performance_state": 8}, id="at work a moment ago"),
        pytest.param(BUSY | {"pcie_generation": 4}, id="at work, and fast"),
        pytest.param(BUSY | {"pcie_generation": 1, "pcie_generation_max": 2}, id="a slot of the second generation"),
        pytest.param(BUSY | {"pcie_generation": Unknown("no")}, id="nobody knows the generation"),
        pytest.param({"pcie_width": 8}, id="eight lanes"),
        pytest.param({"pcie_width": 4}, id="four lanes, as in an external case"),
        pytest.param({"pcie_width": 1, "pcie_width_max": 1}, id="a card with one lane"),
        pytest.param({"pcie_width": 0}, id="no link at all is no answer"),
        pytest.param({"pcie_width": None, "pcie_width_max": None}, id="a GPU on no bus"),
        pytest.param({"pcie_width": 1, "problem": "GPU is lost"}, id="GPU001 speaks of it"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("GPU007", gpu_machine(), gpus=(replace(RTX_3090, **facts),))


@pytest.mark.parametrize("platform", [Platform("kvm", None, None), Platform(None, None, 2)])
def test_of_a_made_up_bus_it_is_silent(platform: Platform) -> None:
    assert not judged("GPU007", BROKEN["GPU007"], platform=platform)
