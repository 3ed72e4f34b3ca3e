"""What making an environment needs of the world, in one value, so that tests can hand in another world."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from envdoctor.facts import Unknown
from envdoctor.probes.command import GRACE_SECONDS, end, ended, reason_of, start
from envdoctor.probes.system import System, this_system
from envdoctor.probes.tail import Tail, join
from envdoctor.setup.sizes import download_size

KEPT_LINES = 200
LEFT_OUT = (  # noqa: SIM905  # one readable table
    "PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_REQUIRE_VIRTUALENV PIP_PYTHON PIP_DRY_RUN PIP_REPORT PYTHONPATH "
    "PYTHONHOME PYTHONSTARTUP PYTHONINSPECT VIRTUAL_ENV CONDA_PREFIX UV_PROJECT_ENVIRONMENT UV_SYSTEM_PYTHON UV_PYTHON"
).split()
"""Variables that would lead pip or uv to another place than the new environment."""

Listen = Callable[[str], None]
"""Called with each line that a program prints."""


class Ended(msgspec.Struct, frozen=True):
    """How a program ended, and what it said."""

    exit_code: int | None
    """None: it was ended because it took too long."""
    stdout: str = ""
    lines: tuple[str, ...] = ()
    """The last lines of both streams, in the order of their coming."""


class Runner(Protocol):
    """Runs a program and listens."""

    def __call__(self, argv: Sequence[str], *, seconds: float, listen: Listen | None = None) -> Ended | None | Unknown:
        """Run a program; see `run_aloud`."""


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """The machine, programs, disks and the clock."""

    system: System
    run: Runner
    free_bytes: Callable[[str], int | None]
    """Room where a folder is or would be; None: it cannot be told."""
    size_of: Callable[[str], int | None]
    """What downloading an address costs, in bytes; None: it cannot be told."""
    clock: Callable[[], float] = time.monotonic


def this_outside() -> Outside:
    """Return the machine that envdoctor runs on."""
    return Outside(system=this_system(), run=run_aloud, free_bytes=free_bytes, size_of=download_size)


def free_bytes(folder: str) -> int | None:
    """Return the room on the file system of a folder, or of the nearest one above that exists."""
    path = Path(folder)
    for place in (path, *path.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:  # noqa: PERF203  # a few
            continue
    return None


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for pip and uv: the configured index stays, what names another target goes."""
    kept = {name: value for name, value in environment.items() if name not in LEFT_OUT}
    # PIP_USER: pip.conf may say so as well, and a variable wins.
    return kept | {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}


def run_aloud(argv: Sequence[str], *, seconds: float, listen: Listen | None = None) -> Ended | None | Unknown:
    """Run a program without input, pass on each line it prints, and wait for its end.

    Ctrl-C ends it and all that it started, and goes on its way.

    Returns:
        `None`: there is no such program. `Unknown`: it could not be started.
    """
    process = start(argv, environment=clean_environment(os.environ))
    if not isinstance(process, subprocess.Popen):
        return process
    said: deque[str] = deque(maxlen=KEPT_LINES)

    def take(line: str) -> None:
        said.append(line)
        if listen is not None:
            listen(line)

    out, err = _Lines(take), _Lines(take)
    try:
        streams = (Tail(process.stdout, out.hear), Tail(process.stderr, err.hear))
        over = ended(process, seconds)
    except RuntimeError as error:  # no thread to listen with
        return Unknown(f"{argv[0]} cannot be listened to: {reason_of(error)}")
    finally:
        end(process)
    join(streams, GRACE_SECONDS)
    return Ended(process.returncode if over else None, streams[0].text(), tuple(said))


class _Lines:
    """Cuts a stream into lines; a line that a program writes over (progress) counts as one each time."""

    def __init__(self, take: Listen) -> None:
        self._take = take
        self._rest = b""

    def hear(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).replace(b"\r", b"\n").split(b"\n")
        self._rest = self._rest[-10_000:]
        for line in lines:
            if line.strip():
                self._take(line.decode("utf-8", "replace"))
