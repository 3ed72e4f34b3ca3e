"""Messages of a pasted text, as checks ask for them. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from envdoctor.facts import Message, Unknown


class Told(msgspec.Struct, frozen=True):
    """A message, and the path at which it stands in the snapshot."""

    path: str
    message: Message

    @property
    def quote(self) -> str:
        """The message as it stands in a sentence, at most 160 characters."""
        text = self.message.text
        return f"“{text if len(text) <= 160 else text[:159] + '…'}”"  # noqa: PLR2004  # see above

    @property
    def evidence(self) -> dict[str, Any]:
        """What shows it: path → text."""
        return {f"{self.path}.text": self.message.text}

    def value(self, name: str) -> str | None:
        """Return what the message names under this name, or None."""
        return self.message.values.get(name)

    @property
    def confidence(self) -> str:
        """`proved` if a program printed it, `likely` if it stands in somebody's sentence."""
        return "proved" if self.message.output else "likely"


def told(messages: tuple[Message, ...] | Unknown, *signs: str) -> Told | None:
    """Return the first message that bears one of these signs, what a program printed before sentences; or None."""
    every = told_all(messages, *signs)
    return min(every, key=lambda one: not one.message.output, default=None)


def told_all(messages: tuple[Message, ...] | Unknown, *signs: str) -> list[Told]:
    """Return all messages that bear one of these signs, in the order of the text."""
    if isinstance(messages, Unknown):
        return []
    return [Told(f"messages.{at}", message) for at, message in enumerate(messages) if message.sign in signs]
