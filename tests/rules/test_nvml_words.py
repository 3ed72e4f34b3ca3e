from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import NvidiaSmi, Unknown
from envdoctor.rules.nvml_words import nvml_refusal
from tests.machines_snapshots import R580

NOT_LOADED = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that …"
FAILS = NvidiaSmi("/usr/bin/nvidia-smi", exit_code=9, message=NOT_LOADED)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"nvml": 9}, (9, {"driver.nvml": 9})),
        ({"nvml": 18, "smi": FAILS}, (18, {"driver.nvml": 18})),
        ({"nvml": None, "smi": FAILS}, (9, {"driver.smi.message": NOT_LOADED})),
        ({"nvml": Unknown("file too short"), "smi": FAILS}, (9, {"driver.smi.message": NOT_LOADED})),
        ({"nvml": 0, "smi": FAILS}, None),
        ({"nvml": None, "smi": None}, None),
        ({"nvml": None}, None),
        ({"nvml": None, "smi": replace(FAILS, message="No devices were found")}, None),
    ],
)
def test_nvmls_own_code_counts_before_the_words_of_a_program(facts: dict[str, Any], said: object) -> None:
    assert nvml_refusal(replace(R580, **facts)) == said
