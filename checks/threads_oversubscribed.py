import math
import re
from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Cpu, TorchRun, Unknown, known
from envdoctor.findings import Finding, Fix, Severity, check


@check("SYS002", Severity.WARNING, cause="cpu-threads-oversubscribed")
def threads_oversubscribed(
    cpu: Cpu, torch_run: TorchRun | None | Unknown, environment: dict[str, str] | Unknown
) -> Iterator[Finding]:
    """PyTorch computes with more threads than this process has CPUs.

    PyTorch starts as many threads as the machine has cores, and does not see the quota of a container;
    or OMP_NUM_THREADS asks for more. The threads then wait for each other at every operation, and a
    small one can take many times as long. As many threads as logical CPUs (hyperthreads) are no fault.

    How to mend it: set OMP_NUM_THREADS to the number of CPUs that this process may use.

    Source: https://docs.pytorch.org/docs/stable/notes/multiprocessing.html (avoid CPU oversubscription).
    """
    usable = known(cpu.usable, "cpu")
    if isinstance(cpu.quota, float | int) and math.ceil(cpu.quota) > usable:
        # 1.5 CPUs are no fault for two threads.
        usable = math.ceil(cpu.quota)
    threads, evidence = _threads(torch_run, environment)
    if threads is None or threads <= usable:
        return
    limits: dict[str, Any] = {
        "cpu.quota": cpu.quota,
        "cpu.affinity": cpu.affinity,
        "cpu.logical_cores": cpu.logical_cores,
    }
    yield Finding(
        what=f"PyTorch computes with {threads} threads; this process may use {usable} CPUs.",
        why="More threads than CPUs wait for each other at the end of every operation.",
        fix=Fix(
            f"Set OMP_NUM_THREADS={usable} before Python starts, or call torch.set_num_threads({usable}).",
            (f"export OMP_NUM_THREADS={usable}",),
        ),
        evidence=evidence | {path: value for path, value in limits.items() if isinstance(value, int | float)},
    )


def _threads(
    run: TorchRun | None | Unknown, environment: dict[str, str] | Unknown
) -> tuple[int | None, dict[str, Any]]:
    """Return how many threads PyTorch chose, or is told to choose where it did not run."""
    asked = environment.get("OMP_NUM_THREADS") if isinstance(environment, dict) else None
    evidence: dict[str, Any] = {} if asked is None else {"environment.OMP_NUM_THREADS": asked}
    if isinstance(run, TorchRun) and isinstance(run.threads, int):
        return run.threads, {"torch_run.threads": run.threads} | evidence
    # "8,2" is for nested regions: the first counts here.
    match = re.match(r"\s*(\d{1,6})\s*(?:,|$)", asked or "")
    return (int(match[1]) if match else None), evidence
