"""What is written is what its schema says: by an independent validator."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from msgspec.structs import replace

from envdoctor import schema
from envdoctor.cli.main import main
from envdoctor.cli.schema import NAMES
from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Snapshot
from envdoctor.lock import make_lock
from envdoctor.lock import render as render_lock
from envdoctor.report import json as json_format
from envdoctor.report.private import make_private
from tests.machines_broken import BROKEN
from tests.machines_random import machines
from tests.machines_snapshots import HEALTHY
from tests.report import samples

REPORTS = Path(__file__).parent.parent / "reports"
REPORT = jsonschema.Draft202012Validator(schema.report())
LOCK = jsonschema.Draft202012Validator(schema.lock())


def faults(validator: Any, text: str) -> list[str]:
    found = validator.iter_errors(json.loads(text))
    return [f"{'.'.join(map(str, one.absolute_path))}: {one.message[:200]}" for one in found]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(name: str) -> None:
    value = schema.SCHEMAS[name]()

    jsonschema.Draft202012Validator.check_schema(value)
    assert value["properties"]["schema"] == {"const": f"envdoctor/{name}/1"}
    assert set(NAMES) == set(schema.SCHEMAS)


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in sorted(REPORTS.glob("*.json"))])
def test_the_samples_are_as_their_schema_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    validators = {"envdoctor/report/1": REPORT, "envdoctor/lock/1": LOCK}
    validator = validators.get(json.loads(text).get("schema"))
    if validator is None:
        pytest.skip("another kind of file")

    assert faults(validator, text) == []


ALL = {name: make() for name, make in HEALTHY.items()} | BROKEN


@pytest.mark.parametrize("machine", [pytest.param(machine, id=name) for name, machine in ALL.items()])
def test_every_machine_s_report_and_lock(machine: Snapshot) -> None:
    report = judge_snapshot(machine, Options())

    assert faults(REPORT, json_format.render(report)) == []
    assert faults(REPORT, json_format.render(make_private(report))) == []
    assert faults(LOCK, render_lock(make_lock(report))) == []


@pytest.mark.parametrize("make", [samples.healthy_gpu, samples.clean_cpu, samples.broken, samples.huge])
def test_the_samples_of_the_tests(make: Callable[[], Any]) -> None:
    assert faults(REPORT, json_format.render(make())) == []


@settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(machines())
def test_a_report_about_any_machine(machine: Snapshot) -> None:
    report = replace(samples.clean_cpu(), facts=machine)

    assert faults(REPORT, json_format.render(report)) == []


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        pytest.param({"schema": "envdoctor/report/2"}, "schema", id="another version"),
        pytest.param({"findings": [{"code": "DRV002"}]}, "findings.0", id="half a finding"),
        pytest.param({"seconds": "1.9"}, "seconds", id="a number as text"),
        pytest.param({"facts": {"gpus": {"index": 0}}}, "facts.gpus", id="one where many are"),
        pytest.param({"facts": {"driver": {"version": {"unknown": "x", "or": 1}}}}, "facts.driver", id="four answers"),
    ],
)
def test_what_is_no_report_is_found(damage: dict[str, Any], says: str) -> None:
    value = json.loads(json_format.render(samples.clean_cpu())) | damage

    assert any(fault.startswith(says) for fault in faults(REPORT, json.dumps(value)))


def test_the_three_answers_are_three() -> None:
    value = json.loads(json_format.render(samples.clean_cpu()))
    for driver in (None, {"unknown": "no answer"}, {"version": "580.65.06"}):
        assert faults(REPORT, json.dumps({**value, "facts": {"driver": driver}})) == []


def test_fields_say_what_they_mean() -> None:
    driver = schema.report()["$defs"]["Driver"]

    assert "ceiling of features" in driver["properties"]["cuda"]["description"]
    assert driver["description"].startswith("The NVIDIA driver")


@pytest.mark.parametrize("name", NAMES)
def test_the_command_prints_it(name: str) -> None:
    shown = CliRunner().invoke(main, ["schema", name])

    assert shown.exit_code == 0
    assert json.loads(shown.stdout) == schema.SCHEMAS[name]()


def test_no_such_schema() -> None:
    assert CliRunner().invoke(main, ["schema", "pins"]).exit_code == 2
