"""Watches somebody's training script and names its bottleneck: what was seen, judged by the checks `BEN` alone."""

from __future__ import annotations

import math
import os
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from envdoctor.bench.smoke import START
from envdoctor.facts import Snapshot, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.judge import judge
from envdoctor.observation import Observation
from envdoctor.probes.child import Account, converse
from envdoctor.registry import load_checks
from envdoctor.report.model import Report, make_report
from envdoctor.rules import observed
from envdoctor.rules.observed import percent, share, time_of
from envdoctor.rules.observed_learning import lost_to_recipe
from envdoctor.rules.observed_memory import lost_to_memory
from envdoctor.rules.observed_ranks import lost_to_ranks
from envdoctor.rules.observed_threads import lost_to_others, lost_to_threads

GROUP = "BEN"
LEAST_STEPS = 25
ADDED_SECONDS = 75.0
"""For importing, trials and the loader alone; added to the time of training that is watched."""
CLOSING_SECONDS = 45.0
"""After the worker's own limit: a step that never ends cannot be interrupted, only killed."""

LOST: dict[str, Callable[[Observation], float]] = {
    "BEN002": observed.lost_to_loader,
    "BEN003": observed.lost_to_workers,
    "BEN004": observed.lost_to_reads,
    "BEN005": observed.lost_to_work,
    "BEN006": lost_to_memory,
    "BEN007": lost_to_threads,
    "BEN008": lost_to_others,
    "BEN009": observed.lost_to_small_work,
    "BEN010": observed.lost_to_autocast,
    "BEN011": observed.lost_to_compiling,
    "BEN012": lost_to_recipe,
    "BEN030": lost_to_ranks,
}
"""Code of a check → what it goes by. A script that fails has no step to gain from."""


class NothingSeenError(Exception):
    """The script could not be watched at all. The message says why."""


def observe(
    python: str,
    script: str,
    arguments: Sequence[str],
    *,
    seconds: float,
    limit: float | None = None,
    processes: int = 1,
    listen: Callable[..., Account | None | Unknown] = converse,
) -> Report:
    """Run a script in a Python under light hooks and judge what was seen.

    Args:
        python: the interpreter.
        script: a Python file that trains.
        arguments: its own.
        seconds: of training to watch; the script is ended after them.
        limit: seconds in all; None: enough for the above.
        processes: more than one: so many run the script together, with the variables that torchrun sets.
        listen: runs the worker and returns what it told.

    Raises:
        NothingSeenError: the interpreter does not start or has no torch, or the script never took a step.
    """
    limit = limit or seconds + ADDED_SECONDS
    options = {
        "script": os.path.abspath(script),  # noqa: PTH100  # a link stays a link
        "arguments": list(arguments),
        "seconds": seconds,
        "limit": limit,
        "least_steps": LEAST_STEPS,
        "processes": processes,
    }
    began = time.monotonic()
    account = listen(python, START, options, seconds=limit + CLOSING_SECONDS)
    if account is None:
        raise NothingSeenError(f"--python: {python} is not there")
    if isinstance(account, Unknown):
        raise NothingSeenError(f"--python: {account.reason}")
    if "refused" in account.facts:
        raise NothingSeenError(str(account.facts["refused"]))
    seen = observation_of(account, os.path.basename(script))  # noqa: PTH119  # same
    return judged(seen, time.monotonic() - began, processes)


def observation_of(account: Account, script: str) -> Observation:
    """Make an observation of what a worker told, however it ended.

    Raises:
        NothingSeenError: the script ran on, and no step of training was seen.
    """
    told = account.facts.get("observation")
    if told is not None:
        seen = msgspec.convert(_finite(told), Observation)
        if seen.ended != "failed" and not seen.steps:
            raise NothingSeenError(f"{script} took no step: no optimizer.step() was seen in its own process")
        return seen
    if "failure" in account.facts:
        raise NothingSeenError(f"the watch itself failed: {account.facts['failure'].get('detail')}")
    if account.failure is not None and account.failure.kind == "hang":
        raise NothingSeenError(f"{script}: {account.failure.detail}, and it could not be interrupted; give --timeout")
    detail = account.failure.detail if account.failure is not None else "without a word"
    last = account.failure.last_lines[-1:] if account.failure is not None else ()
    return Observation(script=script, ended="died", error=": ".join((detail, *last)))


def _finite(value: Any) -> Any:
    """Leave out numbers that JSON has no word for."""
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def judged(seen: Observation, seconds: float, processes: int = 1) -> Report:
    """Judge an observation: the finding with the most to gain is first, and primary if it costs time or fails."""
    snapshot = Snapshot(observation=seen)
    every = load_checks()
    checks = {code: every[code] for code in every if code.startswith(GROUP) and "observation" in every[code].facts}
    judgement = judge(snapshot, checks)
    together = f"--nproc-per-node {processes} " if processes > 1 else ""
    again = f"envdoctor bench {together}{shlex.quote(seen.script)}"
    ordered = sorted(judgement.findings, key=lambda one: _place(one, seen))
    findings = tuple(msgspec.structs.replace(one, verify=again) for one in ordered)
    first = findings[0] if findings and findings[0].severity is not Severity.NOTE else None
    judgement = msgspec.structs.replace(judgement, findings=findings, primary=first.code if first else None)
    report = make_report(snapshot, judgement, seconds=seconds)
    return report if first else msgspec.structs.replace(report, headline=_sound(seen))


def _place(finding: Finding, seen: Observation) -> tuple[int, bool, float, str]:
    """Sort by what is lost; what the script itself can change comes before what others do to the machine."""
    lost = LOST[finding.code](seen) if finding.code in LOST else 1.0
    return (finding.severity or Severity.NOTE).rank, finding.cause == "cpu-busy", -lost, finding.code


def _sound(seen: Observation) -> str:
    known = share(seen, *seen.parts)
    computing = share(seen, "forward", "backward", "optimizer")
    median = time_of(seen.step_seconds.median) if seen.step_seconds is not None else "unknown time"
    return (
        f"No bottleneck seen in {seen.steps} steps of {median}: {percent(computing)} of the time computes, "
        f"{percent(share(seen, 'loader'))} waits for data, {percent(max(0.0, 1 - known))} is unexplained."
    )
