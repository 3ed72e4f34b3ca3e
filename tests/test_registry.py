import importlib.metadata
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from envdoctor.facts import CannotTellError, Driver, Snapshot, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.judge import judge
from envdoctor.registry import GROUP, BrokenPlugin, checks_of, entry_points, load_checks
from envdoctor.testing import findings


@check("XXX001", Severity.WARNING, cause="noise")
def example(driver: Driver | None) -> Iterator[Finding]:
    """An example speaks.

    Whenever there is a driver.
    """
    if driver is not None:
        yield Finding(what=f"driver {driver.version}", why="it is there", fix=Fix("Nothing."))


def test_our_own_checks_come_through_the_entry_point() -> None:
    checks = load_checks()

    assert "DRV002" in checks
    assert list(checks) == sorted(checks)


def test_a_declaration_completes_its_findings() -> None:
    [found] = findings(example, driver=Driver("1"))

    assert (found.code, found.name, found.severity, found.cause) == ("XXX001", "example", Severity.WARNING, "noise")
    assert found.verify == "envdoctor check --select XXX001"
    assert example.summary == "An example speaks."


def test_a_test_that_forgets_a_fact_fails() -> None:
    with pytest.raises(KeyError, match="driver"):
        findings(example)


def test_a_single_module_is_a_package_of_checks_too() -> None:
    module = types.ModuleType("plugin")
    vars(module).update(example=example, other=3)

    assert list(checks_of(module)) == [example]


def test_unknown_facts_skip_a_check_with_the_reason() -> None:
    judged = judge(Snapshot(driver=Unknown("nvidia-smi did not answer in 10 s")), {"XXX001": example})

    assert not judged.findings
    assert [(n.code, n.reason) for n in judged.not_checked] == [
        ("XXX001", "driver is unknown: nvidia-smi did not answer in 10 s")
    ]


def test_a_check_that_raises_takes_nothing_along() -> None:
    @check("XXX002", Severity.ERROR, cause="noise")
    def broken(driver: Driver | None) -> Iterator[Finding]:
        """Raises."""
        yield from ()
        raise ZeroDivisionError(str(driver))

    judged = judge(Snapshot(driver=Driver("1")), {"XXX001": example, "XXX002": broken})

    assert [f.code for f in judged.findings] == ["XXX001"]
    assert "ZeroDivisionError" in judged.not_checked[0].reason


def test_a_check_may_find_in_the_middle_that_it_cannot_tell() -> None:
    @check("XXX003", Severity.ERROR, cause="noise")
    def shy(driver: Driver | None) -> Iterator[Finding]:
        """Cannot tell."""
        yield from ()
        raise CannotTellError(f"{driver}")

    assert [n.code for n in judge(Snapshot(driver=None), {"XXX003": shy}).not_checked] == ["XXX003"]


def test_entry_points_are_those_that_the_standard_library_finds() -> None:
    expected = {(entry.name, entry.value) for entry in importlib.metadata.entry_points(group=GROUP)}

    assert expected
    assert set(entry_points(sys.path)) == expected


def test_of_two_versions_the_first_on_the_path_counts(tmp_path: Path) -> None:
    for folder, module in (("first", "new_checks"), ("second", "old_checks")):
        info = tmp_path / folder / f"plugin-{len(module)}.dist-info"
        info.mkdir(parents=True)
        text = f"[console_scripts]\nplugin = x:y\n\n[envdoctor.checks]\n# ours\nplugin = {module}\n"
        (info / "entry_points.txt").write_text(text)

    assert entry_points([str(tmp_path / "first"), str(tmp_path / "second"), "/nowhere"]) == [("plugin", "new_checks")]


def test_a_plugin_that_cannot_be_imported_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "plugin-1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[envdoctor.checks]\nplugin = there_is_no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    load_checks.cache_clear()

    with pytest.raises(BrokenPlugin, match="there_is_no_such_module"):
        load_checks()
    load_checks.cache_clear()
