"""Lists of packages: `pip list`, `pip freeze`, `conda list`, and the lists at the end of collect_env."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envdoctor.intake.claims import Claims
from envdoctor.intake.clean import Line

NAME = r"[A-Za-z][A-Za-z0-9._-]{0,60}"
MARKED = re.compile(rf"^\W{{0,4}}\[(pip3?|conda)\]\s+({NAME})(?:==|\s+)(\S.*)$")
FROZEN = re.compile(rf"^\s{{0,8}}(?:[-*] )?({NAME})==(\S.*)$")
HEADER = re.compile(r"^(#\s*Name\s+Version\b|\s*Package\s+Version\b)")
ROW = re.compile(rf"^\s{{0,4}}({NAME})\s+(\d\S*)(?:\s+(\S.*))?$")
RULER = re.compile(r"^[\s-]+$")
VERSION = re.compile(r"^\d+[A-Za-z0-9.!+_-]*")
WISHED = re.compile(r"wanted|required|needed|requested|for \d", re.IGNORECASE)
"""A version that somebody wanted is not installed."""
BUILD = re.compile(r"(?:^|[_=\s])(cpu|cuda(\d+\.\d+|\d{2,3})?|rocm)", re.IGNORECASE)
CONDA_TORCH = "pytorch"
FAMILY = {"torch": "torch", "pytorch": "torch", "torchvision": "torchvision", "torchaudio": "torchaudio"}


def read(lines: Iterable[Line], claims: Claims) -> None:
    """Note every package with its version, and what the build strings of PyTorch say."""
    table = ""
    for line in lines:
        header = HEADER.match(line.text)
        if header:
            table = "conda" if "#" in header[0] else "pip"
            continue
        marked = MARKED.match(line.text)
        frozen = FROZEN.match(line.text)
        if marked:
            _note(claims, "conda" if marked[1] == "conda" else "pip", marked[2], marked[3], line)
        elif frozen and line.output:
            _note(claims, "pip", frozen[1], frozen[2], line)
        elif table and (row := ROW.match(line.text)):
            _note(claims, table, row[1], f"{row[2]} {row[3] or ''}".strip(), line)
        elif table and not RULER.match(line.text) and not line.text.startswith("#"):
            table = ""


def _note(claims: Claims, manager: str, name: str, rest: str, line: Line) -> None:
    """Note one row: name, and "2.6.0 py3.12_cuda12.4_0 pytorch" or the like."""
    plain = re.sub(r"[-_.]+", "-", name).lower()
    plain = "torch" if plain == CONDA_TORCH else plain
    if WISHED.search(rest):
        return
    version = VERSION.match(rest)
    if version:
        claims.add(f"packages.{plain}", _public(version[0]), manager, line)
        if plain in ("torch", "torchvision", "torchaudio"):
            claims.add(f"{plain}.{manager}", _public(version[0]), manager, line)
    if plain == "cpuonly":
        claims.add("torch.variant", "cpu", manager, line)
    build = BUILD.search(rest)
    if plain == "torch" and build:
        claims.add("torch.variant", _variant(build), manager, line)


def _public(version: str) -> str:
    """Return the version without a build string that is glued to it ("1.9.0=py3.8_cpu_0", "0.1.12-py36cuda8.0")."""
    return re.split(r"=|-py", version)[0]


def _variant(build: re.Match[str]) -> str:
    """Return "cpu", "rocm", "12.4" (of "cuda12.4" and "cuda124"), or "cuda" where no version is said."""
    number = build[2]
    if not number:
        return build[1].lower()
    return number if "." in number else f"{number[:-1]}.{number[-1]}"
