"""Every recommendation over GPUs, drivers, Pythons and platforms, against the oracle."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envdoctor import compat
from envdoctor.data import branches, capabilities, gpus, releases
from envdoctor.pins.choice import Pins
from envdoctor.pins.describe import Words, describe
from envdoctor.pins.machine import Card, Machine, tegra
from envdoctor.pins.recommend import recommend
from envdoctor.pins.rules import RULES
from envdoctor.pins.search import best
from tests.pins.oracle import newest

PYTHONS = tuple(f"3.{minor}" for minor in range(6, 17))
MIXTURES = (
    ("6.1", "8.9"),
    ("7.0", "12.0"),
    ("6.1", "12.0"),
    ("3.7", "8.6"),
    ("7.5", "9.0"),
    ("5.2", "6.1", "7.0"),
)
CARDS = (*((one,) for one in capabilities()), *MIXTURES, ())
EDGES = (
    "450.80.01",
    "450.80.02",
    "452.38",
    "452.39",
    "525.60.12",
    "525.60.13",
    "527.41",
    "528.33",
    "579.99",
    "580",
    "999",
)
DRIVERS = tuple(sorted({*EDGES, *(f"{one.number}.10" for one in branches())}, key=compat.number))
PLATFORMS: dict[str, dict[str, Any]] = {
    "linux": {"os": "linux", "glibc": "2.35"},
    "old linux": {"os": "linux", "glibc": "2.17"},
    "aarch64": {"os": "linux", "arch": "aarch64", "glibc": "2.35"},
    "windows": {"os": "windows"},
    "wsl2": {"os": "wsl2", "glibc": "2.35"},
}


def made(
    described: dict[str, Any], cards: tuple[str, ...], driver: str | None, python: str
) -> tuple[Machine, dict[str, Any]]:
    jetson = any(one in tegra() for one in cards)
    plain = described | {"gpus": cards, "driver": driver, "python": python, "jetson": jetson}
    return Machine(**(plain | {"gpus": tuple(Card(f"GPU {one}", one) for one in cards)})), plain


def answer(machine: Machine) -> tuple[str, str] | None:
    found = best(machine)
    return None if found is None else (found[0].version, found[1].name)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_agrees_with_the_oracle_and_newer_drivers_do_no_harm(platform: str, python: str) -> None:
    for cards in CARDS:
        before: tuple[int, ...] = ()
        for driver in (*DRIVERS, None) if cards else (None,):
            machine, plain = made(PLATFORMS[platform], cards, driver, python)
            got, expected = answer(machine), newest(machine.platform, plain)
            if expected is None:
                assert got is None, machine
                continue
            assert got is not None, machine
            assert got[0] == expected[0], machine
            assert got[1] in expected[1], machine
            # A driver may be too new for a GPU; it never makes an older torch of a newer one.
            assert compat.number(got[0]) >= before, machine
            before = compat.number(got[0]) if driver else before


@pytest.mark.parametrize("driver", ["470.256.02", "535.183.01", "580.95.05", None])
def test_a_name_gets_the_answer_of_its_capability(driver: str | None) -> None:
    """So that what holds for all capabilities, drivers, Pythons and platforms holds for all names."""
    known: dict[tuple[str, ...], tuple[str, str] | None] = {}
    for gpu in gpus():
        arch = "aarch64" if any(one in tegra() for one in gpu.capabilities) else "x86_64"
        described = {"os": "linux", "arch": arch, "glibc": "2.35"}
        by_capability, _ = made(described, gpu.capabilities, driver, "3.12")
        if gpu.capabilities not in known:
            known[gpu.capabilities] = answer(by_capability)
        by_name = describe(Words(os="linux", arch=arch, glibc="2.35", driver=driver, gpus=(gpu.name,), python="3.12"))

        assert answer(by_name.machine) == known[gpu.capabilities], gpu.name


@pytest.mark.parametrize(
    "described",
    [
        {"os": "macos", "arch": "aarch64", "os_version": "15.1"},
        {"os": "macos", "arch": "aarch64", "os_version": "13.6"},
        {"os": "macos", "arch": "aarch64", "os_version": "10.15"},
        {"os": "macos", "os_version": "14.0"},
        {"os": "windows", "arch": "aarch64"},
        {"os": "linux", "arch": "riscv64", "glibc": "2.39"},
        {"os": "linux", "musl": True},
        {"os": "linux", "arch": "aarch64", "glibc": "2.17"},
        {"os": "linux", "glibc": "2.12"},
    ],
    ids=str,
)
@pytest.mark.parametrize("python", PYTHONS)
def test_machines_without_a_gpu(described: dict[str, Any], python: str) -> None:
    machine, plain = made(described, (), None, python)
    expected, got = newest(machine.platform, plain), recommend(machine)

    assert (got.torch if isinstance(got, Pins) else None) == (expected[0] if expected else None)


MACHINES = st.builds(
    made,
    st.sampled_from(list(PLATFORMS.values())),
    st.lists(st.sampled_from(list(capabilities())), max_size=3).map(tuple),
    st.one_of(st.none(), st.sampled_from(DRIVERS)),
    st.sampled_from(PYTHONS),
)


@given(MACHINES)
@settings(deadline=None)
def test_the_whole_answer_holds_together(pair: tuple[Machine, dict[str, Any]]) -> None:
    machine, plain = pair
    got, expected = recommend(machine), newest(machine.platform, plain)

    assert got.because
    rejected = {one.torch for one in got.rejected}
    if not isinstance(got, Pins):
        assert expected is None
        assert rejected == {one.version for one in releases()}
        assert {one.rule for one in got.rejected} <= {rule.__name__ for rule in RULES}
        return
    assert expected is not None
    assert (got.torch, got.variant in expected[1]) == (expected[0], True)
    assert got.torch not in rejected
    # Every newer release has its reason.
    assert {one.version for one in releases() if compat.number(one.version) > compat.number(got.torch)} <= rejected
    assert all(compat.number(way.torch) > compat.number(got.torch) for way in got.better)


@pytest.mark.parametrize("python", ["3.10", "3.12"])
@pytest.mark.parametrize("kind", capabilities().values(), ids=lambda kind: kind.capability)
def test_every_gpu_has_an_answer_or_a_reason(kind: Any, python: str) -> None:
    """With no driver yet, so with the best that there is for it."""
    arch = "aarch64" if kind.tegra else "x86_64"
    machine, _ = made({"os": "linux", "arch": arch, "glibc": "2.35"}, (kind.capability,), None, python)
    got = recommend(machine)

    has_builds = compat.number(kind.capability) >= (3, 7) and (not kind.tegra or kind.capability == "11.0")
    # GB10, Orin and their kin: aarch64 only, and there from 7.5 up.
    assert isinstance(got, Pins) == has_builds, got
    if not isinstance(got, Pins):
        assert any(kind.capability in line for line in got.because)
