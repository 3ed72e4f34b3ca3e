"""The exact commands that install a recommendation into an environment."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import msgspec

from envdoctor.facts import Snapshot, Unknown
from envdoctor.pins.choice import NoPins, Pins
from envdoctor.pins.needs import BEFORE_BUILDING
from envdoctor.pins.reasons import summary

REJECTED_LINES = 6
"""So many lines say why releases were rejected; a run of releases with the same reason is one line."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The environment that is installed into."""

    python: str = "python"
    """The interpreter: a path, or a program on PATH."""
    windows: bool = False
    pip: bool = True
    """It has pip."""
    uv: bool = False
    """uv made it."""
    managed: bool = False
    """It belongs to the system (PEP 668, or the system's own Python): nothing may be installed into it."""
    torch: str | None = None
    """The torch that it has ("2.15.0+cpu")."""


def target_of(snapshot: Snapshot) -> Target:
    """Return the examined environment. What is not known is taken for the usual."""
    python, torch = snapshot.python, snapshot.torch
    windows = not isinstance(snapshot.host, Unknown) and snapshot.host.os == "windows"
    if python is None or isinstance(python, Unknown):
        return Target(windows=windows)
    version = None if torch is None or isinstance(torch, Unknown) else torch.version
    return Target(
        python=python.executable,
        windows=windows,
        pip=python.pip is not None,
        uv=python.kind == "uv",
        managed=python.externally_managed is True or python.kind == "system",
        torch=version if isinstance(version, str) else None,
    )


def new_environment(target: Target) -> str | None:
    """Return the Python of the environment that the commands make first; None: they install into the examined one."""
    if not target.managed:
        return None
    return ".venv\\Scripts\\python" if target.windows else ".venv/bin/python"


def commands(pins: Pins, target: Target | None = None) -> tuple[str, ...]:
    """Return the commands, one a line, to be run in a shell (on Windows: cmd) in the given order."""
    target = target or Target()
    made = new_environment(target)
    if made is not None:
        fresh = Target(python=made, windows=target.windows)
        return (f"{_quoted(target.python, target)} -m venv .venv", *commands(pins, fresh))
    install = _installer(target)
    lines = []
    if _only_the_variant_differs(pins, target):
        # "torch==2.15.0" is satisfied by 2.15.0+cpu: pip would leave it.
        lines.append(_uninstaller(target))
    if pins.numpy:
        # From PyPI, and first: otherwise torchvision brings the newest.
        lines.append(f'{install} "numpy{pins.numpy}"')
    variant = f"+{pins.variant}" if pins.configured else ""
    wanted = [f"torch=={pins.torch}{variant}", *([f"torchvision=={pins.torchvision}"] if pins.torchvision else [])]
    index = f" --index-url {pins.index}" if pins.index else ""
    lines.append(" ".join([install, *(f'"{one}"' for one in wanted)]) + index)
    return (*lines, *_extras(pins, install))


def _extras(pins: Pins, install: str) -> Iterator[str]:
    """Yield the commands for the other packages: from PyPI, and after torch, which their builds need."""
    plain = [f'"{one.requirement}"' for one in pins.extras if not one.built]
    built = [f'"{one.requirement}"' for one in pins.extras if one.built]
    if plain:
        yield " ".join([install, *plain])
    if built:
        yield f"{install} {BEFORE_BUILDING}"
        yield " ".join([install, "--no-build-isolation", *built])


def report_value(answer: Pins | NoPins, target: Target | None = None) -> dict[str, Any]:
    """Return the object `pins` of a report. Without a recommendation `torch` is None and `install` empty."""
    if isinstance(answer, NoPins):
        because = [*answer.because, *(str(way) for way in answer.ways_out)]
        value = dict.fromkeys(("torch", "torchvision", "variant"))
        return {**value, "python": answer.python, "install": [], "because": because, "rejected": _lines(answer)}
    return {
        "torch": answer.torch,
        "torchvision": answer.torchvision,
        "variant": answer.variant,
        "python": answer.python,
        "torchaudio": answer.torchaudio,
        "numpy": answer.numpy,
        "driver": answer.driver,
        "install": list(commands(answer, target)),
        "because": [*answer.because, *(str(way) for way in answer.better)],
        "rejected": _lines(answer),
    }


def _lines(answer: Pins | NoPins) -> list[str]:
    """Say why releases were rejected: with a recommendation those that are newer than it."""
    rejected = answer.rejected
    if isinstance(answer, Pins):
        newer = [_numbers(one.torch) > _numbers(answer.torch) for one in rejected]
        rejected = tuple(one for one, is_newer in zip(rejected, newer, strict=True) if is_newer)
    lines = summary([one for one in rejected if one.rule != "wish"])
    more = len(lines) - REJECTED_LINES
    return [*lines[:REJECTED_LINES], *([f"and {more} more"] if more > 0 else [])]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _installer(target: Target) -> str:
    python = _quoted(target.python, target)
    return f"uv pip install --python {python}" if target.uv or not target.pip else f"{python} -m pip install"


def _uninstaller(target: Target) -> str:
    python = _quoted(target.python, target)
    if target.uv or not target.pip:
        return f"uv pip uninstall --python {python} torch torchvision"
    return f"{python} -m pip uninstall -y torch torchvision"


def _only_the_variant_differs(pins: Pins, target: Target) -> bool:
    if target.torch is None:
        return False
    version, _, variant = target.torch.partition("+")
    return version == pins.torch and variant not in ("", pins.variant)


def _quoted(path: str, target: Target) -> str:
    if not target.windows:
        return shlex.quote(path)
    return f'"{path}"' if set(path) & set(" &()^;,=%!'") else path
