"""What is said in Chinese of each broken machine is Chinese: no sentence, and no clause, stays English."""

import re
from collections.abc import Iterator

import pytest

from envdoctor.contract.against import with_drift
from envdoctor.examine import Options, judge_snapshot
from envdoctor.findings import Finding, Fix
from envdoctor.intake.read import read
from envdoctor.judge import judge
from envdoctor.registry import load_checks
from envdoctor.report.language import Say
from envdoctor.report.speech import sayer
from envdoctor.saved import Saved
from tests.contract.test_contract_reaches import CONTRACTS, LOCKED, by
from tests.machines_broken import BROKEN
from tests.machines_broken_python import BROKEN_PYTHON
from tests.machines_measured import MEASURED
from tests.machines_observed import OBSERVED_MACHINES
from tests.machines_snapshots import gpu_machine
from tests.test_reachable import PASTED

CHECKS = load_checks()
MACHINES = {**BROKEN, **BROKEN_PYTHON, **MEASURED, **OBSERVED_MACHINES}
QUOTED = re.compile(r"`[^`]*`|“[^”]*”|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
ENGLISH = re.compile(r"(?<![\w./=-])[a-z]+(?:'[a-z]+)?(?:,? [a-z]+){2,}(?![\w/=-])")
"""Three words or more in a row: fewer may be a name."""


@pytest.fixture(scope="module")
def say() -> Say:
    chinese = sayer("zh_CN")
    assert chinese is not None
    return chinese


def left_over(found: Finding, say: Say) -> Iterator[str]:
    """Yield the English words of a finding that are no command, no quotation, and nothing that was seen there."""
    seen = [line for value in found.evidence.values() for line in str(value).splitlines() if " " in line]
    for text in (found.what, found.why, found.fix.text):
        said = QUOTED.sub(" ` ", say(text))
        for line in seen:
            said = said.replace(line.strip(), " ` ")
        yield from (match[0] for match in ENGLISH.finditer(said))


@pytest.mark.parametrize("code", [pytest.param(code, id=code) for code in MACHINES])
def test_of_a_broken_machine_nothing_stays_english(code: str, say: Say) -> None:
    findings = judge(MACHINES[code], CHECKS).findings

    assert [(found.code, words) for found in findings for words in left_over(found, say)] == []


@pytest.mark.parametrize("code", list(PASTED))
def test_of_a_pasted_text_nothing_stays_english(code: str, say: Say) -> None:
    findings = judge_snapshot(read(PASTED[code].encode()), Options()).findings

    assert [(found.code, words) for found in findings for words in left_over(found, say)] == []


@pytest.mark.parametrize("code", CONTRACTS)
def test_of_a_broken_contract_nothing_stays_english(code: str, say: Say) -> None:
    findings = judge(by(CONTRACTS[code][0], gpu_machine()), CHECKS).findings

    assert [(found.code, words) for found in findings for words in left_over(found, say)] == []


@pytest.mark.parametrize("code", LOCKED)
def test_of_a_drift_nothing_stays_english(code: str, say: Say) -> None:
    findings = judge(with_drift(gpu_machine(), Saved(facts=LOCKED[code])), CHECKS).findings

    assert [(found.code, words) for found in findings for words in left_over(found, say)] == []


@pytest.mark.parametrize("code", ["DRV002", "LIB008", "VIR002"])
def test_what_is_not_translated_would_be_found(code: str) -> None:
    findings = judge(MACHINES[code], CHECKS).findings

    assert [words for found in findings for words in left_over(found, str)] != []


def test_what_was_seen_is_no_english_of_ours() -> None:
    found = Finding(
        what="失败：no kernel image is available", why="", fix=Fix(""), evidence={"x": "no kernel image is available"}
    )

    assert list(left_over(found, str)) == []


@pytest.mark.parametrize("summary", [pytest.param(one.summary, id=code) for code, one in CHECKS.items()])
def test_the_summary_of_every_check_is_chinese(summary: str, say: Say) -> None:
    assert ENGLISH.search(QUOTED.sub(" ` ", say(summary))) is None
