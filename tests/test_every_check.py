"""What must hold for every check that is registered: a new file is covered the moment it is saved."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from msgspec import Struct
from msgspec.structs import replace

from envdoctor.causes import CAUSES
from envdoctor.examine import ON_REQUEST
from envdoctor.facts import CannotTellError, Snapshot, Unknown
from envdoctor.findings import Check, Finding, Severity
from envdoctor.groups import GROUPS
from envdoctor.judge import judge
from envdoctor.registry import load_checks
from tests.machines_broken import BROKEN
from tests.machines_random import UNKNOWN, machines
from tests.machines_snapshots import HEALTHY

TOP = Path(__file__).parent.parent
CHECKS = load_checks()
OURS = {code: check for code, check in CHECKS.items() if check.judge.__module__.startswith("envdoctor_checks.")}
SHARED = TOP.parent / "shared" / "corpus" / "causes.md"
"""The list of causes that the vocabulary began with, where it lies beside the checkout."""

each = pytest.mark.parametrize("check", [pytest.param(check, id=code) for code, check in CHECKS.items()])
each_of_ours = pytest.mark.parametrize("check", [pytest.param(check, id=code) for code, check in OURS.items()])


@each_of_ours
def test_its_code_is_of_a_known_group(check: Check) -> None:
    assert re.fullmatch(r"[A-Z]{3}\d{3}", check.code)
    assert check.code[:3] in GROUPS


@each_of_ours
def test_its_file_has_its_name(check: Check) -> None:
    assert check.judge.__module__ == f"envdoctor_checks.{check.name}"
    assert (TOP / "checks" / f"{check.name}.py").is_file()


@each_of_ours
def test_it_has_tests_of_its_own(check: Check) -> None:
    text = (TOP / "tests" / "checks" / f"test_{check.name}.py").read_text(encoding="utf-8")

    assert f'"{check.code}"' in text
    assert "silent" in text


@each
def test_it_explains_itself(check: Check) -> None:
    first, blank, *rest = check.doc.split("\n")

    assert re.fullmatch(r"\S.{10,110}\.", first), "the first line is one sentence"
    assert blank == ""
    assert len([part for part in "\n".join(rest).split("\n\n") if part.strip()]) >= 3, "why, how to mend it, source"
    assert "\nHow to mend it: " in check.doc
    assert "\nSource: " in check.doc
    assert "!" not in re.sub(r'".*?"', "", check.doc, flags=re.DOTALL), "only messages that are quoted may shout"


@each
def test_its_facts_exist(check: Check) -> None:
    assert check.facts
    assert set(check.facts) <= set(Snapshot.__struct_fields__)


@each
def test_its_cause_is_in_the_vocabulary(check: Check) -> None:
    assert check.cause in CAUSES


@each
def test_it_is_skipped_while_a_fact_is_unknown(check: Check) -> None:
    for name in check.facts:
        for make in HEALTHY.values():
            blind = replace(make(), **{name: UNKNOWN})
            found = judge(blind, {check.code: check})

            assert not [left for left in found.not_checked if "itself failed" in left.reason]
            if name not in check.tolerates:
                assert not found.findings
                assert [left.code for left in found.not_checked] == [check.code]


@each
def test_it_can_tell_nothing_of_a_machine_that_nobody_saw(check: Check) -> None:
    assert not judge(Snapshot(), {check.code: check}).findings


@each
@pytest.mark.parametrize("machine", [pytest.param(make(), id=name) for name, make in HEALTHY.items()])
def test_it_accuses_no_sound_machine(check: Check, machine: Snapshot) -> None:
    assert not judge(machine, {check.code: check}).findings


@pytest.mark.parametrize("machine", [pytest.param(make(), id=name) for name, make in HEALTHY.items()])
def test_the_sound_machines_are_known_completely(machine: Snapshot) -> None:
    seen = [value for name, value in machine if name not in ON_REQUEST]

    assert "not asked" not in {value.reason for value in seen if isinstance(value, Unknown)}


@pytest.mark.parametrize(("code", "machine"), [pytest.param(code, made, id=code) for code, made in BROKEN.items()])
def test_a_broken_machine_has_its_cause_named_first(code: str, machine: Snapshot) -> None:
    judgement = judge(machine, CHECKS)
    [found] = [found for found in judgement.findings if found.code == code]

    assert found.because_of is None
    assert found.cause in CAUSES
    assert judgement.primary == (code if found.severity is Severity.ERROR else None)


def test_every_check_of_the_machine_has_a_broken_one() -> None:
    groups = ("VIR", "GPU", "DRV", "SYS", "ENV", "TKT")

    assert set(BROKEN) == {code for code, check in OURS.items() if code[:3] in groups and not reads_messages(check)}


@each
def test_what_explains_it_exists(check: Check) -> None:
    assert set(check.because_of) <= set(CHECKS)
    assert check.code not in check.because_of


def test_explanations_do_not_go_in_circles() -> None:
    seen: dict[str, bool] = {}

    def walk(code: str, path: tuple[str, ...]) -> None:
        assert code not in path, f"{' because of '.join((*path, code))}"
        if code in seen:
            return
        for earlier in CHECKS[code].because_of if code in CHECKS else ():
            walk(earlier, (*path, code))
        seen[code] = True

    for code in CHECKS:
        walk(code, ())


@pytest.mark.parametrize("machine", [pytest.param(made, id=code) for code, made in BROKEN.items()])
def test_findings_are_complete_and_proved(machine: Snapshot) -> None:
    for found in judge(machine, CHECKS).findings:
        assert_is_complete(found, machine)
        if found.code in BROKEN:
            assert_is_proved(found, machine)


@settings(
    max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)  # to make a failing machine smaller would take minutes: it names the check anyway
@given(machines())
def test_no_machine_makes_a_check_fail(machine: Snapshot) -> None:
    for check in CHECKS.values():
        if any(isinstance(getattr(machine, name), Unknown) and name not in check.tolerates for name in check.facts):
            continue
        for one in asked(check, machine):
            assert_is_complete(one, machine)


@pytest.mark.skipif(not SHARED.is_file(), reason="the first list of causes does not lie beside the checkout")
def test_the_vocabulary_has_all_that_it_began_with() -> None:
    rows = re.findall(r"^\| ([a-z0-9, -]+) \|", SHARED.read_text(encoding="utf-8"), re.MULTILINE)
    words = {word.strip() for row in rows for word in row.split(",")} - {"cause"}

    assert len(words) > 50
    assert words <= set(CAUSES)


@pytest.mark.parametrize("word", CAUSES)
def test_a_cause_has_a_meaning(word: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", word)
    assert re.fullmatch(r"\S.{10,100}\.", CAUSES[word])


def reads_messages(check: Check) -> bool:
    """A machine that is looked at has no messages to show: these checks have pasted texts of their own."""
    return "messages" in check.facts and "messages" not in check.tolerates


def asked(check: Check, machine: Snapshot) -> list[Finding]:
    try:
        return check(machine)
    except CannotTellError:
        return []
    except Exception as error:  # noqa: BLE001  # that it raises anything else is the fault that is looked for
        pytest.fail(f"{check.code} {check.name}: {type(error).__name__}: {error}")


def assert_is_complete(found: Finding, machine: Snapshot) -> None:
    """A finding says what, why and how, and its evidence points at facts."""
    assert found.what.strip()
    assert found.why.endswith((".", ")"))
    assert found.fix.text.strip()
    assert found.cause in CAUSES
    assert found.confidence in ("proved", "likely")
    assert found.evidence, found.code
    for path in found.evidence:
        reached(machine, path)


def assert_is_proved(found: Finding, machine: Snapshot) -> None:
    """What the evidence says is what the facts say."""
    for path, value in found.evidence.items():
        fact = reached(machine, path)
        told = fact.reason if isinstance(fact, Unknown) else fact
        assert value == (list(told) if isinstance(told, tuple) else told), path


def reached(machine: Snapshot, path: str) -> Any:
    """Follow a path ("gpus.0.problem") to its fact, or to the None or Unknown that it ends at."""
    at: Any = machine
    parts = path.split(".")
    while parts and not (at is None or isinstance(at, Unknown)):
        if isinstance(at, dict):
            return at.get(".".join(parts))
        name = parts.pop(0)
        if isinstance(at, tuple):
            at = at[int(name)]
        else:
            assert isinstance(at, Struct), path
            assert name in at.__struct_fields__, path
            at = getattr(at, name)
    return at
