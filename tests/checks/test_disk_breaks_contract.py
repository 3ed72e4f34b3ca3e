import pytest

from envdoctor.facts import CannotTellError, Contract, Disk, Unknown
from envdoctor.testing import findings

GB = 10**9
NEEDS = Contract(source="envdoctor.toml", disk={"working": 50 * GB, "cache": 10 * GB})


def disks(working: int | Unknown, cache: int | Unknown) -> tuple[Disk, ...]:
    return (Disk("working", "/data", working), Disk("cache", "/home/ada/.cache", cache))


def test_names_the_folder_and_both_sizes() -> None:
    [found] = findings("PRJ011", contract=NEEDS, disks=disks(20 * GB, 20 * GB))

    assert "working folder (/data) has 20 GB free; envdoctor.toml needs 50 GB" in found.what


@pytest.mark.parametrize(
    ("contract", "seen"),
    [
        pytest.param(NEEDS, disks(50 * GB, 10 * GB), id="just enough"),
        pytest.param(Contract(disk={"cache": GB}), disks(0, GB), id="the full one is not asked for"),
        pytest.param(Contract(), (), id="the project does not say"),
        pytest.param(Contract(), Unknown("no answer"), id="nobody asks, nobody must know"),
        pytest.param(None, (), id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, seen: tuple[Disk, ...] | Unknown) -> None:
    assert not findings("PRJ011", contract=contract, disks=seen)


@pytest.mark.parametrize("seen", [Unknown("no answer"), disks(60 * GB, Unknown("no permission")), ()])
def test_could_not_tell_is_no_violation(seen: tuple[Disk, ...] | Unknown) -> None:
    with pytest.raises(CannotTellError):
        findings("PRJ011", contract=NEEDS, disks=seen)
