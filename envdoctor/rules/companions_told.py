"""What messages say of a package that is compiled against PyTorch. Pure."""

from __future__ import annotations

from envdoctor.facts import Message, Unknown
from envdoctor.rules.told import Told, told_all


def companion_told(messages: tuple[Message, ...] | Unknown, name: str) -> Told | None:
    """Return the message that says that this package belongs to another PyTorch or CUDA, or None."""
    found = told_all(messages, "companion-cuda-differs", "companion-requires-torch")
    return next((one for one in found if (one.value("package") or "").lower() == name), None)
