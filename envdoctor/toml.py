"""TOML, from the standard library where it has it."""

from __future__ import annotations

import sys
from typing import Any


class BadTomlError(ValueError):
    """A text is no TOML. The message says what is wrong in which line."""


def loads(text: str) -> dict[str, Any]:
    """Read TOML.

    Raises:
        BadTomlError: it is none.
    """
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415  # seldom needed
    else:
        import tomli as tomllib  # noqa: PLC0415  # the same module, for Python 3.10
    try:
        value: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTomlError(str(error)) from None
    except RecursionError:
        raise BadTomlError("it is nested too deeply") from None
    return value
