"""How the GPUs of a machine reach each other: asked last, pair by pair, for no reading of a GPU may wait for it."""

from __future__ import annotations

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST = 16
"""Of so many GPUs all pairs are asked: 120 pairs, three calls each."""
PATHS = {
    0: "same board",
    10: "one switch",
    20: "several switches",
    30: "host bridge",
    40: "same NUMA node",
    50: "across NUMA nodes",
}
"""NVML's levels of the topology."""
STATUS = {
    0: "ok",
    1: "chipset not supported",
    2: "GPU not supported",
    3: "topology not supported",
    4: "disabled",
    5: "not supported",
}
READ, NVLINK = 0, 2
"""NVML's kinds of peer access."""


def peers_of(nvml: Any, index: int, count: int, failed: Callable[[Exception], Any]) -> list[dict[str, Any]]:
    """Return what lies between a GPU and those behind it in the list.

    Args:
        nvml: the binding.
        index: of the GPU.
        count: of all GPUs.
        failed: turns an error into the reason why there is no answer.

    Raises:
        Exception: the GPU itself cannot be had.
    """
    mine = nvml.nvmlDeviceGetHandleByIndex(index)
    return [_pair(nvml, mine, other, failed) for other in range(index + 1, count)]


def _pair(nvml: Any, mine: Any, index: int, failed: Callable[[Exception], Any]) -> dict[str, Any]:
    def asked(call: Callable[[Any], Any]) -> Any:
        try:
            return call(nvml.nvmlDeviceGetHandleByIndex(index))
        except Exception as error:  # noqa: BLE001  # every answer may fail for itself
            return failed(error)

    def status(other: Any, kind: int) -> str:
        code = nvml.nvmlDeviceGetP2PStatus(mine, other, kind)
        return STATUS.get(code, f"status {code}")

    def path(other: Any) -> str:
        level = nvml.nvmlDeviceGetTopologyCommonAncestor(mine, other)
        return PATHS.get(level, f"level {level}")

    return {
        "index": index,
        "path": asked(path),
        "p2p": asked(lambda other: status(other, READ)),
        "nvlink": asked(lambda other: status(other, NVLINK) == STATUS[0]),
    }
