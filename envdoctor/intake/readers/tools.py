"""What tools say of themselves: nvcc, gcc, ldd, uname, ls, df, ulimit; and Python and torch typed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envdoctor.intake.claims import Claims
from envdoctor.intake.clean import Line

NVCC = re.compile(r"Cuda compilation tools, release (\d+\.\d+)")
GCC = re.compile(r"^(?:gcc|g\+\+|cc|c\+\+)(?:-\d+)? \([^)]{0,60}\) (\d+\.\d+(?:\.\d+)?)")
LDD = re.compile(r"^ldd \([^)]{0,60}\) (\d+\.\d+)")
UNAME = re.compile(r"^Linux \S+ (\d+\.\d+\.\S+) .*\b(x86_64|aarch64|ppc64le)\b")
SHM = re.compile(r"\s(\d+(?:\.\d+)?)([KMGT])\s+\S+\s+(\d+(?:\.\d+)?)([KMGT]?)\s+\d+%\s+/dev/shm\b")
PYTHON = re.compile(r"^Python (\d+\.\d+\.\d+)(?:[a-z+]\S*)?(?: [|(]|$)")
ASKED = re.compile(
    r"torch\.(__version__|version\.cuda|version\.hip|cuda\.is_available|cuda\.device_count|backends\.cudnn\.version)"
    r"(?:\(\))?['\"`]?\)?\s*(?:[:=,]|==|->|→|is|returns?|gives?)+\s*['\"`]?([A-Za-z0-9.+_-]{1,40})",
    re.IGNORECASE,
)
TYPED = re.compile(
    r"^(?:>>> |In \[\d+\]: |\s*)(?:print\()?torch\."
    r"(__version__|version\.cuda|version\.hip|cuda\.is_available|cuda\.device_count)(?:\(\))?\)?;?$"
)
ANSWER = re.compile(r"^(?:Out\[\d+\]: )?['\"]?([A-Za-z0-9.+_-]{1,40})['\"]?$")
UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
ASKS = {
    "__version__": "torch.version",
    "version.cuda": "torch.cuda",
    "version.hip": "torch.hip",
    "cuda.is_available": "torch_run.available",
    "cuda.device_count": "torch_run.device_count",
    "backends.cudnn.version": "torch_run.cudnn",
}


def read(lines: Iterable[Line], claims: Claims) -> None:
    """Note versions of tools, and what PyTorch answered to those who asked it by hand."""
    typed = ""
    for line in lines:
        _tools(line, claims)
        if typed and (answer := ANSWER.match(line.text.strip())):
            note_torch(claims, typed, answer[1], "python", line)
        found = TYPED.match(line.text)
        typed = found[1].lower() if found else ""
        if "torch." in line.text:
            for name, value in ASKED.findall(line.text):
                note_torch(claims, name.lower(), value, "python", line)


def note_torch(claims: Claims, name: str, value: str, by: str, line: Line) -> None:
    """Note what PyTorch said of itself, if it is something that it can say."""
    path = ASKS[name]
    if path == "torch_run.available":
        if value.lower() in ("true", "false"):
            claims.add(path, value.lower() == "true", by, line)
    elif path == "torch_run.device_count":
        if value.isdecimal() and len(value) < 5:  # noqa: PLR2004  # no machine has that many
            claims.add(path, int(value), by, line)
    elif value.lower() == "none":
        claims.add(path, None, by, line)
    elif value[:1].isdigit():
        claims.add(path, value.rstrip("."), by, line)


def _tools(line: Line, claims: Claims) -> None:
    text = line.text
    if found := NVCC.search(text):
        claims.add("nvcc.version", found[1], "nvcc", line)
    if found := GCC.match(text):
        claims.add("gcc.version", found[1], "gcc", line)
    if found := LDD.match(text):
        claims.add("host.libc_version", found[1], "ldd", line)
    if found := UNAME.match(text):
        claims.add("host.kernel", found[1], "uname", line)
        claims.add("host.arch", found[2], "uname", line)
    if found := PYTHON.match(text):
        claims.add("python.version", found[1], "python", line)
    if found := SHM.search(text):
        claims.add("shm.total_bytes", int(float(found[1]) * UNITS[found[2]]), "df", line)
        claims.add("shm.free_bytes", int(float(found[3]) * UNITS[found[4]]), "df", line)
