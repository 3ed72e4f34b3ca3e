"""What PyPI can serve of the recommendations: its index has these versions, with wheels for these Pythons."""

import functools

import pytest

from envdoctor.data import Published
from envdoctor.pins.choice import Pins
from envdoctor.pins.index import Index, IndexUnavailableError, configured
from envdoctor.pins.machine import Machine
from envdoctor.pins.published import published
from envdoctor.pins.recommend import recommend
from tests.pins.machines import machine

MACHINES = [
    described
    for python in ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
    for described in (
        machine("RTX 4090", driver="580.95.05", python=python),
        machine("GH200", arch="aarch64", driver="580.95.05", python=python),
        machine(os="windows", python=python),
        machine(os="macos", arch="aarch64", os_version="15.1", python=python),
    )
]


@functools.cache
def on_pypi(package: str) -> dict[str, Published]:
    try:
        rows = published(package, Index(configured()), since="0.13", metadata=False)
    except IndexUnavailableError as error:
        return pytest.skip(str(error))
    return {version: row for row in rows for version in row.versions}


def has_wheel(package: str, version: str, described: Machine) -> bool:
    row = on_pypi(package)[version]
    wheel = row.wheels.get("any") or row.wheels[described.platform]
    return not wheel.python or any(
        tag == described.python_minor
        or (tag.startswith(">=") and int(described.python_minor[2:]) >= int(tag.rpartition(".")[2]))
        for tag in wheel.python
    )


@pytest.mark.slow
@pytest.mark.parametrize("described", MACHINES, ids=lambda one: f"{one.platform}-{one.python}")
def test_what_is_recommended_from_pypi_is_there(described: Machine) -> None:
    found = recommend(described)
    if not isinstance(found, Pins) or found.index is not None:
        return
    assert has_wheel("torch", found.torch, described)
    assert found.torchvision is None or has_wheel("torchvision", found.torchvision, described)
    assert found.torchaudio is None or has_wheel("torchaudio", found.torchaudio, described)
