"""Driver branches and CUDA toolkits."""

from typing import Any

import pytest

from envdoctor.data import Branch, branch_of, branches, first_branch, last_branches, sources, toolkit, toolkits
from envdoctor.facts import Unknown
from tests.data.facts_folder import facts


def test_branches_are_the_source() -> None:
    said = facts("drivers.json")["branches"]

    assert [one.branch for one in branches()] == [one["branch"] for one in said]
    for mine, fact in zip(branches(), said, strict=True):
        assert mine.cuda == {"linux": fact["max_cuda_linux"], "windows": fact["max_cuda_windows"]}
        assert mine.note == fact["note"]
        life = {
            name: {"first": one.first, "eol": one.end, "latest_2026_08": one.latest} for name, one in mine.life.items()
        }
        assert life == (fact["lifecycle"] or {})


def test_last_branches_are_the_source() -> None:
    said = {
        one["architecture"]: one["last_branch"].split()[0]
        for one in facts("drivers.json")["last_branch_per_architecture"]
    }

    assert {one.architecture: one.branch for one in last_branches()} == said


def test_toolkits_are_the_source() -> None:
    said = facts("cuda_toolkits.json")

    assert [one.cuda for one in toolkits()] == [one["cuda"] for one in said]
    for mine, fact in zip(toolkits(), said, strict=True):
        compilers, code = fact.get("host_compilers", {}), fact.get("compute_capabilities", {})
        assert mine.gcc_max == compilers.get("max_gcc")
        assert mine.clang_max == compilers.get("max_clang")
        assert list(mine.msvc_years or ()) == compilers.get("msvc_years", [])
        assert [int(one.replace(".", "")) for one in mine.capabilities] == code.get("all", [])
        assert (mine.capability_max or "").replace(".", "") == str(code.get("max", ""))
        assert mine.cudnn == fact.get("cudnn")
        assert _words(mine.driver) == _words(fact.get("native_min_driver"))
        assert _words(mine.minor_driver) == _words(fact.get("minor_version_compat_min_driver"))
        assert len(mine.releases) == len(fact["releases"])


def _words(drivers: dict[str, Any] | None) -> dict[str, str]:
    """Leave out what explains the number."""
    return {name: text.split()[0] for name, text in (drivers or {}).items() if text}


def test_each_row_has_a_source() -> None:
    assert all(sources(one) for one in (*branches(), *toolkits(), *last_branches()))


@pytest.mark.parametrize(
    ("driver", "branch"),
    [
        ("390.157", "R390"),
        ("470.256.02", "R470"),
        ("475.14", "R470"),
        ("535.183.01", "R535"),
        ("539.72", "R535"),
        ("580.65.06", "R580"),
        ("582.78", "R580"),
        ("590.48.01", "R590"),
        ("615.71.09", "R615"),
        ("617.14", "R615"),
    ],
)
def test_a_branch_reaches_to_the_next(driver: str, branch: str) -> None:
    found = branch_of(driver)

    assert isinstance(found, Branch)
    assert found.branch == branch


def test_the_latest_drivers_belong_to_their_branches() -> None:
    for branch in branches():
        for life in branch.life.values():
            assert branch_of(life.latest) == branch


@pytest.mark.parametrize("driver", ["384.111", "700.1", "", "abc", "v580"])
def test_other_drivers_are_not_guessed(driver: str) -> None:
    assert isinstance(branch_of(driver), Unknown)


@pytest.mark.parametrize(
    ("capability", "branch"), [("12.0", "R570"), ("10.3", "R575"), ("9.0", "R520"), ("8.6", "R455"), ("7.5", "R410")]
)
def test_the_first_branch_that_knows_a_gpu(capability: str, branch: str) -> None:
    found = first_branch(capability)

    assert found is not None
    assert found.branch == branch


def test_nothing_is_said_of_a_gpu_of_the_future() -> None:
    assert first_branch("99.0") is None


@pytest.mark.parametrize(("version", "cuda"), [("12.6", "12.6"), ("12.6.85", "12.6"), ("13.0", "13.0")])
def test_toolkits_are_found_by_any_version(version: str, cuda: str) -> None:
    found = toolkit(version)

    assert found is not None
    assert found.cuda == cuda


def test_a_toolkit_that_is_not_there() -> None:
    assert toolkit("9.2") is None
