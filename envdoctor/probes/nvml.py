"""What NVML says about the driver and its GPUs, asked in a child process: a driver may crash or never answer."""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from envdoctor.facts import Failure, Gpu, Unknown
from envdoctor.probes.child import Account, converse, own_python
from envdoctor.probes.system import System

SCRIPT = Path(__file__).parent / "native" / "nvml.py"
FLAGS = ("-I", "-S")
"""Our own Python without the user's variables, working directory, user site and .pth files."""
FOLDERS = (
    "/usr/lib/wsl/lib",
    "/usr/local/nvidia/lib64",
    "/run/opengl-driver/lib",
)
"""Where NVML lies on WSL, in containers of Kubernetes and on NixOS even if the loader was not told."""

MOST_GPUS = 256
"""No machine has more; a library that counts more has lost count."""

Kinds = Mapping[str, tuple[type, ...]]
NOTHING = type(None)
KINDS: Kinds = {
    "path": (str, NOTHING),
    "error": (str, NOTHING),
    "message": (str, NOTHING),
    "problem": (str,),
    "library_version": (str,),
    "code": (int, NOTHING),
    "driver": (str, dict, NOTHING),
    "cuda": (str, dict, NOTHING),
    "count": (int, dict, NOTHING),
}
"""What the child may tell of NVML as a whole. A child that goes mad in a driver's library tells anything."""


class Nvml(msgspec.Struct, frozen=True, kw_only=True):
    """NVML's answers."""

    code: int | None | Unknown
    """What nvmlInit returned; None: there is no NVML library."""
    message: str | None = None
    path: str | None = None
    library: str | None | Unknown
    """The library's version, known even if nvmlInit fails."""
    driver: str | None | Unknown
    """The running driver's version (on WSL: of the Windows driver)."""
    cuda: str | None | Unknown
    gpus: tuple[Gpu, ...] | Unknown


def probe(system: System, seconds: float) -> Nvml | Unknown:
    """Ask NVML. Unknown: the child could not be started, so not even the library was looked for."""
    until = time.monotonic() + seconds
    told: dict[str, Any] = {}
    first = 0
    while True:
        left = until - time.monotonic()
        account = _ask(system, max(0.1, left), first)
        if not isinstance(account, Account):
            return Unknown("envdoctor's own Python is gone") if account is None else account
        told |= account.facts
        following = _after_crash(account.failure, account.stage, told)
        if following is None or left < seconds / 4:
            return understand(told, account.failure, account.stage)
        first = following


def _ask(system: System, seconds: float, first: int) -> Account | None | Unknown:
    options = {
        "package": _package_folder(),
        "folders": [str(system.path(folder)) for folder in FOLDERS],
        "first": first,
        "seconds": seconds - min(0.5, seconds / 4),
    }
    return converse(own_python(), SCRIPT, options, seconds=seconds, environment=system.environment, flags=FLAGS)


def _package_folder() -> str | None:
    spec = importlib.util.find_spec("pynvml")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return str(folder.parent if spec.submodule_search_locations else folder)


def _after_crash(failure: Failure | None, stage: str, told: dict[str, Any]) -> int | None:
    """Return the GPU to go on with: a crash over one must not hide those behind it. A hang has used the time up."""
    at = re.fullmatch(r"GPU (\d+): (\w+)", stage)
    if at is None or failure is None or failure.kind == "hang":
        return None
    told[f"gpu.{at[1]}.problem"] = f"{failure.detail} in {at[2]}"
    following, count = int(at[1]) + 1, count_of(told)
    return following if count is not None and following < count else None


def understand(told: Mapping[str, Any], failure: Failure | None = None, stage: str = "end") -> Nvml | Unknown:
    """Turn what the child told, and how it ended, into facts."""
    told = believed(told, KINDS)
    ending = Unknown(f"{failure.detail} in {stage}") if failure else Unknown("NVML was not asked")
    if "path" not in told and not stage.startswith("load "):
        return ending
    library = _library(told, ending)
    if "path" in told and told["path"] is None:
        error = told.get("error")
        state = Unknown(error) if error else None
        return Nvml(
            code=state, message=error, library=state, driver=state, cuda=state, gpus=state or Unknown("no NVML")
        )
    code = _code(told, ending)
    if code == 0:
        return Nvml(
            code=0,
            path=told["path"],
            library=library,
            driver=_version(_fact(told, "driver", ending)),
            cuda=_fact(told, "cuda", ending),
            gpus=_gpus(told, failure, stage),
        )
    reason = code if isinstance(code, Unknown) else Unknown(f"NVML: {told.get('message') or 'error'} ({code})")
    return Nvml(
        code=code,
        message=told.get("message") or (code.reason if isinstance(code, Unknown) else None),
        path=told.get("path"),
        library=library,
        driver=reason,
        cuda=reason,
        gpus=reason,
    )


def believed(told: Mapping[str, Any], kinds: Kinds) -> dict[str, Any]:
    """Return what was told without what cannot be meant: it counts as not told."""
    return {name: value for name, value in told.items() if name not in kinds or _fits(value, kinds[name])}


def _fits(value: object, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, kinds) and not (isinstance(value, int) and abs(value) >= 1 << 63)


def _code(told: Mapping[str, Any], ending: Unknown) -> int | Unknown:
    if isinstance(told.get("code"), int):
        return int(told["code"])
    return Unknown(told.get("problem") or told.get("message") or ending.reason)


def _library(told: Mapping[str, Any], ending: Unknown) -> str | Unknown:
    """NVML counts "12.535.183.01": CUDA's major, then the driver. Older ones name the file so, at least."""
    full = told.get("library_version")
    match = re.fullmatch(r"\d{1,2}\.(\d{3,}(?:\.\d+)+)", full) if isinstance(full, str) else None
    return match[1] if match else version_of_file(told.get("path") or "") or _no_version(told, ending)


def _no_version(told: Mapping[str, Any], ending: Unknown) -> Unknown:
    return Unknown("the NVML library does not tell its version") if told.get("path") else ending


def version_of_file(path: str) -> str | None:
    """Return the driver version that a library's name ends in ("libcuda.so.535.183.01"), or None."""
    match = re.search(r"\.so\.(\d{2,}(?:\.\d+)+)$", path)
    return match[1] if match else None


def _version(told: Any) -> Any:
    """Believe a version that looks like one."""
    if isinstance(told, str) and not re.fullmatch(r"\d{2,4}(?:\.\d{1,5}){1,3}", told, re.ASCII):
        return Unknown(f"NVML calls the driver {told[:40]!r}")
    return told


def _fact(told: Mapping[str, Any], name: str, ending: Unknown) -> Any:
    value = told.get(name, ending)
    if isinstance(value, dict):
        return Unknown(str(value.get("unknown")))
    return value or (Unknown("NVML gave an empty answer") if value == "" else value)


def count_of(told: Mapping[str, Any]) -> int | None:
    """Return how many GPUs a library says there are; None: it said nothing that can be true."""
    count = told.get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MOST_GPUS else None


def _gpus(told: Mapping[str, Any], failure: Failure | None, stage: str) -> tuple[Gpu, ...] | Unknown:
    count = count_of(told)
    if count is None:
        count = told.get("count")
        if isinstance(count, int):
            return Unknown(f"NVML counts {count} GPUs, which cannot be")
        reason = count.get("unknown") if isinstance(count, dict) else failure and f"{failure.detail} in {stage}"
        return Unknown(f"NVML does not tell how many GPUs there are: {reason}")
    return tuple(gpu_of(told, index, failure.detail if failure else None) for index in range(count))


def gpu_of(told: Mapping[str, Any], index: int, ending: str | None = None) -> Gpu:
    """Put together what was told of one GPU; a reading that did not come is Unknown with the reason."""
    prefix = f"gpu.{index}."
    said = {key[len(prefix) :]: value for key, value in told.items() if key.startswith(prefix)}
    problem = said.get("problem")
    if problem is None and (said.get("at") or (ending and not said)):
        # It was asked and never answered to the end, or its turn never came.
        why = "no answer" if said.get("hangs") else ending or "no answer"
        problem = f"{why} in {said['at']}" if said.get("at") else f"not reached: {ending}"
    missing = {"unknown": problem or ending or "not told"}
    values: dict[str, Any] = {name: said.get(name, missing) for name in READINGS}
    try:
        return msgspec.convert(_spoken(values) | {"index": index, "problem": problem}, Gpu)
    except (msgspec.ValidationError, UnicodeError):  # halves of characters are no text
        return _understood_one_by_one(_spoken(values), index, problem)


READINGS = tuple(name for name in Gpu.__struct_fields__ if name not in ("index", "problem", "numa_node"))
"""What a library tells of a GPU; the memory node is told by the bus."""


def _spoken(values: dict[str, Any]) -> dict[str, Any]:
    """Take an empty text for no answer."""
    return {name: {"unknown": "an empty answer"} if value == "" else value for name, value in values.items()}


def _understood_one_by_one(values: dict[str, Any], index: int, problem: object) -> Gpu:
    """Keep the readings that can be meant: a child that went mad over one of them said the others before."""
    found = {name: _understood(name, value) for name, value in values.items()}
    return Gpu(index, problem=problem if isinstance(problem, str) else None, **found)


def _understood(name: str, value: object) -> Any:
    try:
        return getattr(msgspec.convert({"index": 0, name: value}, Gpu), name)
    except (msgspec.ValidationError, UnicodeError) as error:
        return Unknown(f"the answer is not understood: {error}"[:200])
