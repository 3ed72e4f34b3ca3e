import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from envdoctor import lock as locks
from envdoctor.bench.measurement import FAIL, INTERRUPTED, PASS, Outcome
from envdoctor.facts import Unknown
from envdoctor.report.model import Report
from envdoctor.setup.base import ask
from envdoctor.setup.build import Builder, Built, requirements
from envdoctor.setup.outside import Ended, Outside, this_outside
from envdoctor.setup.plan import Plan
from envdoctor.setup.problem import SetupError
from envdoctor.setup.tool import Item, Tool, resolve
from tests.report import samples
from tests.setup.worlds import BASE, outside, wheel

ITEM = Item(name="torch", version="2.15.0", hashes=("sha256:ab",), size=1)
SOUND, BROKEN = samples.clean_cpu, samples.broken


def plan_of(folder: Path, **changes: object) -> Plan:
    plan = Plan(
        folder=str(folder),
        base=BASE,
        tool=Tool(name="pip"),
        requirements=("torch==2.15.0",),
        items=(ITEM,),
        download_bytes=1,
        needed_bytes=1,
        free_bytes=None,
        lock_file=str(folder.with_name(f"{folder.name}.lock.json")),
    )
    return replace(plan, **changes)


def outcome(verdict: str = PASS) -> Outcome:
    return Outcome(preset="smoke", python="p", verdict=verdict, reason="it says so", measurements=(), seconds=1.0)


def build(plan: Plan, world: Outside, report: Report, smoke: Outcome | None = None, *, keep: bool = False) -> Built:
    builder = Builder(plan, world, lambda _: None, seconds=10, keep=keep)
    return builder.run(lambda _: report, lambda _: smoke or outcome())


def test_what_is_sound_is_locked(tmp_path: Path) -> None:
    built = build(plan_of(tmp_path / "env"), outside(), SOUND())

    lock = locks.load(Path(built.lock_file).read_bytes())
    assert built.wrong is None
    assert lock.install.packages == (locks.Package("torch", "2.15.0", ("sha256:ab",), 1),)
    assert lock.install.python == "3.11.7"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["env", "env.lock.json"]
    assert list(built.seconds) == ["make", "install", "check", "smoke"]


@pytest.mark.parametrize(
    ("report", "verdict", "says"),
    [
        pytest.param(BROKEN, PASS, "is not sound", id="the check fails"),
        pytest.param(SOUND, FAIL, "smoke test says FAIL", id="the smoke test fails"),
    ],
)
def test_what_is_not_sound_goes_unless_it_is_to_stay(tmp_path: Path, report: object, verdict: str, says: str) -> None:
    made = broken_environment() if report is BROKEN else SOUND()
    with pytest.raises(SetupError, match=says):
        build(plan_of(tmp_path / "env"), outside(), made, outcome(verdict))
    assert list(tmp_path.iterdir()) == []

    built = build(plan_of(tmp_path / "env"), outside(), made, outcome(verdict), keep=True)
    assert built.wrong is not None
    assert not built.locked
    assert [path.name for path in tmp_path.iterdir()] == ["env"]


def broken_environment() -> Report:
    report = BROKEN()
    finding = replace(report.findings[0], code="LIB001")
    return replace(report, findings=(finding,), primary="LIB001")


def test_a_machine_that_is_not_sound_is_told_and_the_environment_stays(tmp_path: Path) -> None:
    report = broken_environment()
    finding = replace(report.findings[0], code="DRV001")
    machine = replace(report, findings=(finding,), primary="DRV001")

    built = build(plan_of(tmp_path / "env"), outside(), machine)

    assert built.locked
    assert "the machine is not sound" in str(built.wrong)


def test_ctrl_c_while_training_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build(plan_of(tmp_path / "env"), outside(), SOUND(), outcome(INTERRUPTED))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", ["venv", "install"])
def test_a_step_that_fails_leaves_nothing(tmp_path: Path, failing: str) -> None:
    def script(argv: Sequence[str]) -> Ended:
        bad = failing in argv
        return Ended(1, lines=("ERROR: [Errno 28] No space left on device",)) if bad else Ended(0)

    with pytest.raises(SetupError, match="no room is left on the disk"):
        build(plan_of(tmp_path / "env"), outside(script), SOUND())
    assert list(tmp_path.iterdir()) == []


def test_hashes_are_given_for_all_or_for_none() -> None:
    bare = Item(name="local", version="1")

    assert requirements((ITEM,)) == "torch==2.15.0 --hash=sha256:ab\n"
    assert requirements((ITEM, bare)) == "torch==2.15.0\nlocal==1\n"


# --- with a real Python, a real pip, and wheels that hold next to nothing -------------------------


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all that pip knows."""
    folder = tmp_path / "wheels"
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(name, value)
    wheel(folder, "lamp", "1.0", "bulb>=2")
    wheel(folder, "bulb", "2.1")
    wheel(folder, "bulb", "1.0")
    return folder


@pytest.mark.slow
def test_a_file_that_is_not_the_locked_one_leaves_nothing(tmp_path: Path, wheels: Path) -> None:
    world = this_outside()
    base = ask(sys.executable, world)
    locked = wheel(wheels, "bulb", "3.0")
    wheel(wheels, "bulb", "3.0", "lamp")
    item = Item(name="bulb", version="3.0", hashes=(locked,))
    plan = plan_of(tmp_path / "env", base=base, items=(item,), smoke=False)

    with pytest.raises(SetupError, match="another hash than the lock says"):
        build(plan, world, SOUND())
    assert [path.name for path in tmp_path.iterdir()] == ["wheels"]


def test_a_real_pip_resolves_beforehand(wheels: Path) -> None:
    world = this_outside()
    base = ask(sys.executable, world)

    items = resolve(Tool(name="pip"), base.executable, ("lamp",), (), world, lambda _: None)

    assert {(item.name, item.version) for item in items} == {("lamp", "1.0"), ("bulb", "2.1")}
    assert all(item.hashes and item.url for item in items)
    assert (
        world.size_of(str(items[0].url))
        == (wheels / f"{items[0].name}-{items[0].version}-py3-none-any.whl").stat().st_size
    )


@pytest.mark.slow
def test_a_base_with_an_old_pip_lets_the_new_one_resolve(tmp_path: Path, wheels: Path) -> None:
    del wheels
    world = this_outside()
    base = replace(ask(sys.executable, world), pip=None)
    plan = plan_of(tmp_path / "env", base=base, requirements=("lamp",), items=Unknown("no pip"), smoke=False)

    built = build(plan, world, SOUND())

    assert {item.name for item in built.items} == {"lamp", "bulb"}
    assert list(built.seconds) == ["make", "resolve", "install", "check"]
    found = world.run([built.python, "-c", "import lamp, bulb"], seconds=30)
    assert isinstance(found, Ended)
    assert found.exit_code == 0
