"""`envdoctor lock`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from envdoctor.cli.options import OutputFile, Seconds, put
from envdoctor.report.language import spoken

if TYPE_CHECKING:
    from envdoctor.report.model import Report

EPILOG = (
    "Exit codes: 0 locked, 1 not sound, and not locked (--anyway locks it), 2 wrong usage, 3 envdoctor failed, "
    "130 interrupted."
)


@click.command(epilog=EPILOG)
@click.option("--python", metavar="PATH", help="Lock this interpreter or environment instead of the active one.")
@click.option("-o", "--output", type=OutputFile(), help="Write to this file instead of the standard output.")
@click.option("--anyway", is_flag=True, help="Lock a machine that is not sound as well.")
@click.option("--timeout", type=Seconds(min=1, max=3600), default=30, show_default=True, metavar="SECONDS")
@click.option("--private-ok", is_flag=True, help="Keep names, paths and addresses in what is written.")
def lock(python: str | None, output: Path | None, anyway: bool, timeout: float, private_ok: bool) -> None:
    """Write down what a good machine looks like: its facts, and the packages of the examined Python.

    `envdoctor check --against` then says what drifted, and `envdoctor setup --from` builds the environment again.

    \b
    Examples:
      envdoctor lock -o good.lock.json
      envdoctor lock --python .venv | ssh elsewhere 'cat > good.lock.json'
      envdoctor check --against good.lock.json
      envdoctor setup again --from good.lock.json --apply
    """  # noqa: D301  # click wants the character, not a backslash and a b
    from envdoctor.lock import make_lock, render  # noqa: PLC0415  # not for --help
    from envdoctor.report.private import make_private  # noqa: PLC0415

    report = _examined(python, timeout)
    primary = report.primary_finding
    if primary is not None and not anyway:
        message = f"not sound: {primary.what} [{primary.code}]; mend it (envdoctor check), or lock it --anyway"
        click.echo(f"envdoctor lock: {spoken(message)}", err=True)
        raise SystemExit(1)
    put(render(make_lock(report if private_ok else make_private(report))), output, is_json=True)


def _examined(python: str | None, timeout: float) -> Report:
    from envdoctor.examine import Options, examine  # noqa: PLC0415
    from envdoctor.probes.interpreter import UnknownInterpreterError  # noqa: PLC0415
    from envdoctor.registry import BrokenPlugin  # noqa: PLC0415

    try:
        return examine(Options(python=python, seconds=timeout))
    except UnknownInterpreterError as error:
        raise click.BadParameter(str(error), param_hint="'--python'") from None
    except BrokenPlugin as error:
        raise click.UsageError(f"{error}; uninstall or mend that package") from None
