"""One fact of a sound machine is changed: who speaks must name that fact, and what is unknown accuses nobody."""

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from msgspec import Struct
from msgspec.structs import replace

from envdoctor import facts
from envdoctor.facts import CannotTellError, Snapshot, Unknown
from envdoctor.findings import Check, Finding
from envdoctor.registry import load_checks
from tests.machines_broken import BROKEN
from tests.machines_snapshots import HEALTHY

CHECKS = load_checks()
COULD_NOT_TELL = Unknown("could not tell")

each = pytest.mark.parametrize("name", list(HEALTHY))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path → value of everything in a snapshot that holds no other fact."""
    if isinstance(value, Unknown) or value is None:
        return
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from leaves(getattr(value, name), f"{path}.{name}".lstrip("."))
    elif isinstance(value, tuple) and value and isinstance(value[0], Struct):
        for place, one in enumerate(value):
            yield from leaves(one, f"{path}.{place}")
    else:
        yield path, value


def changed(value: Any, path: list[str], new: Any) -> Any:
    """Return a copy in which what the path leads to is another value."""
    if not path:
        return new
    name, *rest = path
    if isinstance(value, tuple):
        return tuple(changed(one, rest, new) if str(at) == name else one for at, one in enumerate(value))
    return replace(value, **{name: changed(getattr(value, name), rest, new)})


def may_be_unknown(machine: Snapshot, path: str) -> bool:
    """Say whether the declaration of a fact allows for it to be unknown."""
    holder: Any = machine
    *above, name = path.split(".")
    for part in above:
        holder = holder[int(part)] if isinstance(holder, tuple) else getattr(holder, part)
    return Unknown in get_args(get_type_hints(type(holder), vars(facts))[name])


def others(value: Any) -> list[Any]:
    """Return values of the same kind that mean something else."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [0, 1, value * 1000 + 1]
    if isinstance(value, str):
        return ["1.0", "999.9"] if value[:1].isdigit() else []
    return []


def spoken(check: Check, machine: Snapshot) -> list[Finding]:
    if any(isinstance(getattr(machine, fact), Unknown) and fact not in check.tolerates for fact in check.facts):
        return []
    try:
        return check(machine)
    except CannotTellError:
        return []


def names(finding: Finding, path: str) -> bool:
    """Say whether a finding's evidence holds a fact, or the group of facts that it belongs to."""
    group = path.split(".", maxsplit=1)[0]
    return any(
        path.startswith(shown) or shown.startswith(path) or shown.split(".")[0] == group for shown in finding.evidence
    )


@each
def test_who_speaks_of_a_changed_fact_shows_it(name: str) -> None:
    machine = HEALTHY[name]()
    for path, value in leaves(machine):
        for new in others(value):
            mutant = changed(machine, path.split("."), new)
            for check in CHECKS.values():
                if path.split(".")[0] in check.facts:
                    for finding in spoken(check, mutant):
                        assert names(finding, path), f"{check.code} speaks when {path} is {new!r} and does not show it"


@each
def test_a_fact_that_becomes_unknown_accuses_nobody(name: str) -> None:
    machine = HEALTHY[name]()
    for path, _ in leaves(machine):
        if not may_be_unknown(machine, path):
            continue
        blind = changed(machine, path.split("."), COULD_NOT_TELL)
        for check in CHECKS.values():
            if path.split(".")[0] in check.facts:
                assert not spoken(check, blind), f"{check.code} speaks when {path} is unknown"


@pytest.mark.parametrize("code", list(BROKEN))
def test_a_finding_goes_with_what_it_goes_by(code: str) -> None:
    """Of the groups of facts that a finding shows, at least one is such that without it nothing is said."""
    machine = BROKEN[code]
    [finding] = spoken(CHECKS[code], machine)
    groups = {path.split(".")[0] for path in finding.evidence}

    assert any(not spoken(CHECKS[code], replace(machine, **{group: COULD_NOT_TELL})) for group in groups)
