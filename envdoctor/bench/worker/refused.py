"""What the user gave cannot be used."""

from __future__ import annotations


class Skip(Exception):  # noqa: N818  # an answer
    """An experiment makes no sense on this machine or with this torch. The message says why."""


class Refused(Exception):  # noqa: N818  # it is no fault of the machine: what was asked for is refused
    """The message is for the user: one line with the option, what was expected and the cure."""


class Failed(Exception):  # noqa: N818  # a result
    """An experiment failed; the message says it all. `lines` are the last words of what failed."""

    def __init__(self, message: str, lines: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.lines = lines
