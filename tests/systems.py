"""Machines for tests of probes: small trees of files, written by the test or described in `tests/machines/`.

Such a machine is one text file, cut to what probes read. A line that begins with "=== " starts an entry:

    === /proc/version            the lines that follow are this file's
    === /usr/local/cuda -> cuda-12.4
    === /dev/lxd/                a folder
    === $HOME=/home/ada          a variable
    === uname 5.15.0-91-generic x86_64
    === libc glibc 2.35          (without it: the C library does not name itself)
    === affinity 16
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from envdoctor.facts import Unknown
from envdoctor.probes.calls import Calls, Room
from envdoctor.probes.command import Answer, Run
from envdoctor.probes.system import System

FOLDER = Path(__file__).parent / "machines"
GIB = 1 << 30


class Tree(msgspec.Struct):
    """What a test puts into an empty root."""

    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    folders: list[str] = []
    programs: dict[str, bytes] = {}
    """Files that may be executed."""

    def write(self, root: Path) -> None:
        """Write it."""
        for path in self.folders:
            _at(root, path).mkdir(parents=True, exist_ok=True)
        for path, content in (self.files | self.programs).items():
            target = _at(root, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o755 if path in self.programs else 0o644)
        for path, says in self.links.items():
            target = _at(root, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(says)


class Recorded(msgspec.Struct):
    """A machine of `tests/machines/`."""

    tree: Tree
    environment: dict[str, str] = {}
    uname: tuple[str, str] = ("", "")
    libc: str | None = None
    affinity: int | None = None


def no_programs(argv: object, *, seconds: float = 0.0) -> Answer:
    """Stand for a machine on which no program can be started."""
    del argv, seconds
    return None


def answering(answers: Mapping[str, Answer]) -> Run:
    """Return a `run` that plays recorded answers, by the program's name."""

    def run(argv: object, *, seconds: float = 0.0) -> Answer:
        del seconds
        assert isinstance(argv, list)
        return answers.get(str(argv[0]).replace("\\", "/").rpartition("/")[2])

    return run


def still(  # what a call would say of this real machine must not leak into a test
    *,
    uname: tuple[str, str] = ("5.15.0-91-generic", "x86_64"),
    libc: str | None = "glibc 2.35",
    affinity: int | None = None,
    room: Room | None | Unknown = None,
    writable: bool | None = None,
    home: str | None = None,
    working: str | None = None,
    registry: Mapping[str, str] | None = None,
) -> Calls:
    """Return calls that answer only what the test says."""
    known = registry or {}
    return Calls(
        uname=lambda: uname,
        product_version=lambda: None,
        registry=lambda _key, name: known.get(name),
        libc=lambda: libc,
        affinity=lambda: affinity,
        limit=lambda _name: None,
        room=lambda _folder: room,
        writable=lambda _folder: writable,
        home=lambda: home,
        working=lambda: working,
        counts=lambda: Unknown("not asked"),
        main_memory=lambda: Unknown("not asked"),
    )


def system(
    root: Path,
    files: Mapping[str, str] | None = None,
    *,
    links: Mapping[str, str] | None = None,
    folders: tuple[str, ...] = (),
    programs: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    run: Run = no_programs,
    calls: Calls | None = None,
) -> System:
    """Return a machine that consists of these files alone."""
    tree = Tree(
        files={path: text.encode() for path, text in (files or {}).items()},
        links=dict(links or {}),
        folders=list(folders),
        programs={path: text.encode() for path, text in (programs or {}).items()},
    )
    tree.write(root)
    return System(root=root, environment=dict(environment or {}), run=run, calls=calls or still())


def recorded(name: str) -> Recorded:
    """Read a machine of `tests/machines/`."""
    machine = Recorded(tree=Tree())
    for entry in f"\n{(FOLDER / f'{name}.txt').read_text(encoding='utf-8')}".split("\n=== ")[1:]:
        head, _, body = entry.partition("\n")
        _add(machine, head, body if body.endswith("\n") or not body else f"{body}\n")
    return machine


def names() -> list[str]:
    """Return the names of all recorded machines."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def machine(name: str, root: Path, run: Run = no_programs) -> System:
    """Write a recorded machine into an empty root."""
    found = recorded(name)
    found.tree.write(root)
    calls = still(uname=found.uname, libc=found.libc, affinity=found.affinity)
    return System(root=root, environment=found.environment, run=run, calls=calls)


def _add(machine: Recorded, head: str, body: str) -> None:
    word, _, rest = head.partition(" ")
    if head.startswith("$"):
        name, _, value = head[1:].partition("=")
        machine.environment[name] = value
    elif word == "uname":
        release, _, arch = rest.partition(" ")
        machine.uname = (release, arch)
    elif word == "libc":
        machine.libc = rest
    elif word == "affinity":
        machine.affinity = int(rest)
    elif " -> " in head:
        path, _, says = head.partition(" -> ")
        machine.tree.links[path] = says
    elif head.endswith("/"):
        machine.tree.folders.append(head)
    else:
        assert head.startswith("/"), head
        machine.tree.files[head] = body.encode()


def _at(root: Path, path: str) -> Path:
    return root / path.lstrip("/")
