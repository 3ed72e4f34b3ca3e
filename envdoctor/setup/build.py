"""Carries out a plan. Whatever happens on the way, the folder is whole afterwards or it is gone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from envdoctor import lock as locks
from envdoctor.bench.measurement import PASS, Outcome
from envdoctor.facts import Unknown
from envdoctor.files import CannotWriteError, write_atomically
from envdoctor.report.model import Report
from envdoctor.setup.base import ask
from envdoctor.setup.outside import Listen, Outside
from envdoctor.setup.place import Building
from envdoctor.setup.plan import EMPTY_BYTES, Plan, shown, with_items
from envdoctor.setup.problem import SetupError, no_room
from envdoctor.setup.tool import Item, resolve, said

MACHINE = ("VIR", "GPU", "DRV", "SYS", "ENV")
"""Groups of checks whose findings no other environment would mend."""

Examine = Callable[[str], Report]
"""Checks the environment with this interpreter."""
Smoke = Callable[[str], Outcome]
"""Trains in the environment with this interpreter."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, and how long it took."""

    python: str
    items: tuple[Item, ...]
    lock_file: str
    locked: bool = False
    """The lock was written: the environment is sound."""
    report: Report | None = None
    smoke: Outcome | None = None
    seconds: dict[str, float] = {}
    """Step → seconds."""
    wrong: str | None = None
    """What is not sound: the machine around it, or the environment itself, which was to be kept all the same."""


class Clocks(msgspec.Struct):
    """Notes how long each step takes."""

    clock: Callable[[], float]
    seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[[], object]) -> None:
        """Do something and note its time."""
        started = self.clock()
        work()
        self.seconds[name] = round(self.clock() - started, 2)


class Builder:
    """One build."""

    def __init__(self, plan: Plan, outside: Outside, listen: Listen, *, seconds: float, keep: bool = False) -> None:
        """Prepare; nothing is done yet.

        Args:
            plan: what to build.
            outside: the machine.
            listen: is told each line that pip or uv prints, and each step.
            seconds: the most that installing may take.
            keep: let an environment stay that does not pass its check.
        """
        self._plan = plan
        self._outside = outside
        self._listen = listen
        self._seconds = seconds
        self._keep = keep
        self._report: Report | None = None
        self._smoke: Outcome | None = None
        self._wrong: str | None = None
        self._machine_wrong: str | None = None
        self._clocks = Clocks(outside.clock, {})

    def run(self, examine: Examine, smoke: Smoke) -> Built:
        """Make the environment, look at it, and write its lock.

        Raises:
            SetupError: it could not be made, or is not sound; nothing of it is left.
        """
        timed = self._clocks.timed
        with Building(Path(self._plan.folder)) as building:
            timed("make", self._make)
            if isinstance(self._plan.items, Unknown):
                timed("resolve", self._resolve_inside)
            timed("install", self._install)
            timed("check", lambda: self._examine(examine))
            if self._plan.smoke and self._wrong is None:
                timed("smoke", lambda: self._train(smoke))
            if self._wrong is not None and not self._keep:
                raise SetupError(f"{self._wrong}; the new environment is removed (--keep lets it stay)")
            if self._wrong is None:
                self._lock()
            building.keep()
        return Built(
            python=self._plan.python,
            items=() if isinstance(self._plan.items, Unknown) else self._plan.items,
            lock_file=self._plan.lock_file,
            locked=self._wrong is None,
            report=self._report,
            smoke=self._smoke,
            seconds=dict(self._clocks.seconds),
            wrong=self._wrong or self._machine_wrong,
        )

    def _make(self) -> None:
        self._listen(f"making {self._plan.folder}")
        argv = self._plan.tool.make_command(self._plan.base, self._plan.folder)
        try:
            said(argv, self._outside, "making the environment", self._listen, 120.0)
        except SetupError as error:
            # venv keeps to itself what pip's installation died of.
            left = self._outside.free_bytes(self._plan.folder)
            raise (error if left is None or left > EMPTY_BYTES else no_room("making the environment")) from None

    def _resolve_inside(self) -> None:
        """Let the new environment's pip resolve: the base's could not."""
        plan, python = self._plan, self._plan.python
        renew = (python, "-m", "pip", "install", "--progress-bar", "off", "--upgrade", "pip")
        if not ask(python, self._outside).resolves:
            said(renew, self._outside, "renewing pip", self._listen, self._seconds)
        items = resolve(plan.tool, python, plan.requirements, plan.index, self._outside, self._listen)
        self._plan = with_items(plan, items, self._outside)

    def _install(self) -> None:
        import tempfile  # noqa: PLC0415  # only here

        plan = self._plan
        items = () if isinstance(plan.items, Unknown) else plan.items
        with tempfile.TemporaryDirectory(prefix="envdoctor-") as folder:
            file = Path(folder) / "requirements.txt"
            file.write_text(requirements(items), encoding="utf-8")
            argv = plan.tool.install_command(plan.python, str(file), plan.index)
            self._listen(shown(argv))
            said(argv, self._outside, "installing", self._listen, self._seconds)

    def _examine(self, examine: Examine) -> None:
        self._listen("examining it")
        self._report = examine(self._plan.python)
        primary = self._report.primary_finding
        if primary is not None and primary.code[:3] in MACHINE:
            self._machine_wrong = f"the environment is as planned, and the machine is not sound: {primary.what}"
        elif primary is not None:
            self._wrong = f"the new environment is not sound: {primary.what} [{primary.code}]"

    def _train(self, smoke: Smoke) -> None:
        self._listen("training a small network in it")
        self._smoke = smoke(self._plan.python)
        if self._smoke.exit_code == 130:  # noqa: PLR2004  # Ctrl-C ends the benchmark kindly; here it ends all
            raise KeyboardInterrupt
        if self._smoke.verdict != PASS:
            self._wrong = f"the smoke test says {self._smoke.verdict}: {self._smoke.reason}"

    def _lock(self) -> None:
        from envdoctor.report.private import make_private  # noqa: PLC0415  # rarely needed

        if self._report is None or isinstance(self._plan.items, Unknown):  # both were had before
            return
        report = make_private(self._report)
        packages = tuple(locks.Package(item.name, item.version, item.hashes, item.size) for item in self._plan.items)
        install = locks.Install(
            python=self._plan.base.version,
            platform=locks.platform_of(report.facts),
            index=locks.public_index(self._plan.index),
            packages=packages,
        )
        try:
            write_atomically(Path(self._plan.lock_file), locks.render(locks.make_lock(report, install)))
        except CannotWriteError as error:
            raise SetupError(f"the lock {error}; name another place with --lock") from None


def requirements(items: tuple[Item, ...]) -> str:
    """Return a requirements file. Hashes are given for all or for none: pip demands one of the two."""
    hashed = all(item.hashes for item in items)
    return "\n".join([item.requirement if hashed else f"{item.name}=={item.version}" for item in items] + [""])
