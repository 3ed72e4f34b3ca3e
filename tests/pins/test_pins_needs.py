"""Packages that have to go with torch: every recommendation holds by their own metadata, worked out once more."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from envdoctor import compat
from envdoctor.data import Package, Published, package, packages, release
from envdoctor.pins.choice import NoPins, Pins
from envdoctor.pins.machine import Machine
from envdoctor.pins.recommend import recommend
from envdoctor.pins.wishes import BadSpecifierError, names_in, wish_for
from tests.pins.machines import machine

TABLE = Path(__file__).resolve().parents[2] / "envdoctor" / "data" / "packages.json"
ROWS = {row["name"]: row for row in json.loads(TABLE.read_text(encoding="utf-8"))["packages"]}
R580 = "580.95.05"
ADA = machine("RTX 4090", driver=R580, python="3.11")


def pins(described: Machine, *needs: str, **wishes: Any) -> Pins:
    found = recommend(described, needs=needs, **wishes)
    assert isinstance(found, Pins), found
    return found


def no_pins(described: Machine, *needs: str, **wishes: Any) -> NoPins:
    found = recommend(described, needs=needs, **wishes)
    assert isinstance(found, NoPins), found
    return found


MACHINES = [
    machine(*gpus, driver=driver, python=python, **more)
    for gpus, driver in (
        ((), None),
        (("GTX 1080",), "535.183.01"),
        (("V100",), R580),
        (("T4",), "470.256.02"),
        (("RTX 4090",), "535.183.01"),
        (("A100",), R580),
        (("RTX 5090",), "570.133.07"),
    )
    for python in ("3.9", "3.12")
    for more in ({}, {"os": "windows"}, {"glibc": "2.17"})
]


def serves(tags: list[str], described: Machine) -> bool:
    """Say whether wheels with these tags are for a Python."""
    return not tags or any(
        tag == described.python_minor
        or (tag.startswith(">=") and compat.number(described.python) >= compat.number(tag))
        for tag in tags
    )


def holds(name: str, version: str, described: Machine, found: Pins) -> bool:
    """Say by the plain table whether a version of a package goes with a recommendation."""
    told = ROWS[name]
    [row] = [one for one in told["rows"] if version in one["versions"]]
    python, torch = row.get("python") or "", row.get("torch") or ""
    if f"{described.python_minor}.5" not in SpecifierSet(python) or found.torch not in SpecifierSet(torch):
        return False
    floors = [one for one in (told.get("capability_min"), row.get("capability_min")) if one]
    if any(compat.number(card.capability) < compat.number(floor) for card in described.cards for floor in floors):
        return False
    if (told.get("gpu") and not described.cards) or told.get("built"):
        return bool(described.cards) or not told.get("gpu")
    wheels = row.get("wheels", {})
    wheel = wheels.get("any", wheels.get(described.platform))
    wrong_cuda = row.get("cuda") and row["cuda"] != (found.cuda or "").partition(".")[0]
    if wheel is None or wrong_cuda or not serves(wheel.get("python", []), described):
        return False
    floor = wheel.get("floor") if described.platform.startswith("linux") else None
    return not floor or compat.number(described.glibc or "99") >= compat.number(floor)


@pytest.mark.parametrize("name", sorted(set(ROWS) - {"numpy", "triton"}))
def test_every_recommendation_holds_by_the_packages_own_metadata(name: str) -> None:
    for described in MACHINES:
        alone, found = recommend(described), recommend(described, needs=[name])
        if isinstance(found, NoPins):
            assert found.because
            continue
        [extra] = found.extras
        assert extra.version is not None
        assert holds(name, extra.version, described, found), (described, found)
        # A wish never gives a newer torch.
        assert isinstance(alone, Pins)
        assert compat.number(found.torch) <= compat.number(alone.torch)


@pytest.mark.parametrize("name", ["vllm", "torchtext"])
def test_no_newer_release_was_overlooked(name: str) -> None:
    for described in MACHINES:
        found = recommend(described, needs=[name])
        best = compat.number(found.torch) if isinstance(found, Pins) else ()
        for one in _candidates(described):
            if compat.number(one.torch) > best:
                versions = [version for row in ROWS[name]["rows"] for version in row["versions"]]
                assert not [version for version in versions if holds(name, version, described, one)], one


def _candidates(described: Machine) -> list[Pins]:
    """Return what runs there of each release, in the build that is preferred."""
    found = []
    for version in ("2.15.0", "2.14.1", "2.13.0", "2.10.0", "2.9.1", "2.5.1", "2.3.1"):
        one = recommend(described, torch=version)
        if isinstance(one, Pins):
            found.append(one)
    return found


@given(st.text(max_size=30))
@settings(deadline=None)
def test_any_text_is_a_need_or_one_line(text: str) -> None:
    try:
        recommend(ADA, needs=[text])
    except BadSpecifierError as error:
        said = (str(error).isprintable(), error.option)
    else:
        said = (True, "--need")

    assert said == (True, "--need")


@pytest.mark.parametrize(
    ("need", "word"),
    [
        ("numpy <", "no requirement"),
        ("", "no requirement"),
        ("python>=3.10", "--python"),
        ("driver>=535", "--driver"),
        ("x @ https://host/x.whl", "only a name and versions"),
        ("numpy; python_version<'3.9'", "only a name and versions"),
    ],
)
def test_what_is_no_need(need: str, word: str) -> None:
    with pytest.raises(BadSpecifierError, match=word) as caught:
        recommend(ADA, needs=[need])

    assert caught.value.option == "--need"


def test_several_in_one() -> None:
    assert names_in(["flash-attn,numpy>=1.26,<2, triton"]) == ["flash-attn", "numpy>=1.26,<2", "triton"]


def test_an_unknown_package_restricts_nothing_and_says_so() -> None:
    found = pins(ADA, "my-own-package>=3")

    assert found.torch == pins(ADA).torch
    assert found.extras[0].requirement == "my-own-package>=3"
    assert any("not known offline" in line for line in found.because)


def test_what_the_index_told_is_believed() -> None:
    mine = Package(
        name="mine", rows=(Published(versions=("1.0",), torch="==2.6.*", wheels={}, source=True),), built=True
    )
    found = recommend(ADA, needs=["mine"], known=[mine])

    assert isinstance(found, Pins)
    assert found.torch == "2.6.0"
    assert found.extras[0].requirement == "mine==1.0"


@pytest.mark.parametrize(
    ("described", "nvcc", "host"),
    [
        (machine("A100", driver=R580, python="3.11"), "nvcc of CUDA 13: 13.2", "GCC 10 to 15"),
        (machine("A100", driver="535.183.01"), "nvcc of CUDA 12: 12.6", "GCC 10 to 13"),
        (machine("RTX 5090", driver="570.133.07"), "12.8 or a newer 12.x", "GCC 9 to 14"),
        (machine("A100", driver="470.256.02"), "nvcc of CUDA 11: 11.8", "GCC 9 to 11"),
        (machine("RTX 4090", os="windows", driver="581.57"), "nvcc of CUDA 13: 13.0", "Visual Studio"),
    ],
)
def test_what_building_from_source_needs(described: Machine, nvcc: str, host: str) -> None:
    found = pins(described, "flash-attn")

    assert found.extras[0].built
    assert nvcc in found.build[0]
    assert host in found.build[1]


def test_building_without_a_gpu_needs_no_nvcc() -> None:
    [line] = pins(machine(), "torch-scatter").build

    assert "nvcc" not in line


@pytest.mark.parametrize(
    ("described", "need", "way"),
    [
        (machine("RTX 4090", driver="581.57", os="windows"), "vllm", "Under WSL 2: PyTorch 2.14.0 (cu130)"),
        (machine(python="3.13"), "numpy<2", "With Python 3.12: PyTorch 2.15.0 (cpu)"),
        (machine("RTX 5090", driver=R580), "cuda-toolkit==11.8", "Without --need cuda-toolkit==11.8"),
        (machine("GTX 1080", driver="535.1"), "triton", "Without --need triton: PyTorch 2.14.1 (cu126)"),
    ],
)
def test_the_nearest_way_out(described: Machine, need: str, way: str) -> None:
    assert any(str(one).startswith(way) for one in no_pins(described, need).ways_out)


def test_a_need_for_torch_is_a_wish_for_it() -> None:
    assert pins(ADA, "torch==2.6.0").torch == "2.6.0"
    assert pins(ADA, "torch<2.9", torch=">=2.7").torch == "2.8.0"


def test_wishes_that_contradict_each_other() -> None:
    found = no_pins(ADA, "torchvision==0.20.1", torch="2.6.0")

    assert any("torchvision" in line for line in found.because)
    assert {str(way).partition(":")[0] for way in found.ways_out} >= {
        "Without --need torchvision==0.20.1",
        "Without the wish for certain versions of torch",
    }


@pytest.mark.parametrize(
    ("needs", "numpy"), [(("numpy<2",), "<2"), (("numpy>=1.26,<2.3",), "<2.3,>=1.26"), (("numpy",), None)]
)
def test_the_wish_for_numpy_is_kept(needs: tuple[str, ...], numpy: str | None) -> None:
    assert pins(ADA, *needs).numpy == numpy


def test_numpy_of_an_old_build_and_of_a_wish() -> None:
    assert pins(ADA, "numpy>=1.24", torch="2.2.2").numpy == ">=1.24,<2"


def test_the_next_best_are_older_and_run_too() -> None:
    found = pins(machine("V100", driver=R580))

    assert [one.torch for one in found.others] == ["2.13.0", "2.12.1", "2.11.0", "2.10.0"]
    for one in found.others:
        assert pins(machine("V100", driver=R580), torch=one.torch).variant == one.variant


def test_every_row_is_read_and_sorted() -> None:
    for one in packages():
        assert package(one.name) is one
        versions = [version for row in one.rows for version in row.versions]
        assert len(set(versions)) == len(versions) > 0
        assert all(row.torch is None or SpecifierSet(row.torch) is not None for row in one.rows)


def test_every_torch_that_vllm_pins_is_known() -> None:
    vllm = package("vllm")
    assert vllm is not None
    pinned = {(row.torch or "").removeprefix("==") for row in vllm.rows}

    assert all(release(one) for one in pinned)


def test_an_empty_wish_allows_everything() -> None:
    assert wish_for().allows("2.15.0")
    assert wish_for().rules == ()
