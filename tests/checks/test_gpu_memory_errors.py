from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Unknown
from envdoctor.findings import Severity
from tests.machines_snapshots import RTX_3090, gpu_machine, judged


def test_counts_them() -> None:
    gpus = (replace(RTX_3090, ecc_uncorrected=0), replace(RTX_3090, index=1, ecc_uncorrected=12))

    [found] = judged("GPU002", gpu_machine(), gpus=gpus)

    assert "1 of 2" in found.what
    assert "GPU 1: 12" in found.what
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(0, id="none"),
        pytest.param(None, id="a card without ECC"),
        pytest.param(Unknown("not supported"), id="nobody could tell"),
    ],
)
def test_stays_silent(count: Any) -> None:
    assert not judged("GPU002", gpu_machine(), gpus=(replace(RTX_3090, ecc_uncorrected=count),))


def test_no_gpu_has_no_errors() -> None:
    assert not judged("GPU002", gpu_machine(), gpus=())
