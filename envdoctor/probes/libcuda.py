"""What a CUDA program meets on this machine: the libcuda that is loaded, and what cuInit says. Asked in a child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from envdoctor.facts import Failure, Gpu, Unknown
from envdoctor.probes.child import Account, converse, own_python
from envdoctor.probes.nvml import FLAGS, NOTHING, Kinds, believed, count_of, gpu_of
from envdoctor.probes.system import System

SCRIPT = Path(__file__).parent / "native" / "libcuda.py"
NO_DEVICE = 100
KINDS: Kinds = {
    "path": (str, NOTHING),
    "error": (str, NOTHING),
    "problem": (str,),
    "cuda": (str, dict),
    "init": (int,),
    "init_name": (str, NOTHING),
    "count": (int, dict),
    "denied": (list,),
}
"""What the child may tell of libcuda as a whole."""


class Libcuda(msgspec.Struct, frozen=True, kw_only=True):
    """libcuda's answers."""

    path: str | None | Unknown
    """The file that the loader takes; None: it knows none."""
    error: str | None = None
    """Why that file does not load, or is no libcuda."""
    cuda: str | None | Unknown
    init: int | None | Unknown
    """What cuInit returned; None: there is no libcuda."""
    init_name: str | None = None
    count: int | None | Unknown
    gpus: tuple[Gpu, ...] = ()
    """Devices that this process may see, with the readings that libcuda has."""
    denied: tuple[str, ...] = ()
    """Device files that the kernel refused to open after cuInit had failed."""
    devices_answer: bool | None | Unknown = None
    """It told something of each device that it counts; None: it counts none; Unknown: it died or hung over one."""


def probe(system: System, seconds: float, nodes: Sequence[str] = ()) -> Libcuda | Unknown:
    """Ask libcuda, and if cuInit fails try to open these device files (paths on the machine).

    Returns:
        `Unknown`: the child could not be started, so not even the library was looked for.
    """
    options = {"nodes": [str(system.path(node)) for node in nodes]}
    account = converse(own_python(), SCRIPT, options, seconds=seconds, environment=system.environment, flags=FLAGS)
    if not isinstance(account, Account):
        return Unknown("envdoctor's own Python is gone") if account is None else account
    found = understand(account.facts, account.failure, account.stage)
    if isinstance(found, Unknown) or not found.denied:
        return found
    return msgspec.structs.replace(found, denied=tuple(n for n in nodes if str(system.path(n)) in found.denied))


def understand(told: Mapping[str, Any], failure: Failure | None = None, stage: str = "end") -> Libcuda | Unknown:
    """Turn what the child told, and how it ended, into facts."""
    told = believed(told, KINDS)
    ending = Unknown(f"{failure.detail} in {stage}") if failure else Unknown("libcuda was not asked")
    if "path" not in told:
        if not stage.startswith("load "):
            return ending
        return Libcuda(path=ending, error=ending.reason, cuda=ending, init=ending, count=ending)
    if told["path"] is None:
        return _not_loaded(told.get("error"))
    init = told.get("init", Unknown(told["problem"]) if "problem" in told else ending)
    return Libcuda(
        path=told["path"],
        error=told.get("problem"),
        cuda=_fact(told, "cuda", ending),
        init=init,
        init_name=told.get("init_name"),
        count=_count(told, init, ending),
        gpus=_gpus(told, failure),
        devices_answer=_devices_answer(told, failure, stage),
        denied=tuple(node for node in told.get("denied", ()) if isinstance(node, str)),
    )


def _not_loaded(error: str | None) -> Libcuda:
    if error is None:
        return Libcuda(path=None, cuda=None, init=None, count=None)
    # glibc puts the file first that it stumbled over: "/usr/lib/libcuda.so.1: file too short".
    path, colon, _ = error.partition(": ")
    reason = Unknown(error)
    found = path if colon and path.startswith("/") and "libcuda" in path else reason
    return Libcuda(path=found, error=error, cuda=reason, init=reason, count=reason)


def _count(told: Mapping[str, Any], init: int | Unknown, ending: Unknown) -> int | Unknown:
    if init == NO_DEVICE:
        return 0
    if isinstance(init, int) and init != 0:
        return Unknown(f"cuInit returned {told.get('init_name') or init}")
    count = _fact(told, "count", ending)
    if isinstance(count, int) and count_of(told) is None:
        return Unknown(f"libcuda counts {count} devices, which cannot be")
    return count if isinstance(count, int | Unknown) else ending


def _devices_answer(told: Mapping[str, Any], failure: Failure | None, stage: str) -> bool | None | Unknown:
    count = count_of(told)
    if not count:
        return None
    if failure is not None and stage.startswith("device "):
        return Unknown(f"{failure.detail} in libcuda over {stage}")
    return all(f"gpu.{index}.problem" not in told for index in range(count))


def _fact(told: Mapping[str, Any], name: str, ending: Unknown) -> Any:
    value = told.get(name, ending)
    return Unknown(str(value.get("unknown"))) if isinstance(value, dict) else value


def _gpus(told: Mapping[str, Any], failure: Failure | None) -> tuple[Gpu, ...]:
    count = count_of(told)
    if count is None:
        return ()
    return tuple(gpu_of(told, index, failure.detail if failure else None) for index in range(count))
