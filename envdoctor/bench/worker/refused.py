"""What the user gave cannot be used."""


class Refused(Exception):  # noqa: N818  # it is no fault of the machine: what was asked for is refused
    """The message is for the user: one line with the option, what was expected and the cure."""
