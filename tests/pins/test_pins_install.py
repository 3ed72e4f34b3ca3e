"""The commands can be pasted, and the report's value has its shape."""

import json
import shlex
from typing import Any

import pytest

from envdoctor.facts import Host, Python, Snapshot, Torch, Unknown
from envdoctor.pins.choice import NoPins, Pins
from envdoctor.pins.install import Target, commands, report_value, target_of
from envdoctor.pins.recommend import recommend
from tests.pins.machines import machine

INDEX = "--index-url https://download.pytorch.org/whl/"
ADA_535 = machine("RTX 4090", driver="535.183.01")
ADA_580 = machine("RTX 4090", driver="580.65.06")


def pins(described: Any = ADA_535, torch: str | None = None) -> Pins:
    found = recommend(described, torch=torch)
    assert isinstance(found, Pins)
    return found


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target(python="/v/bin/python"), "/v/bin/python -m pip install"),
        (Target(python="/my env/bin/python"), "'/my env/bin/python' -m pip install"),
        (Target(python="/v/bin/python", uv=True), "uv pip install --python /v/bin/python"),
        (Target(python="/v/bin/python", pip=False), "uv pip install --python /v/bin/python"),
        (Target(python=r"C:\v\python.exe", windows=True), r"C:\v\python.exe -m pip install"),
        (Target(python=r"C:\my env\python.exe", windows=True), r'"C:\my env\python.exe" -m pip install'),
        (Target(python=r"C:\a&b\python.exe", windows=True), r'"C:\a&b\python.exe" -m pip install'),
    ],
)
def test_from_an_index(target: Target, expected: str) -> None:
    assert commands(pins(), target) == (f'{expected} "torch==2.14.1" "torchvision==0.29.1" {INDEX}cu126',)


def test_from_pypi_without_any_index() -> None:
    assert commands(pins(ADA_580)) == ('python -m pip install "torch==2.15.0" "torchvision==0.29.2"',)


def test_cpu_wheels_for_linux_have_an_index() -> None:
    assert commands(pins(machine())) == (f'python -m pip install "torch==2.15.0" "torchvision==0.29.2" {INDEX}cpu',)


@pytest.mark.parametrize(
    ("windows", "first", "then"),
    [
        (False, "'/opt/my python/python3' -m venv .venv", ".venv/bin/python -m pip install "),
        (True, '"/opt/my python/python3" -m venv .venv', r".venv\Scripts\python -m pip install "),
    ],
)
def test_a_system_python_gets_an_environment_first(*, windows: bool, first: str, then: str) -> None:
    made, install = commands(pins(), Target(python="/opt/my python/python3", managed=True, windows=windows))

    assert made == first
    assert install.startswith(then)


def test_an_old_numpy_comes_first_and_from_pypi() -> None:
    numpy, torch = commands(pins(machine(python="3.11"), "2.2"))

    assert numpy == 'python -m pip install "numpy<2"'
    assert "--index-url" in torch


@pytest.mark.parametrize(
    ("torch", "removes"),
    [
        ("2.14.1+cpu", True),
        ("2.14.1+cu130", True),
        ("2.14.1+cu126", False),
        ("2.14.1", False),
        ("2.13.0+cpu", False),
        (None, False),
    ],
)
def test_the_same_version_in_another_variant_is_removed(torch: str | None, *, removes: bool) -> None:
    lines = commands(pins(), Target(torch=torch))

    assert (lines[0] == "python -m pip uninstall -y torch torchvision") == removes
    assert len(lines) == 1 + removes


def test_uv_removes_too() -> None:
    assert (
        commands(pins(), Target(uv=True, torch="2.14.1+cpu"))[0] == "uv pip uninstall --python python torch torchvision"
    )


def test_without_a_torchvision_there_is_none_in_the_command() -> None:
    found = pins(machine(python="3.13", driver="580.1", gpus=ADA_580.gpus), "2.5.1")

    assert found.torchvision is None
    assert commands(found) == ('python -m pip install "torch==2.5.1"',)


@pytest.mark.parametrize("path", ["/a b/python", "/it's/python", "/$HOME/python", "/a;b/python", "/ü/python"])
def test_any_path_survives_the_shell(path: str) -> None:
    [line] = commands(pins(), Target(python=path))

    assert shlex.split(line)[:4] == [path, "-m", "pip", "install"]
    assert "torch==2.14.1" in shlex.split(line)


def seen(**python: Any) -> Snapshot:
    return Snapshot(host=Host("linux"), python=Python("/v/bin/python", **python), torch=Torch("2.15.0+cpu"))


@pytest.mark.parametrize(
    ("snapshot", "target"),
    [
        (seen(pip="24.0", kind="venv", externally_managed=False), Target(python="/v/bin/python", torch="2.15.0+cpu")),
        (seen(pip=None, kind="venv"), Target(python="/v/bin/python", pip=False, torch="2.15.0+cpu")),
        (seen(pip="24.0", kind="uv"), Target(python="/v/bin/python", uv=True, torch="2.15.0+cpu")),
        (seen(pip="24.0", kind="system"), Target(python="/v/bin/python", managed=True, torch="2.15.0+cpu")),
        (
            seen(kind="other", externally_managed=True),
            Target(python="/v/bin/python", managed=True, torch="2.15.0+cpu"),
        ),
        (Snapshot(host=Host("windows"), python=None), Target(windows=True)),
        (Snapshot(), Target()),
        (Snapshot(host=Unknown("?"), python=Python("python"), torch=None), Target()),
    ],
)
def test_targets(snapshot: Snapshot, target: Target) -> None:
    assert target_of(snapshot) == target


def test_the_value_in_a_report() -> None:
    value = report_value(pins(), Target(python="/v/bin/python"))

    assert json.loads(json.dumps(value)) == value
    assert list(value)[:4] == ["torch", "torchvision", "variant", "python"]
    assert (value["torch"], value["torchvision"], value["variant"], value["python"]) == (
        "2.14.1",
        "0.29.1",
        "cu126",
        "3.12",
    )
    assert value["install"] == list(commands(pins(), Target(python="/v/bin/python")))
    assert value["rejected"] == ["2.15.0: CUDA 13 needs driver 580 or newer, and this machine has 535.183.01."]
    assert any("525.60.13" in line for line in value["because"])


def test_the_value_without_a_recommendation() -> None:
    answer = recommend(machine("RTX 5090", driver="535.183.01"))
    value = report_value(answer)

    assert isinstance(answer, NoPins)
    assert (value["torch"], value["variant"], value["install"]) == (None, None, [])
    assert value["rejected"][0].startswith("1.13.0 to 2.15.0: ")
    assert any("With driver 580 or newer" in line for line in value["because"])


def test_reasons_are_capped() -> None:
    answer = recommend(machine("K80", driver="470.1", python="3.16", arch="aarch64"))
    lines = report_value(answer)["rejected"]

    assert len(lines) <= 7


@pytest.mark.parametrize(
    "described",
    [
        ADA_535,
        ADA_580,
        machine(),
        machine(os="macos"),
        machine(musl=True),
        machine("K80", driver="470.1", python="3.10"),
    ],
    ids=str,
)
def test_sentences_end_and_do_not_shout(described: Any) -> None:
    value = report_value(recommend(described))

    for line in [*value["because"], *value["rejected"]]:
        assert line[-1] == "." or line.startswith("and ")
        assert "!" not in line
