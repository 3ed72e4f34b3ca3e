"""Looks at the whole machine: all probes side by side, within one deadline."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import msgspec

from envdoctor.facts import Python, Snapshot, Unknown
from envdoctor.probes import (
    compilers,
    cpu,
    cudnn,
    disks,
    driver,
    environment,
    host,
    libraries,
    limits,
    memory,
    patient_facts,
    pci,
    platform,
    search_paths,
    shm,
    toolkits,
)
from envdoctor.probes.interpreter import Choice
from envdoctor.probes.system import System
from envdoctor.probes.together import look_together
from envdoctor.report.model import Probe

RESERVE_SECONDS = 1.0
"""Kept back from the time limit for ending what hangs."""
DRIVER_SECONDS = 10.0
"""An NVIDIA driver without persistence mode needs seconds to wake eight GPUs; a wedged one never answers."""
PYTHONS_SECONDS = 3.0
"""Files of home folders may lie on a network that does not answer."""
LIBRARIES_SECONDS = 3.0
"""Their headers are read after the examined Python has answered, often from the same network."""
LEAST_SECONDS = 0.2

PROBES: dict[str, Callable[[System], Any]] = {
    "host": host.probe,
    "cpu": cpu.probe,
    "memory": memory.probe,
    "shm": shm.probe,
    "disks": disks.probe,
    "limits": limits.probe,
    "platform": platform.probe,
    "pci_gpus": pci.probe,
    "toolkits": toolkits.probe,
    "compilers": compilers.probe,
    "cudnn": cudnn.probe,
    "libraries": libraries.probe,
    "environment": environment.probe,
    "search_paths": search_paths.probe,
}
"""Fact → how to get it, where one probe gives one fact."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What to look at, and how long at most."""

    python: Choice
    seconds: float = 30.0
    import_torch: bool = True
    gpu_test: bool = True
    all_pythons: bool = False
    """Also list the other Pythons of the machine. Where the examined one has no torch, they are listed anyway."""
    network: bool = False
    """Also let pip ask its index."""


def take_snapshot(
    system: System, look: Look, *, meanwhile: Callable[[], object] | None = None
) -> tuple[Snapshot, tuple[Probe, ...]]:
    """Ask every probe, and return what is known within the time limit, with how each probe went.

    Args:
        system: the machine.
        look: what to look at, and how long.
        meanwhile: done in this thread while the children work.
    """
    started = time.monotonic()
    patience = max(0.2, look.seconds - RESERVE_SECONDS)

    def patient() -> Any:
        return patient_facts.ask(look.python, seconds=patience, import_torch=look.import_torch, gpu_test=look.gpu_test)

    def nvidia() -> Any:
        return driver.probe(system, seconds=min(DRIVER_SECONDS, patience))

    # The patient first: it takes the longest.
    looks: dict[str, Callable[[], Any]] = {"python": patient, "driver": nvidia}
    looks |= {name: functools.partial(probe, system) for name, probe in PROBES.items()}
    results, probes = look_together(looks, seconds=look.seconds - (time.monotonic() - started), meanwhile=meanwhile)
    facts = {name: results[name] for name in PROBES}
    facts |= patient_facts.understand(look.python, results["python"])
    facts["libraries"] = _libraries_together(system, facts, look.seconds - (time.monotonic() - started))
    facts["driver"], facts["gpus"] = (
        (results["driver"], results["driver"]) if isinstance(results["driver"], Unknown) else results["driver"]
    )
    if look.all_pythons or (facts["torch"] is None and isinstance(facts["python"], Python)):
        others, told = _other_pythons(system, facts["python"], look.seconds - (time.monotonic() - started))
        facts, probes = facts | others, (*probes, *told)
    if look.network:
        others, told = _network(system, facts["python"], look.seconds - (time.monotonic() - started))
        facts, probes = facts | others, (*probes, *told)
    return Snapshot(**facts), probes


def _libraries_together(system: System, facts: dict[str, Any], seconds: float) -> Any:
    """Add to the libraries what the examined Python told; its files may lie where nothing answers."""
    looks = {"libraries": functools.partial(libraries.together, system, facts)}
    results, _ = look_together(looks, seconds=min(LIBRARIES_SECONDS, max(LEAST_SECONDS, seconds)))
    return results["libraries"]


def _other_pythons(system: System, examined: Any, seconds: float) -> tuple[dict[str, Any], tuple[Probe, ...]]:
    """List the Pythons of the machine: after the examined one has answered, for it says what it really is."""
    from envdoctor.probes import pythons  # noqa: PLC0415  # seldom needed

    looks = {"pythons": functools.partial(pythons.probe, system, examined)}
    return look_together(looks, seconds=min(PYTHONS_SECONDS, max(LEAST_SECONDS, seconds)))


def _network(system: System, examined: Any, seconds: float) -> tuple[dict[str, Any], tuple[Probe, ...]]:
    """Let the examined Python's pip ask its index."""
    from envdoctor.probes import network  # noqa: PLC0415  # only on request

    looks = {"network": functools.partial(network.probe, system, examined)}
    return look_together(looks, seconds=max(LEAST_SECONDS, seconds))
