"""Executes the steps of Dockerfiles in a Debian root, where no image can be pulled and no Docker runs.

Usage: try_dockerfiles.py [OPTIONS] ROOT SCRATCH DOCKERFILE...

ROOT is a folder that debootstrap made (`debootstrap --variant=minbase bookworm ROOT`); each Dockerfile works on a copy
of it below SCRATCH. ENV, ARG, COPY, WORKDIR, USER and RUN are done as Docker does them, RUN by chroot in namespaces of
its own. It takes root. What FROM names is stood in for by ROOT with what `STANDS_IN` says; the output says what
differs.

What a machine's network needs is handed in and stays out of the repository: `--env NAME` gives each step a variable of
this process, `--env NAME=VALUE` another, `--put FILE PATH` a file of this machine. `--instead OLD NEW` changes a step
that cannot run here as it is written. `--then COMMAND` is run at the end, in the image's environment.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import string
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import msgspec

TOP = Path(__file__).parent.parent
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
INTO = """\
mount -t proc proc "$1/proc" && mount -t sysfs -o ro sysfs "$1/sys" && mount --rbind /dev "$1/dev" \
 && exec chroot --userspec="$2" "$1" /bin/sh -c "$3"
"""
SHOWN = 12
"""Lines of the output of a step that fails."""
PYTHON = """\
apt-get update && apt-get install --yes --no-install-recommends ca-certificates python3-dev python3-venv \
 && rm -rf /var/lib/apt/lists/* && python3 -m venv /usr/local && python -m pip --version"""
STANDS_IN = {
    # Beginning of an image's name → what the root gets, and what differs then.
    "python:": (PYTHON, "Debian's own Python in an environment at /usr/local, whose version is Debian's"),
    "nvidia/cuda:": ("", "no CUDA toolkit in it, and Debian in place of Ubuntu"),
}


class Step(msgspec.Struct, frozen=True):
    """One instruction of a Dockerfile."""

    word: str
    """In capitals: RUN."""
    rest: str
    """With lines joined."""


class Image:
    """What the steps so far have made."""

    def __init__(self, root: Path, given: Mapping[str, str]) -> None:
        self.root = root
        self.environment = {"PATH": PATH, "HOME": "/root"}
        self.arguments: dict[str, str] = {}
        self.folder = "/"
        self.user = "root"
        self.command: list[str] = []
        """What CMD and ENTRYPOINT say; not run."""
        self._given = dict(given)

    def do(self, step: Step) -> str:
        """Do a step; return "" or why it failed."""
        does = {"RUN": self._run, "COPY": self._copy, "ENV": self._env, "ARG": self._arg, "WORKDIR": self._workdir}
        if step.word == "USER":
            self.user = self._filled(step.rest)
        elif step.word in ("CMD", "ENTRYPOINT"):
            self.command.append(step.rest)
        elif step.word in does:
            return does[step.word](step.rest)
        else:
            return f"{step.word} is not known here"
        return ""

    def _run(self, rest: str) -> str:
        command = f"cd {shlex.quote(self.folder)} && {rest}"
        argv = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--", "sh", "-c", INTO, "sh"]
        done = subprocess.run(
            [*argv, str(self.root), self.user, command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**self._given, **self.arguments, **self.environment},
        )
        if done.returncode == 0:
            return ""
        last = done.stdout.decode(errors="replace").splitlines()[-SHOWN:]
        return "\n".join([f"exit code {done.returncode}", *last])

    def output(self, command: str) -> str:
        """Return what a command prints in the image."""
        place = "/tmp/.output"  # noqa: S108  # of the image
        problem = self._run(f"( {command} ) > {place} 2>&1")
        printed = (self.root / place.lstrip("/")).read_text("utf-8", errors="replace")
        return printed + (f"{problem.splitlines()[0]}\n" if problem else "")

    def _copy(self, rest: str) -> str:
        *sources, target = (self._filled(one) for one in shlex.split(rest))
        place = Path(os.path.normpath(self.root / self.folder.lstrip("/") / target))
        if target.startswith("/"):
            place = self.root / target.lstrip("/")
        for source in sources:
            path = TOP / source
            if path.is_dir():
                # Docker copies what is in a folder, not the folder.
                shutil.copytree(path, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            elif path.is_file():
                to = place / path.name if target.endswith("/") or len(sources) > 1 else place
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, to)
            else:
                return f"{source} is not there"
        return ""

    def _env(self, rest: str) -> str:
        for word in shlex.split(rest):
            name, _, value = word.partition("=")
            self.environment[name] = self._filled(value)
        return ""

    def _arg(self, rest: str) -> str:
        name, _, value = rest.partition("=")
        self.arguments[name] = self._filled(value)
        return ""

    def _workdir(self, rest: str) -> str:
        self.folder = os.path.normpath(Path(self.folder) / self._filled(rest))
        (self.root / self.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        return ""

    def _filled(self, text: str) -> str:
        return string.Template(text).safe_substitute({**self.arguments, **self.environment})


def steps(text: str) -> list[Step]:
    """Read a Dockerfile."""
    lines = "".join(f"{line}\n" for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n", " ", lines)
    return [
        Step(word.upper(), re.sub(r"\s+", " ", rest).strip())
        for word, _, rest in (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    ]


def stand_in(base: str) -> tuple[str, str]:
    """Return what is done to the root so that it stands in for an image, and what differs then."""
    found = next((said for beginning, said in STANDS_IN.items() if base.startswith(beginning)), None)
    if found is None:
        raise LookupError(f"nothing stands in for the image {base}")
    return found


def tried(dockerfile: Path, image: Image, instead: Sequence[tuple[str, str]]) -> Iterator[tuple[str, float, str]]:
    """Do one step after the other; yield each with its seconds, and "" or why it failed. A failure is the last."""
    for step in steps(dockerfile.read_text("utf-8")):
        begun, shown, problem = time.monotonic(), f"{step.word} {step.rest}", ""
        if step.word == "FROM":
            base = string.Template(step.rest).safe_substitute(image.arguments)
            command, differs = stand_in(base)
            shown = f"FROM {base} (stood in for: {differs})"
            problem = image.do(Step("RUN", command)) if command else ""
        else:
            rest = step.rest
            for old, new in instead:
                rest = rest.replace(old, new)
            shown += f" (here: {rest})" if rest != step.rest else ""
            problem = image.do(Step(step.word, rest))
        yield shown, time.monotonic() - begun, problem
        if problem:
            return


def try_one(image: Image, dockerfile: Path, instead: Sequence[tuple[str, str]], then: Sequence[str]) -> bool:
    """Print what becomes of a Dockerfile; return whether all of it could be done."""
    sys.stdout.write(f"{dockerfile.name}\n")
    for shown, seconds, problem in tried(dockerfile, image, instead):
        sys.stdout.write(f"  {'FAILED' if problem else 'ok'} {seconds:6.1f} s  {shown}\n")
        sys.stdout.flush()
        if problem:
            sys.stdout.write("".join(f"      {line}\n" for line in problem.splitlines()))
            return False
    for command in then:
        sys.stdout.write(f"  $ {command}\n")
        sys.stdout.write("".join(f"      {line}\n" for line in image.output(command).splitlines()))
    return True


def copied(root: Path, scratch: Path, put: Sequence[tuple[str, str]]) -> Path:
    """Return a fresh copy of the root, with the machine's own files in it."""
    scratch.mkdir(parents=True, exist_ok=True)
    if (scratch / "root").exists():
        shutil.rmtree(scratch / "root")
    # Owners, links and devices stay what they are.
    subprocess.run(["cp", "--archive", "--reflink=auto", str(root), str(scratch / "root")], check=True)
    for file, place in put:
        to = scratch / "root" / place.lstrip("/")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, to)
    return scratch / "root"


def _variable(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    return name, value if equals else os.environ.get(name)


@click.command(help=__doc__)
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("scratch", type=click.Path(file_okay=False, path_type=Path))
@click.argument("dockerfiles", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--env", multiple=True, metavar="NAME", help="A variable of this process for every step.")
@click.option("--put", nargs=2, multiple=True, metavar="FILE PATH", help="A file of this machine for the image.")
@click.option("--instead", nargs=2, multiple=True, metavar="OLD NEW", help="A text of a step, and what is run for it.")
@click.option("--then", multiple=True, metavar="COMMAND", help="Run at the end; its output is shown.")
def main(
    root: Path,
    scratch: Path,
    dockerfiles: tuple[Path, ...],
    env: tuple[str, ...],
    put: tuple[tuple[str, str], ...],
    instead: tuple[tuple[str, str], ...],
    then: tuple[str, ...],
) -> None:
    """Try each Dockerfile on a copy of its own."""
    given = {name: value for name, value in (_variable(one) for one in env) if value is not None}
    done = []
    for dockerfile in dockerfiles:
        image = Image(copied(root, scratch, put), given)
        done.append(try_one(image, dockerfile, instead, then))
    raise SystemExit(0 if all(done) else 1)


if __name__ == "__main__":
    main()
