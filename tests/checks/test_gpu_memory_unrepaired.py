from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Unknown
from envdoctor.findings import Risk, Severity
from tests.machines_broken import BROKEN
from tests.machines_snapshots import RTX_3090, gpu_machine, judged

WAITING = BROKEN["GPU005"]
SOUND = replace(
    RTX_3090, remapped_rows=0, remapped_rows_pending=False, remapped_rows_failed=False, retired_pages_pending=False
)


def test_old_gpus_retire_pages() -> None:
    [found] = judged("GPU005", WAITING)

    assert found.what == "Bad memory of GPU 0 waits to be taken out of use."
    assert found.evidence == {"gpus.0.retired_pages_pending": True}
    assert found.severity is Severity.WARNING
    assert found.fix.risk is Risk.NEEDS_ROOT


def test_newer_ones_replace_rows() -> None:
    second = replace(SOUND, index=1, remapped_rows=1, remapped_rows_pending=True)

    [found] = judged("GPU005", WAITING, gpus=(SOUND, second))

    assert "GPU 1 waits" in found.what
    assert found.evidence == {"gpus.1.remapped_rows_pending": True}
    assert "sudo nvidia-smi --gpu-reset -i 1" in found.fix.commands


def test_without_a_spare_row_a_reset_does_not_help() -> None:
    worn = replace(SOUND, remapped_rows=8, remapped_rows_pending=True, remapped_rows_failed=True)

    [found] = judged("GPU005", WAITING, gpus=(worn,))

    assert "no spare row" in found.what
    assert not any("reset" in command for command in found.fix.commands)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"retired_pages": 7, "retired_pages_pending": False}, id="retired long ago: out of use"),
        pytest.param(
            {"remapped_rows": 3, "remapped_rows_pending": False, "remapped_rows_failed": False}, id="replaced long ago"
        ),
        pytest.param({"remapped_rows_pending": None, "retired_pages_pending": None}, id="a card without repair"),
        pytest.param(
            {"remapped_rows_pending": Unknown("refused"), "retired_pages_pending": Unknown("x")}, id="unknown"
        ),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("GPU005", gpu_machine(), gpus=(replace(SOUND, **facts),))


def test_without_a_gpu_it_is_silent() -> None:
    assert not judged("GPU005", gpu_machine(), gpus=())
