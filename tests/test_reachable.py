"""Every check is reached: each has a machine, or a pasted text, on which its finding is the first."""

import ast
import importlib
from pathlib import Path

import pytest

from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Snapshot
from envdoctor.findings import Severity
from envdoctor.intake.read import read
from envdoctor.intake.signs import Sign, all_signs, find
from envdoctor.judge import judge
from envdoctor.registry import load_checks
from tests.machines_broken import BROKEN
from tests.machines_broken_python import BROKEN_PYTHON
from tests.machines_measured import MEASURED
from tests.machines_observed import OBSERVED, OBSERVED_MACHINES
from tests.test_every_check import assert_is_complete, assert_is_proved

TOP = Path(__file__).parent.parent
CHECKS = load_checks()
PASTES = ("machine", "run", "installation", "building")
PASTED: dict[str, str] = {}
for name in PASTES:
    PASTED |= importlib.import_module(f"tests.intake.pastes_{name}").PASTED

OF_A_PROJECT = "PRJ"
"""Reached by contracts and locks, in tests/contract."""


@pytest.mark.parametrize(("code", "machine"), [pytest.param(code, one, id=code) for code, one in BROKEN_PYTHON.items()])
def test_a_broken_environment_has_its_cause_named_first(code: str, machine: Snapshot) -> None:
    judgement = judge(machine, CHECKS)
    [found] = [found for found in judgement.findings if found.code == code]

    assert found.because_of is None
    assert judgement.primary == (code if found.severity is Severity.ERROR else None), judgement.primary


@pytest.mark.parametrize("code", list(PASTED))
def test_a_pasted_text_has_its_cause_named_first(code: str) -> None:
    report = judge_snapshot(read(PASTED[code].encode()), Options())
    codes = [found.code for found in report.findings]

    assert code in codes
    [found] = [found for found in report.findings if found.code == code]
    assert report.primary == (code if found.severity is Severity.ERROR else None), codes


@pytest.mark.parametrize(("code", "machine"), [pytest.param(c, one, id=c) for c, one in OBSERVED_MACHINES.items()])
def test_an_observed_script_has_its_bottleneck_named_alone(code: str, machine: Snapshot) -> None:
    findings = judge(machine, {name: check for name, check in CHECKS.items() if name.startswith("BEN")}).findings

    assert [found.code for found in findings] == [code]
    assert_is_complete(findings[0], machine)
    assert_is_proved(findings[0], machine)


@pytest.mark.parametrize(("code", "machine"), [pytest.param(code, one, id=code) for code, one in MEASURED.items()])
def test_a_measured_series_has_its_fault_named_alone(code: str, machine: Snapshot) -> None:
    findings = judge(machine, {name: check for name, check in CHECKS.items() if name.startswith("BEN")}).findings

    assert [found.code for found in findings] == [code]
    assert_is_complete(findings[0], machine)
    assert_is_proved(findings[0], machine)


def test_every_check_is_reached() -> None:
    ours = {code for code, check in CHECKS.items() if check.judge.__module__.startswith("envdoctor_checks.")}

    assert ours - BROKEN.keys() - BROKEN_PYTHON.keys() - OBSERVED.keys() - MEASURED.keys() - PASTED.keys() == {
        code for code in ours if code.startswith(OF_A_PROJECT)
    }


@pytest.mark.parametrize("sign", [pytest.param(sign, id=f"{at}-{sign.name}") for at, sign in enumerate(all_signs())])
def test_a_sign_is_borne_by_its_example(sign: Sign) -> None:
    example = " ".join(sign.example.split())

    assert sign.word == sign.word.lower()
    assert sign.word in example.lower()
    assert sign.name in {place.sign for place in find(example, (sign,))}


def test_every_sign_is_asked_for() -> None:
    """A sign that no check asks for would be a message that is recognised and then forgotten."""
    sources = [*(TOP / "checks").glob("*.py"), *(TOP / "envdoctor" / "rules").glob("*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    words = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    assert {sign.name for sign in all_signs()} <= words
