import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from envdoctor.facts import Snapshot, Unknown
from envdoctor.lock import Install, Lock, Package
from envdoctor.setup import json as json_format
from envdoctor.setup.outside import Outside
from envdoctor.setup.plan import EMPTY_BYTES, Plan, Wish, gigabytes, make_plan
from envdoctor.setup.problem import SetupError
from envdoctor.setup.steps import steps
from envdoctor.setup.text import render_plan
from envdoctor.setup.tool import Tool
from tests.setup.test_setup_tool import PIP_REPORT, answering
from tests.setup.worlds import BASE, outside

PIP = Tool(name="pip", because="uv is not on PATH")
RESOLVES = answering(json.dumps(PIP_REPORT), "--report")


def planned(folder: Path, world: Outside, **wish: object) -> Plan:
    asked = Wish(folder=folder, requirements=("torch==2.15.0",), **wish)  # type: ignore[arg-type]
    return make_plan(asked, BASE, PIP, world, lambda _: None)


def locked(*packages: Package) -> Lock:
    return Lock(created="2026-11-20T10:00:00Z", install=Install(packages=packages), facts=Snapshot())


def test_sizes_come_from_the_index_and_nothing_is_made(tmp_path: Path) -> None:
    plan = planned(tmp_path / "env", outside(RESOLVES))

    assert plan.download_bytes == 2_000_000
    assert isinstance(plan.needed_bytes, int)
    assert plan.needed_bytes > EMPTY_BYTES + 2_000_000
    assert plan.lock_file == str(tmp_path / "env.lock.json")
    assert list(tmp_path.iterdir()) == []


def test_too_little_room_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"needs about 34 MB and its disk has 20 MB left; free some"):
        planned(tmp_path / "env", outside(RESOLVES, free=20_000_000))
    assert list(tmp_path.iterdir()) == []


def test_too_little_room_for_downloads_is_said_as_well(tmp_path: Path) -> None:
    def free(folder: str) -> int:
        return 10**12 if folder == str(tmp_path / "env") else 1_500_000

    with pytest.raises(SetupError, match=r"temporary files has 2 MB left.*set TMPDIR"):
        planned(tmp_path / "env", replace(outside(RESOLVES), free_bytes=free))
    uv = Tool(name="uv", program="/usr/bin/uv")
    lock = locked(Package("torch", "2.15.0", ("sha256:ab",), 2_000_000))
    wish = Wish(folder=tmp_path / "env", requirements=(), lock=lock)
    assert make_plan(wish, BASE, uv, replace(outside(), free_bytes=free), lambda _: None).download_bytes == 2_000_000


def test_where_the_room_cannot_be_told_the_plan_stands(tmp_path: Path) -> None:
    assert planned(tmp_path / "env", outside(RESOLVES, free=None)).free_bytes is None


def test_an_index_without_sizes_leaves_them_unknown(tmp_path: Path) -> None:
    world = replace(outside(RESOLVES, free=1), size_of=lambda _: None)
    plan = planned(tmp_path / "env", world)

    assert isinstance(plan.download_bytes, Unknown)
    assert "torch" in plan.download_bytes.reason
    assert "unknown: the size of torch" in " ".join(render_plan(plan).split())


def test_a_base_that_cannot_resolve_puts_it_off(tmp_path: Path) -> None:
    wish = Wish(folder=tmp_path / "env", requirements=("torch==2.15.0",))
    plan = make_plan(
        wish,
        replace(BASE, pip="20.0.4"),
        PIP,
        outside(lambda _: pytest.fail("its pip must not be asked")),
        lambda _: None,
    )

    assert isinstance(plan.items, Unknown)
    assert any("Renew pip" in step.what for step in steps(plan))


def test_a_lock_is_taken_as_it_is(tmp_path: Path) -> None:
    lock = locked(Package("torch", "2.15.0", ("sha256:ab",), 190_000_000), Package("numpy", "2.4.6", (), 1))
    plan = planned(tmp_path / "env", outside(lambda _: pytest.fail("nothing is to be resolved")), lock=lock)

    assert not isinstance(plan.items, Unknown)
    assert [item.requirement for item in plan.items] == ["torch==2.15.0 --hash=sha256:ab", "numpy==2.4.6"]
    assert plan.download_bytes == 190_000_001
    assert "exactly as locked" in " ".join(render_plan(plan).split())


def test_an_empty_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="lists no packages"):
        planned(tmp_path / "env", outside(), lock=locked())


@pytest.mark.parametrize("width", [30, 60, 110])
def test_the_plan_says_all_steps_and_fits(tmp_path: Path, width: int) -> None:
    text = render_plan(planned(tmp_path / "env", outside(RESOLVES)), width=width)
    prose = [line for line in text.splitlines() if not line.startswith("     ") and "/" not in line]

    assert "nothing has been done" in " ".join(text.split())
    assert all(len(line) <= width for line in prose)
    for number in range(1, 6):
        assert f"\n{number}. " in text
    assert text.count("Risk:") == 5


def test_ascii_where_the_terminal_has_no_more(tmp_path: Path) -> None:
    assert render_plan(planned(tmp_path / "env", outside(RESOLVES)), unicode=False).isascii()


def test_the_plan_as_json(tmp_path: Path) -> None:
    value = json.loads(json_format.render(planned(tmp_path / "env", outside(RESOLVES))))

    assert value["schema"] == "envdoctor/setup/1"
    assert value["built"] is None
    assert value["packages"][0] == {
        "name": "torch",
        "version": "2.15.0+cpu",
        "size": 1_000_000,
        "hashes": ["sha256:ab"],
    }
    assert len(value["steps"]) == 5


@pytest.mark.parametrize(
    ("size", "says"), [(0, "1 MB"), (202_000_000, "202 MB"), (1_000_000_000, "1.0 GB"), (3_031_773_590, "3.0 GB")]
)
def test_sizes_in_words(size: int, says: str) -> None:
    assert gigabytes(size) == says
