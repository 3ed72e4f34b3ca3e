"""`envdoctor check`."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from envdoctor.cli.options import Codes, OutputFile, Seconds, is_for_others, put, without_private
from envdoctor.cli.terminal import look_at
from envdoctor.examine import Options, examine, judge_snapshot
from envdoctor.facts import Snapshot
from envdoctor.probes.interpreter import UnknownInterpreterError
from envdoctor.registry import BrokenPlugin
from envdoctor.report import FORMATS
from envdoctor.report.model import Report

Beside = Callable[[Snapshot], Snapshot]
"""Puts a contract, or what drifted from a lock, beside what was seen."""


@click.command(epilog="Exit codes: 0 sound, 1 found something, 2 wrong usage, 3 envdoctor failed, 130 interrupted.")
@click.option("--python", metavar="PATH", help="Examine this interpreter or environment instead of the active one.")
@click.option("--from", "source", metavar="FILE", help="Judge a saved report, or a pasted issue or log; - reads it.")
@click.option("--against", metavar="FILE", help="Judge by a project's envdoctor.toml, or say what drifted from a lock.")
@click.option("--select", type=Codes(), metavar="CODES", help="Only these checks: DRV, TOR001, driver_too_old, …")
@click.option("--ignore", type=Codes(), metavar="CODES", help="All but these checks.")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "--output", type=OutputFile(), help="Write to this file instead of the standard output.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "never"]), default="error", show_default=True)
@click.option("--timeout", type=Seconds(min=1, max=3600), default=30, show_default=True, metavar="SECONDS")
@click.option("--static", is_flag=True, help="Look at files alone: do not import torch.")
@click.option("--no-gpu-test", is_flag=True, help="Do not compute anything on the GPUs.")
@click.option("--all-pythons", is_flag=True, help="Also list the other Pythons of this machine and their torch.")
@click.option("--network", is_flag=True, help="Also let pip ask its package index, by pip's own configuration.")
@click.option("-v", "--verbose", is_flag=True, help="Also show notes in full, what was not checked, and each probe.")
@click.option("--private-ok", is_flag=True, help="Keep names, paths and addresses in what is written.")
@click.option("--show-removed", is_flag=True, help="List on the standard error from where private data was removed.")
def check(
    python: str | None,
    source: str | None,
    against: str | None,
    select: frozenset[str] | None,
    ignore: frozenset[str] | None,
    format_: str,
    as_json: bool,
    output: Path | None,
    fail_on: str,
    timeout: float,
    static: bool,
    no_gpu_test: bool,
    all_pythons: bool,
    network: bool,
    verbose: bool,
    private_ok: bool,
    show_removed: bool,
) -> None:
    """Look at this machine and say what is wrong, why, and how to mend it.

    \b
    Examples:
      envdoctor check
      envdoctor check --python .venv/bin/python
      envdoctor check --json -o report.json
      envdoctor check --from report.json --select DRV
      envdoctor check --against envdoctor.toml
      envdoctor check --against good.lock.json
      envdoctor check --format markdown | less
    """  # noqa: D301  # click wants the character, not a backslash and a b
    options = Options(
        python=python,
        seconds=timeout,
        import_torch=not static,
        gpu_test=not no_gpu_test,
        all_pythons=all_pythons,
        network=network,
        select=select,
        ignore=ignore or frozenset(),
        fail_on=fail_on,
    )
    format_ = "json" if as_json else format_
    renderer = f"envdoctor.report.{format_}"
    beside = None if against is None else _beside(against, source)
    try:
        if source is None:
            report = examine(options, renderer=renderer, beside=beside)
        else:
            report = _judge_again(source, options, beside)
    except UnknownInterpreterError as error:
        raise click.BadParameter(str(error), param_hint="'--python'") from None
    except BrokenPlugin as error:
        raise click.UsageError(f"{error}; uninstall or mend that package") from None
    shown = {"verbose": verbose, "pythons": all_pythons or verbose}
    if not private_ok and (format_ != "text" or is_for_others(output)):
        report = without_private(report, show=show_removed)
    elif not private_ok:
        from envdoctor.report.private import without_secrets  # noqa: PLC0415  # imported while looking

        report = without_secrets(report)
    text = rendered(report, format_, output, **shown)
    put(text, output, is_json=format_ == "json")
    raise SystemExit(report.exit_code)


def _judge_again(source: str, options: Options, beside: Beside | None) -> Report:
    """Judge a saved report, or what somebody pasted, with today's checks."""
    from envdoctor.cli.saved import read_snapshot  # noqa: PLC0415

    if options.python is not None:
        raise click.UsageError("--python and --from exclude each other: a saved report knows its Python")
    started = time.monotonic()
    saved = read_snapshot(source)
    facts = beside(saved.facts) if beside is not None else saved.facts
    return judge_snapshot(facts, options, probes=saved.probes, seconds=time.monotonic() - started)


def _beside(against: str, source: str | None) -> Beside:
    """Read what `--against` names, before anything is looked at: a contract, a lock, or a saved report."""
    from envdoctor.cli.saved import read_snapshot, text_of  # noqa: PLC0415
    from envdoctor.contract.against import with_contract, with_drift  # noqa: PLC0415

    if against == "-" == source:
        raise click.UsageError("--from and --against cannot both read the standard input; name a file")
    if not against.endswith(".toml"):
        return functools.partial(with_drift, locked=read_snapshot(against, "--against"))
    from envdoctor.contract.read import BadContractError, read  # noqa: PLC0415

    try:
        text = text_of(against, "--against", "name a project's envdoctor.toml, or a lock")
        contract = read(text, Path(against).name)
    except BadContractError as error:
        raise click.BadParameter(f"{against}: {error}", param_hint="'--against'") from None
    # A saved report is judged by what it shows, not by this machine's variables.
    return functools.partial(with_contract, contract=contract, environment=os.environ if source is None else None)


def rendered(report: Report, format_: str, output: Path | None, **shown: bool) -> str:
    """Return a report in a format; as text, for the terminal or the file that it goes to."""
    if format_ == "text":
        from envdoctor.report import text  # noqa: PLC0415

        to_file = output is not None and str(output) != "-"
        terminal = look_at(sys.stdout)
        return text.render(
            report,
            width=terminal.width,
            color=terminal.color and not to_file,
            unicode=terminal.unicode or to_file,
            **shown,
        )
    from envdoctor.report import render  # noqa: PLC0415

    return render(report, format_)
