"""What runs where, worked out once more from the tables as plain JSON: slowly, and in another way.

It shares no code with envdoctor.pins: it parses versions itself, has the driver floors and the rules of binary
compatibility written out, and tries every build of every release.
"""

import functools
import itertools
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "envdoctor" / "data"
RELEASES = json.loads((FOLDER / "releases.json").read_text(encoding="utf-8"))["releases"]
GPUS = json.loads((FOLDER / "gpus.json").read_text(encoding="utf-8"))
BRANCHES = json.loads((FOLDER / "drivers.json").read_text(encoding="utf-8"))["branches"]

FLOOR = {
    "linux": {"11": "450.80.02", "12": "525.60.13", "13": "580"},
    "windows": {"11": "452.39", "12": "528.33", "13": "580"},
}
KINDS = {row["capability"]: row for row in GPUS["capabilities"]}
JETSON = {"5.3", "6.2", "7.2", "8.7", "11.0"}
NO_OPEN_MODULES = {"Maxwell", "Pascal", "Volta"}


@functools.cache
def parts(version: str) -> tuple[int, ...]:
    return tuple(int(word) for word in version.split("."))


@functools.cache
def at_least(version: str, floor: str) -> bool:
    """Compare part by part; parts that are not there count as zero."""
    for mine, other in itertools.zip_longest(parts(version), parts(floor), fillvalue=0):
        if mine != other:
            return mine > other
    return True


@functools.cache
def branch_number(driver: str) -> int:
    major = int(driver.split(".", 1)[0])
    starts = [int(row["branch"].lstrip("R")) for row in BRANCHES]
    below = [start for start in starts if start <= major]
    return major if not below or major >= max(starts) + 5 else max(below)


@functools.cache
def first_driver(capability: str) -> int:
    """Return the first branch whose CUDA can make code for a GPU."""
    for row in BRANCHES:
        if at_least(row["cuda"]["linux"], KINDS[capability]["first_cuda"]):
            return int(row["branch"].lstrip("R"))
    raise AssertionError(capability)


def last_driver(capability: str) -> int:
    return int(KINDS[capability].get("last_branch", "R99999").lstrip("R"))


def executes(capability: str, code: list[str]) -> bool:
    """Machine code runs on its own major capability from its minor on; on a Jetson only on its own."""
    if capability in JETSON:
        return capability in code
    major, minor = capability.split(".")
    return any(one.split(".")[0] == major and int(one.split(".")[1]) <= int(minor) for one in code)


def runs(platform: str, described: dict[str, Any], release: dict[str, Any], variant: dict[str, Any]) -> bool:
    """Say whether a build runs: `described` has the words of a Machine, in plain values."""
    if platform not in release["platforms"] or described.get("musl") or not variant["verified"]:
        return False
    return (
        _installs(described, release["platforms"][platform], variant)
        and _driven(described, variant)
        and _computes(described, variant)
    )


def _installs(described: dict[str, Any], wheels: dict[str, Any], variant: dict[str, Any]) -> bool:
    python = ".".join(described["python"].split(".")[:2])
    oldest, newest = wheels["python"] if variant["index"] == "pypi" else wheels["index_python"]
    if not at_least(python, oldest) or not at_least(newest, python):
        return False
    mine = described.get("glibc") or described.get("os_version")
    floor = wheels.get("floors", {}).get(python) or wheels.get("floor")
    return not (mine and floor) or at_least(mine, floor)


def _driven(described: dict[str, Any], variant: dict[str, Any]) -> bool:
    cards, driver = described["gpus"], described["driver"]
    if not cards:
        return str(variant["name"]) == "cpu"
    if variant["name"] == "cpu":
        return False
    firsts, lasts = [first_driver(one) for one in cards], [last_driver(one) for one in cards]
    if max(firsts) > min(lasts):
        return False
    kinds = {KINDS[one]["architecture"] for one in cards}
    if described["os"] == "linux" and "Blackwell" in kinds and kinds & NO_OPEN_MODULES:
        return False
    whose = "windows" if described["os"] in ("windows", "wsl2") else "linux"
    floor = FLOOR[whose][variant["name"][2:4]]
    if driver is None:  # whichever can be installed: the last that knows them all
        return min(lasts) >= parts(floor)[0]
    return at_least(driver, floor) and parts(driver)[0] >= max(firsts) and branch_number(driver) <= min(lasts)


def _computes(described: dict[str, Any], variant: dict[str, Any]) -> bool:
    cards = described["gpus"]
    if described.get("jetson") and not all(one in variant.get("arch", []) for one in cards):
        return False
    cudnn = variant.get("cudnn")
    for one in cards:
        if not executes(one, variant.get("arch", [])):
            return False
        if cudnn and at_least(cudnn, "8.9.5") and parts(one)[0] < 5:
            return False
        if cudnn and at_least(cudnn, "9.11") and not at_least(one, "7.5"):
            return False
    return True


@functools.cache
def _ordered() -> tuple[dict[str, Any], ...]:
    return tuple(sorted(RELEASES, key=lambda row: parts(row["version"]), reverse=True))


def newest(platform: str, described: dict[str, Any]) -> tuple[str, set[str]] | None:
    """Return the newest release of which a build runs, and all its builds that do; None: no release has one."""
    for release in _ordered():
        wheels = release["platforms"].get(platform, {"variants": []})
        fitting = {one["name"] for one in wheels["variants"] if runs(platform, described, release, one)}
        if fitting:
            return release["version"], fitting
    return None
