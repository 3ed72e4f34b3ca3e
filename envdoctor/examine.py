"""From a machine (or a saved snapshot) to a report: probes, then checks, then pins."""

from __future__ import annotations

import functools
import importlib
import shlex
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from envdoctor.facts import NOT_ASKED, Snapshot, Unknown
from envdoctor.findings import INSTALL, Check, Finding, Fix
from envdoctor.judge import Judgement, judge
from envdoctor.probes.interpreter import choose
from envdoctor.probes.system import System, this_system
from envdoctor.registry import import_now, load_checks
from envdoctor.report.model import Probe, Report, make_report

ON_REQUEST = (
    "pythons",
    "network",
    "messages",
    "told_by",
    "contract",
    "variables",
    "drift",
    "observation",
    "measurements",
    "explanation",
)
"""Facts that nobody looks for without being asked."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of a machine can be told."""

    python: str | None = None
    seconds: float = 30.0
    import_torch: bool = True
    gpu_test: bool = True
    all_pythons: bool = False
    network: bool = False
    select: frozenset[str] | None = None
    """Codes of the checks to run; None: all."""
    ignore: frozenset[str] = frozenset()
    fail_on: str = "error"


def examine(
    options: Options,
    system: System | None = None,
    *,
    renderer: str | None = None,
    beside: Callable[[Snapshot], Snapshot] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Look at this machine and judge it.

    Args:
        options: what to look at.
        system: the machine; None: this one.
        renderer: a module that will be needed for the report, imported while the probes are waited for.
        beside: puts something beside what was seen before it is judged: a contract, what drifted from a lock.
        clock: seconds.

    Raises:
        UnknownInterpreterError: `options.python` names no interpreter.
        BrokenPlugin: a package of checks cannot be loaded.
    """
    from envdoctor.probes.snapshot import Look, take_snapshot  # noqa: PLC0415  # not needed to judge a saved report

    started = clock()
    system = system or this_system()
    look = Look(
        python=choose(system, options.python),
        seconds=options.seconds,
        import_torch=options.import_torch,
        gpu_test=options.gpu_test,
        all_pythons=options.all_pythons,
        network=options.network,
    )
    snapshot, probes = take_snapshot(system, look, meanwhile=functools.partial(_get_ready, options, renderer))
    snapshot = beside(snapshot) if beside is not None else snapshot
    return judge_snapshot(snapshot, options, probes=probes, seconds=clock() - started)


def _get_ready(options: Options, renderer: str | None) -> None:
    """Import what judging and printing need: it costs nothing while the examined Python is starting."""
    checks = selected(load_checks(), options).values()
    private = "envdoctor.report.private" if renderer is not None else None
    for module in ("envdoctor.pins.install", "envdoctor.pins.recommend", private, renderer):
        if module is not None:
            importlib.import_module(module)
    from envdoctor import data  # noqa: PLC0415  # with the first of the above

    data.releases()
    data.gpus()
    unseen = {*ON_REQUEST, *(() if options.import_torch else ("torch_run",))}
    import_now(check for check in checks if not unseen & (set(check.facts) - check.tolerates))


def judge_snapshot(
    snapshot: Snapshot, options: Options, *, probes: tuple[Probe, ...] = (), seconds: float = 0.0
) -> Report:
    """Judge facts, wherever they come from, with today's checks."""
    from envdoctor.pins.install import new_environment, target_of  # noqa: PLC0415  # the tables come with it

    judgement = judge(snapshot, asked_for(snapshot, selected(load_checks(), options), options.select))
    pins = recommended(snapshot)
    judgement = with_install_commands(judgement, pins, new_environment(target_of(snapshot)))
    judgement = with_python_named(judgement, options.python)
    return make_report(snapshot, judgement, seconds=seconds, probes=probes, fail_on=options.fail_on, pins=pins)


def selected(checks: Mapping[str, Check], options: Options) -> dict[str, Check]:
    """Return the checks that were asked for."""
    return {
        code: check
        for code, check in checks.items()
        if code not in options.ignore and (options.select is None or code in options.select)
    }


def asked_for(snapshot: Snapshot, checks: Mapping[str, Check], named: frozenset[str] | None = None) -> dict[str, Check]:
    """Leave out the checks of what is only looked at on request, unless it was, or they are asked for by code.

    They passed nothing, and "could not tell" would be said of every machine.
    """
    unseen = {name for name in ON_REQUEST if getattr(snapshot, name) == NOT_ASKED}
    return {
        code: check
        for code, check in checks.items()
        if code in (named or ()) or not unseen & (set(check.facts) - check.tolerates)
    }


def recommended(snapshot: Snapshot) -> dict[str, Any] | None:
    """Return the versions that fit this machine, as they stand in a report, or None: too little is known."""
    from envdoctor.pins.install import report_value, target_of  # noqa: PLC0415  # the tables come with it
    from envdoctor.pins.machine import from_snapshot  # noqa: PLC0415
    from envdoctor.pins.recommend import recommend  # noqa: PLC0415

    machine = from_snapshot(snapshot)
    if isinstance(machine, Unknown):
        return None
    return report_value(recommend(machine), target_of(snapshot))


def with_python_named(judgement: Judgement, python: str | None) -> Judgement:
    """Let the verifying commands examine the same Python as this check did, if one was named."""
    if python is None:
        return judgement
    named = f" --python {shlex.quote(python)}"
    findings = (
        msgspec.structs.replace(finding, verify=finding.verify + named)
        if finding.verify.startswith("envdoctor check") and "--python" not in finding.verify
        else finding
        for finding in judgement.findings
    )
    return msgspec.structs.replace(judgement, findings=tuple(findings))


def with_install_commands(judgement: Judgement, pins: Mapping[str, Any] | None, made: str | None = None) -> Judgement:
    """Put the commands that install fitting versions where a fix asks for them.

    Args:
        judgement: with fixes that hold the token `INSTALL`.
        pins: the object `pins` of the report.
        made: the Python of the environment that the commands make, if they make one: verify there.
    """
    findings = tuple(
        _with_commands(finding, pins, made) if INSTALL in finding.fix.commands else finding
        for finding in judgement.findings
    )
    return msgspec.structs.replace(judgement, findings=findings)


def _with_commands(finding: Finding, pins: Mapping[str, Any] | None, made: str | None) -> Finding:
    fix = _filled(finding.fix, pins)
    verify = f"envdoctor check --python {made}" if made and fix.commands else finding.verify
    return msgspec.structs.replace(finding, fix=fix, verify=verify)


def _filled(fix: Fix, pins: Mapping[str, Any] | None) -> Fix:
    install = tuple(pins["install"]) if pins else ()
    commands = tuple(line for token in fix.commands for line in (install if token == INSTALL else (token,)))
    # Where nothing fits, that is the answer, and why.
    reasons = " ".join(pins["because"][:3]) if pins and not install else ""
    return msgspec.structs.replace(fix, commands=commands, text=f"{fix.text} {reasons}".strip())
