from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import GpuProcess, Unknown
from envdoctor.findings import Severity
from tests.machines_snapshots import GIB, RTX_3090, gpu_machine, judged

FULL = replace(RTX_3090, memory_used_bytes=23 * GIB)


def test_a_full_gpu_leaves_no_room() -> None:
    [found] = judged("GPU004", gpu_machine(), gpus=(FULL,))

    assert "1 of 1 GPUs: GPU 0 (23.0 of 24.0 GiB, 96%)" in found.what
    assert found.severity is Severity.WARNING


def test_another_gpu_may_be_free() -> None:
    [found] = judged("GPU004", gpu_machine(), gpus=(FULL, replace(RTX_3090, index=1)))

    assert found.severity is Severity.NOTE
    assert "CUDA_VISIBLE_DEVICES=1" in found.fix.text


def test_says_who_holds_it() -> None:
    mine, xorg = GpuProcess(4711, 21 * GIB, "python3"), GpuProcess(1201, GIB, Unknown("refused"))
    untold = GpuProcess(3, None, "ghost")
    gpu = replace(FULL, processes=(untold, mine), graphics_processes=(xorg, mine))

    [found] = judged("GPU004", gpu_machine(), gpus=(gpu,))

    assert found.why.endswith("Of GPU 0 it is held by python3 4711 (21.0 GiB), process 1201 (1.0 GiB).")


@pytest.mark.parametrize(
    ("used", "total"),
    [
        pytest.param(GIB, 24 * GIB, id="nearly empty"),
        pytest.param(9 * GIB, 10 * GIB, id="90 per cent exactly"),
        pytest.param(int(1.5 * GIB), 2 * GIB, id="a small card that also shows the desktop"),
        pytest.param(None, None, id="memory that is shared with the host is not told"),
        pytest.param(Unknown("no"), 24 * GIB, id="nobody could tell"),
        pytest.param(0, 0, id="no memory of its own"),
        pytest.param(2**64 - 1, 24 * GIB, id="more than there is: rubbish"),
    ],
)
def test_stays_silent(used: Any, total: Any) -> None:
    gpu = replace(RTX_3090, memory_used_bytes=used, memory_total_bytes=total)

    assert not judged("GPU004", gpu_machine(), gpus=(gpu,))


def test_no_gpu_is_not_full() -> None:
    assert not judged("GPU004", gpu_machine(), gpus=())
