"""What a pasted text complains of, as checks ask for it: how many kinds of signs agree. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from envdoctor.facts import Message, Torch, TorchRun, Unknown
from envdoctor.findings import Severity
from envdoctor.rules.told import Told, told, told_all

WORDS, HINT, CODE, FIGURES = "words", "hint", "code", "figures"
KINDS = (WORDS, HINT, CODE, FIGURES)
"""The last word of a sign: a sentence that names slowness and its cause; one that names slowness alone; a line of
pasted code; figures set against each other."""

NO_GPU = (
    "TOR051", "TOR003", "DRV051", "DRV002", "DRV052", "DRV007", "DRV053", "DRV004", "DRV054", "GPU055", "GPU063",
    "TOR004", "ENV001", "ENV061", "VIR001", "VIR051", "VIR052", "VIR055", "VIR054", "DRV008", "DRV056", "VIR004",
    "VIR005", "VIR006", "VIR053", "GPU062", "TOR005", "DRV011", "DRV059", "DRV010", "DRV057", "DRV058", "DRV055",
    "TOR007", "DRV012", "GPU051", "GPU052", "TOR011", "GPU003", "GPU053",
)  # fmt: skip
"""Checks whose findings keep a program from the GPU: whatever is slow then, is slow because of them."""
SLOWING = (*NO_GPU, "GPU054", "ENV006", "SYS002")
"""The same, and what makes every program slow: a GPU taken by others, debugging left on, threads beyond the CPUs."""


class Complaint(msgspec.Struct, frozen=True):
    """What a text complains of, with everything that agrees with it."""

    first: Told
    """The sentence that says it best."""
    agreeing: tuple[Told, ...]
    """One sign of each kind."""

    @property
    def quote(self) -> str:
        """The sentence as it stands in another."""
        return self.first.quote

    @property
    def severity(self) -> Severity:
        """A note where slowness alone is told: it has many causes."""
        return Severity.NOTE if _kinds(self.agreeing) == {HINT} else Severity.WARNING

    @property
    def confidence(self) -> str:
        """`proved` where sentence and figures agree, for then somebody has measured it, or a program printed it."""
        return "proved" if {WORDS, FIGURES} <= _kinds(self.agreeing) else self.first.confidence

    @property
    def evidence(self) -> dict[str, Any]:
        """What shows it: path → text."""
        return {path: text for one in self.agreeing for path, text in one.evidence.items()}


def complained(messages: tuple[Message, ...] | Unknown, cause: str) -> Complaint | None:
    """Return what a text complains of where it speaks for this cause; or None.

    A hint counts where the text names the cause of no slowness at all.
    """
    kinds = {kind: told_all(messages, f"{cause} {kind}") for kind in KINDS}
    if not kinds[WORDS] and (not kinds[HINT] or _named(messages)):
        return None
    agreeing = tuple(found[0] for found in kinds.values() if found)
    return Complaint(agreeing[0], agreeing)


def told_or_complained(messages: tuple[Message, ...] | Unknown, cause: str, *signs: str) -> Complaint | None:
    """Return the first message that bears one of these signs with the complaints that agree, or these alone."""
    found, complaint = told(messages, *signs), complained(messages, cause)
    if found is None:
        return complaint
    return Complaint(found, (found, *(complaint.agreeing if complaint else ())))


def gpu_computes(torch: Torch | None | Unknown, run: TorchRun | None | Unknown) -> bool:
    """Say whether the GPU can be what is slow: not where PyTorch is known to see none."""
    if isinstance(torch, Torch) and torch.build == "cpu":
        return False
    return not (isinstance(run, TorchRun) and run.available is False)


def _named(messages: tuple[Message, ...] | Unknown) -> bool:
    return not isinstance(messages, Unknown) and any(one.sign.endswith(f" {WORDS}") for one in messages)


def _kinds(agreeing: tuple[Told, ...]) -> set[str]:
    return {one.message.sign.rpartition(" ")[2] for one in agreeing}
