"""Worlds to build environments in: no disks, programs that are scripted, wheels that hold next to nothing."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from envdoctor.facts import Unknown
from envdoctor.probes.system import System
from envdoctor.setup.base import Base
from envdoctor.setup.outside import Ended, Listen, Outside

BASE = Base(executable="/usr/bin/python3.11", version="3.11.7", pip="24.0")
Script = Callable[[Sequence[str]], Ended | None | Unknown]


class Programs:
    """Plays answers, and notes what was asked for."""

    def __init__(self, script: Script) -> None:
        self.asked: list[tuple[str, ...]] = []
        self._script = script

    def __call__(self, argv: Sequence[str], *, seconds: float, listen: Listen | None = None) -> Ended | None | Unknown:
        del seconds
        self.asked.append(tuple(argv))
        answer = self._script(argv)
        if isinstance(answer, Ended) and listen is not None:
            for line in answer.lines:
                listen(line)
        return answer


def outside(
    script: Script = lambda _: Ended(0),
    *,
    free: int | None = 10**12,
    root: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Outside:
    """Return a world with scripted programs, so much room on its disk, and a clock that stands still."""
    system = System(root=root or Path("/nowhere"), environment=environment or {})
    return Outside(
        system=system,
        run=Programs(script),
        free_bytes=lambda _: free,
        size_of=lambda _: 1_000_000,
        clock=lambda: 0.0,
    )


def wheel(folder: Path, name: str, version: str, *requires: str) -> str:
    """Write a wheel with one empty module, and return its hash."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": metadata + "".join(f"Requires-Dist: {one}\n" for one in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(zipfile.ZipInfo(inside), text)
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
