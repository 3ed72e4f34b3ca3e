"""`envdoctor check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from envdoctor.cli.options import Codes, OutputFile, Seconds, put
from envdoctor.cli.terminal import look_at
from envdoctor.examine import Options, examine, judge_snapshot
from envdoctor.probes.interpreter import UnknownInterpreterError
from envdoctor.registry import BrokenPlugin
from envdoctor.report import FORMATS
from envdoctor.report.model import Report


@click.command(epilog="Exit codes: 0 sound, 1 found something, 2 wrong usage, 3 envdoctor failed, 130 interrupted.")
@click.option("--python", metavar="PATH", help="Examine this interpreter or environment instead of the active one.")
@click.option("--from", "source", metavar="FILE", help="Judge a saved JSON report instead of this machine; - reads it.")
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
@click.option("-v", "--verbose", is_flag=True, help="Also show notes in full, what was not checked, and each probe.")
@click.option("--private-ok", is_flag=True, help="Keep names, paths and addresses in what is written.")
def check(
    python: str | None,
    source: str | None,
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
    verbose: bool,
    private_ok: bool,
) -> None:
    """Look at this machine and say what is wrong, why, and how to mend it.

    \b
    Examples:
      envdoctor check
      envdoctor check --python .venv/bin/python
      envdoctor check --json -o report.json
      envdoctor check --from report.json --select DRV
      envdoctor check --format markdown | less
    """  # noqa: D301  # click wants the character, not a backslash and a b
    options = Options(
        python=python,
        seconds=timeout,
        import_torch=not static,
        gpu_test=not no_gpu_test,
        all_pythons=all_pythons,
        select=select,
        ignore=ignore or frozenset(),
        fail_on=fail_on,
    )
    format_ = "json" if as_json else format_
    renderer = f"envdoctor.report.{format_}"
    try:
        report = examine(options, renderer=renderer) if source is None else _judge_again(source, options)
    except UnknownInterpreterError as error:
        raise click.BadParameter(str(error), param_hint="'--python'") from None
    except BrokenPlugin as error:
        raise click.UsageError(f"{error}; uninstall or mend that package") from None
    shown = {"verbose": verbose, "pythons": all_pythons or verbose}
    text = _rendered(report, format_, output, private_ok=private_ok, **shown)
    put(text, output, is_json=format_ == "json")
    raise SystemExit(report.exit_code)


def _judge_again(source: str, options: Options) -> Report:
    """Judge a saved report with today's checks."""
    from envdoctor.report.json import BadReport, load  # noqa: PLC0415

    if options.python is not None:
        raise click.UsageError("--python and --from exclude each other: a saved report knows its Python")
    try:
        saved = load(_text_of(source))
    except BadReport as error:
        raise click.BadParameter(f"{source}: {error}", param_hint="'--from'") from None
    return judge_snapshot(saved.facts, options, probes=saved.probes)


def _text_of(source: str) -> str | bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        reason = "is a directory, not a file" if isinstance(error, IsADirectoryError) else error.strerror
        message = f"{source}: {reason}; give a report that --json has written"
        raise click.BadParameter(message, param_hint="'--from'") from None


def _rendered(report: Report, format_: str, output: Path | None, *, private_ok: bool, **shown: bool) -> str:
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
    from envdoctor.report.private import make_private  # noqa: PLC0415

    return render(report if private_ok else make_private(report), format_)
