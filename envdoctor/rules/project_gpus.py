"""The GPUs that a program would get, and whether one of them suits a contract."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from envdoctor.compat import number
from envdoctor.facts import CannotTellError, Contract, Gpu, TorchDevice, TorchRun, Unknown
from envdoctor.rules.contract import SHOWN, size


class Card(msgspec.Struct, frozen=True):
    """A GPU, as far as contracts go. None: unknown."""

    name: str
    memory_bytes: int | None
    capability: str | None

    def suits(self, contract: Contract) -> bool | None:
        """Say whether it has what a contract asks of each GPU; None: it cannot be told."""
        answers = list(self._answers(contract))
        return False if False in answers else None if None in answers else True

    def _answers(self, contract: Contract) -> Iterator[bool | None]:
        if contract.gpu_memory_bytes is not None:
            yield None if self.memory_bytes is None else self.memory_bytes >= SHOWN * contract.gpu_memory_bytes
        if contract.gpu_capability is not None:
            yield None if self.capability is None else _at_least(self.capability, contract.gpu_capability)

    def said(self) -> str:
        """Name it with what is known."""
        memory = size(self.memory_bytes) if self.memory_bytes is not None else ""
        known = ", ".join(part for part in (memory, self.capability) if part)
        return f"{self.name} ({known})" if known else self.name


def cards(gpus: tuple[Gpu, ...] | Unknown, run: TorchRun | None | Unknown) -> list[Card]:
    """Return the GPUs that count: those that torch sees, else those that the driver lists.

    Raises:
        CannotTellError: neither was asked.
    """
    if isinstance(run, TorchRun) and run.devices:
        return [_card(device) for device in run.devices]
    if isinstance(gpus, Unknown):
        raise CannotTellError(f"gpus is unknown: {gpus.reason}")
    if isinstance(run, TorchRun) and run.device_count == 0 and run.available is False and run.failure is None:
        return []
    return [_card(gpu) for gpu in gpus]


def _card(gpu: Gpu | TorchDevice) -> Card:
    memory, capability = gpu.memory_total_bytes, gpu.compute_capability
    return Card(
        gpu.name if isinstance(gpu.name, str) else f"GPU {gpu.index}",
        memory if isinstance(memory, int) else None,
        capability if isinstance(capability, str) and number(capability) else None,
    )


def _at_least(capability: str, least: str) -> bool:
    return number(capability) >= number(least)
