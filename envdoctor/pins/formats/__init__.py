"""One file a format: each renders an `Answer` as text."""

from __future__ import annotations

import msgspec

from envdoctor.pins.choice import NoPins, Pins
from envdoctor.pins.install import Target
from envdoctor.pins.machine import Machine

FORMATS = ("text", "json", "requirements", "conda", "uv", "pylock", "dockerfile", "devcontainer")
IN_CONTAINERS = ("dockerfile", "devcontainer")
"""They are for Linux, whatever the machine is."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A recommendation, for whom it is, and what was taken for granted."""

    pins: Pins | NoPins
    machine: Machine | None
    """None: it could not be told."""
    target: Target
    assumed: tuple[str, ...] = ()
    examined: bool = False
    """It is this machine, and `target` its environment."""


def wanted(pins: Pins) -> tuple[str, ...]:
    """Return the requirements, "torch==2.14.1" first; a build from another index has its variant in the version."""
    variant = f"+{pins.variant}" if pins.index or pins.configured else ""
    vision = (f"torchvision=={pins.torchvision}",) if pins.torchvision else ()
    return f"torch=={pins.torch}{variant}", *vision, *((f"numpy{pins.numpy}",) if pins.numpy else ())


def heading(answer: Answer) -> tuple[str, ...]:
    """Return lines that say what a file of pins is for."""
    from envdoctor.data import DATE  # noqa: PLC0415  # `FORMATS` alone needs no tables

    pins, machine = answer.pins, answer.machine
    if isinstance(pins, NoPins) or machine is None:
        return ()
    driver = f" NVIDIA driver {pins.driver} or newer." if pins.driver else ""
    return (
        f"PyTorch {pins.torch} ({pins.variant}) for Python {pins.python} on {machine.platform}.{driver}",
        f"From envdoctor pins, data of {DATE}.",
    )
