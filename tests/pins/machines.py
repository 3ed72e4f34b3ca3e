"""Machines in a few words."""

from typing import Any

from envdoctor.data import Gpu, gpu_by_name
from envdoctor.pins.machine import Card, Machine


def card(name: str) -> Card:
    found = gpu_by_name(name)
    assert isinstance(found, Gpu), name
    return Card(found.name, found.capabilities[0])


def machine(*gpus: str, driver: str | None = None, **more: Any) -> Machine:
    """A Linux machine with glibc 2.35 and Python 3.12, unless told otherwise."""
    values: dict[str, Any] = {"os": "linux", "python": "3.12", "driver": driver, "gpus": tuple(map(card, gpus))}
    if more.get("os", "linux") in ("linux", "wsl2") and not more.get("musl"):
        values["glibc"] = "2.35"
    return Machine(**(values | more))
