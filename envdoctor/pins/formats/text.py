"""The answer for people: the versions, the commands, why, and what would allow newer ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import repeat

from envdoctor import __version__
from envdoctor.data import DATE
from envdoctor.facts import Unknown
from envdoctor.pins.choice import Candidate, NoPins, Pins, Rejection, WayOut
from envdoctor.pins.describe import SYSTEMS
from envdoctor.pins.formats import Answer
from envdoctor.pins.install import commands
from envdoctor.pins.machine import Card, Machine
from envdoctor.report.ascii import to_ascii
from envdoctor.report.clean import printable
from envdoctor.report.language import spoken
from envdoctor.report.layout import padded, paragraph

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def render(answer: Answer, *, width: int = 80, color: bool = False, unicode: bool = True, explain: bool = False) -> str:
    """Return text of a given width; commands are never wrapped: they are there to be pasted."""
    page = _Page(width, color=color, unicode=unicode)
    pins = answer.pins
    page.text(f"envdoctor {__version__}, data {DATE}", bold=True)
    if answer.machine is not None:
        page.text(f"For {_machine(answer.machine)}.")
    for line in answer.assumed:
        page.text(line)
    if isinstance(pins, NoPins):
        page.heading("No version can work")
        page.items(pins.because)
        page.ways("Nearest way out", pins.ways_out)
    else:
        page.heading(f"PyTorch {pins.torch} ({pins.variant})")
        page.rows(_rows(pins))
        page.heading("Install")
        page.commands(commands(pins, answer.target))
        page.heading("Why")
        page.items(pins.because)
        if pins.others:
            page.heading("Next best")
            page.items(map(_candidate, pins.others))
        page.ways("What would allow a newer one", pins.better)
    if explain and pins.rejected:
        page.heading("Rejected, with the first rule that did")
        page.items(map(_rejection, pins.rejected))
    return page.done()


def _machine(machine: Machine) -> str:
    if isinstance(machine.gpus, Unknown):
        gpus = "GPUs unknown"
    else:
        gpus = ", ".join(map(_card, dict.fromkeys(machine.gpus), repeat(machine))) or "no NVIDIA GPU"
    version = f" {machine.os_version}" if machine.os_version else ""
    libc = "musl" if machine.musl else f"glibc {machine.glibc}" if machine.glibc else ""
    driver = f"driver {machine.driver}" if isinstance(machine.driver, str) else ""
    system = f"{SYSTEMS.get(machine.os, machine.os)}{version} on {machine.arch}"
    python = f"Python {machine.python}{'t' * machine.free_threaded}"
    return ", ".join(part for part in (system, libc, python, driver, gpus) if part)


def _card(card: Card, machine: Machine) -> str:
    count = machine.cards.count(card)
    return f"{f'{count} x ' if count > 1 else ''}{card.name} ({card.capability})"


def _rows(pins: Pins) -> Iterator[tuple[str, str]]:
    missing = "not published for this Python"
    yield "torchvision", pins.torchvision or missing
    yield "torchaudio", pins.torchaudio or missing
    yield "Python", pins.python
    yield "NumPy", pins.numpy or "any"
    if pins.triton:
        yield "Triton", f"{pins.triton} (comes along)"
    for one in pins.extras:
        yield one.name, f"{one.version or 'not known offline'}{' (built from source)' * one.built}"
    yield "driver", f"{pins.driver} or newer" if pins.driver else "none needed"


def _candidate(one: Candidate) -> str:
    vision = f" with torchvision {one.torchvision}" if one.torchvision else ""
    driver = f", driver {one.driver} or newer" if one.driver else ""
    return f"PyTorch {one.torch} ({one.variant}){vision}{driver}."


def _rejection(one: Rejection) -> str:
    variant = f" ({one.variant})" if one.variant else ""
    return f"{one.torch}{variant}: {one.reason} [{one.rule}]."


class _Page:
    """Collects lines."""

    def __init__(self, width: int, *, color: bool, unicode: bool) -> None:
        self._width, self._color, self._unicode = width, color, unicode
        self._lines: list[str] = []

    def done(self) -> str:
        return "\n".join([*self._lines, ""])

    def text(self, text: str, *, first: str = "", others: str = "", bold: bool = False) -> None:
        for line in paragraph(self._plain(spoken(text)), self._width, first, others, whole=True):
            self._lines.append(f"{BOLD}{line}{PLAIN}" if bold and self._color else line)

    def heading(self, title: str) -> None:
        self._lines.append("")
        self.text(title, bold=True)

    def rows(self, rows: Iterable[tuple[str, str]]) -> None:
        for label, value in rows:
            self.text(value, first=f"  {padded(spoken(label), 11)} ", others=" " * 14)

    def items(self, items: Iterable[str]) -> None:
        for item in items:
            self.text(item, first="- ", others="  ")

    def ways(self, title: str, ways: Iterable[WayOut]) -> None:
        said = [str(way) for way in ways]
        if said:
            self.heading(title)
            self.items(said)

    def commands(self, lines: Iterable[str]) -> None:
        self._lines += [f"  {self._plain(line)}" for line in lines]

    def _plain(self, text: str) -> str:
        clean = re.sub(r"\s", " ", printable(text))
        return clean if self._unicode else to_ascii(clean)
