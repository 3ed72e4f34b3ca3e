"""The list of checks beside the byte code: true as long as the files are the same, and never missed."""

import importlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from envdoctor import check_index
from envdoctor.facts import Driver, Unknown
from envdoctor.findings import Check
from envdoctor.registry import checks_of, import_now
from envdoctor.testing import findings

SOURCE = '''
from envdoctor.facts import Driver, Unknown
from envdoctor.findings import Finding, Fix, Severity, check

@check("{code}", Severity.WARNING, cause="noise", because_of=("DRV001",))
def {name}(driver: Driver | None | Unknown, python: object):
    """An example speaks.

    Always.
    """
    yield Finding(what="{what}", why="it is so", fix=Fix("Nothing."))
'''
NUMBERS = itertools.count()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of one check that Python can import, with byte code allowed."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / f"plugin_{next(NUMBERS)}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    write(folder, "first", "ZZZ001")
    yield folder
    forget(folder)


def write(folder: Path, name: str, code: str, what: str = "so it is") -> None:
    (folder / f"{name}.py").write_text(SOURCE.format(code=code, name=name, what=what), encoding="utf-8")


def forget(folder: Path) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
        del sys.modules[name]


def anew(folder: Path) -> tuple[ModuleType, dict[str, Check]]:
    """Do what the next start of envdoctor does."""
    forget(folder)
    importlib.invalidate_caches()
    module = importlib.import_module(folder.name)
    return module, {check.code: check for check in checks_of(module)}


def imported(folder: Path) -> bool:
    return f"{folder.name}.first" in sys.modules


def test_the_second_time_nothing_is_imported_and_all_is_known(package: Path) -> None:
    _, first = anew(package)
    assert imported(package)
    _, second = anew(package)

    assert not imported(package)
    known = {name: getattr(second["ZZZ001"], name) for name in Check.__struct_fields__ if name != "judge"}
    assert known == {name: getattr(first["ZZZ001"], name) for name in known}
    assert second["ZZZ001"].judge.__module__ == f"{package.name}.first"


def test_a_check_is_imported_when_it_is_asked(package: Path) -> None:
    anew(package)
    _, checks = anew(package)
    [found] = findings(checks["ZZZ001"], driver=Unknown("x"), python=None)

    assert (found.what, found.code) == ("so it is", "ZZZ001")
    assert imported(package)


def test_checks_can_be_imported_ahead(package: Path) -> None:
    anew(package)
    _, checks = anew(package)
    import_now(checks.values())

    assert imported(package)


def test_a_change_is_seen(package: Path) -> None:
    anew(package)
    write(package, "first", "ZZZ002", "something else")
    _, checks = anew(package)

    assert list(checks) == ["ZZZ002"]
    assert findings(checks["ZZZ002"], driver=Driver("1"), python=None)[0].what == "something else"


def test_a_new_file_is_seen_and_one_that_is_gone_too(package: Path) -> None:
    anew(package)
    write(package, "second", "ZZZ002")
    assert set(anew(package)[1]) == {"ZZZ001", "ZZZ002"}
    (package / "first.py").unlink()

    assert set(anew(package)[1]) == {"ZZZ002"}


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff\x00", b'{"layout": "1", "stamps": {}, "checks": []}', b"[" * 9999]
)
def test_a_damaged_list_is_made_anew(package: Path, content: bytes) -> None:
    anew(package)
    [place] = (package / "__pycache__").glob("*.checks.json")
    place.write_bytes(content)

    assert set(anew(package)[1]) == {"ZZZ001"}
    assert imported(package)
    assert set(anew(package)[1]) == {"ZZZ001"}
    assert not imported(package)


def test_a_list_of_another_release_is_made_anew(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anew(package)
    monkeypatch.setattr(check_index, "LAYOUT", "2")
    anew(package)

    assert imported(package)


def test_where_byte_code_is_not_kept_there_is_no_list(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert set(anew(package)[1]) == {"ZZZ001"}
    assert not list(package.glob("__pycache__/*.checks.json"))


def test_where_nothing_can_be_written_all_are_imported(package: Path) -> None:
    (package / "__pycache__").write_text("no folder")

    assert set(anew(package)[1]) == {"ZZZ001"}


def test_what_is_no_plain_folder_has_no_list(package: Path) -> None:
    (package / "inner").mkdir()
    (package / "inner" / "__init__.py").touch()
    module, checks = anew(package)

    assert check_index.stamps_of(module) is None
    assert set(checks) == {"ZZZ001"}
    assert check_index.stamps_of(ModuleType("plain")) is None
