"""What the user gave cannot be used."""


class Skip(Exception):  # noqa: N818  # an answer
    """An experiment makes no sense on this machine or with this torch. The message says why."""


class Refused(Exception):  # noqa: N818  # it is no fault of the machine: what was asked for is refused
    """The message is for the user: one line with the option, what was expected and the cure."""
