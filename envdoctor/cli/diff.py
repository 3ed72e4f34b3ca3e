"""`envdoctor diff`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envdoctor.cli.options import OutputFile, put
from envdoctor.cli.terminal import look_at

if TYPE_CHECKING:
    from envdoctor.compare.sides import Compared
    from envdoctor.facts import Snapshot

EPILOG = (
    "Exit codes, as those of diff: 0 nothing that can matter differs, 1 something does, 2 wrong usage, "
    "3 envdoctor failed, 130 interrupted."
)
FORMATS = ("text", "json", "markdown", "html")


def _weights(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Print the table and leave."""
    if not wanted or context.resilient_parsing:
        return
    from envdoctor.compare.weights import TABLE  # noqa: PLC0415

    put("".join(f"{weight:>3}  {pattern:<40}  {reason}\n" for pattern, weight, reason in TABLE), None)
    context.exit()


@click.command(epilog=EPILOG)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "--output", type=OutputFile(), help="Write to this file instead of the standard output.")
@click.option("--all", "everything", is_flag=True, help="Also list what does not count and what could not be compared.")
@click.option("--private-ok", is_flag=True, help="Keep names, paths and addresses.")
@click.option(
    "--weights",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_weights,
    help="Print how much each fact counts, and why, and leave.",
)
def diff(
    first: str,
    second: str,
    format_: str,
    as_json: bool,
    output: Path | None,
    everything: bool,
    private_ok: bool,
) -> None:
    """Say what differs between two machines, ranked by what can matter to results or speed.

    A and B are reports (`envdoctor check --json`), locks, or pasted texts; - reads one from the standard input.
    Readings that change by themselves (load, temperature, free room) do not count as differences, nor do facts that
    one side could not tell.

    \b
    Examples:
      envdoctor diff laptop.json cluster.json
      envdoctor diff good.lock.json today.json --format markdown | less
      ssh gpu01 envdoctor check --json | envdoctor diff good.lock.json -
      envdoctor diff --weights
    """  # noqa: D301  # click wants the character, not a backslash and a b
    if first == "-" == second:
        raise click.UsageError("A and B cannot both be the standard input; name a file")
    compared = _compared(first, second, private=not private_ok)
    format_ = "json" if as_json else format_
    put(_rendered(compared, format_, output, everything=everything), output, is_json=format_ == "json")
    raise SystemExit(int(not compared.comparison.same))


def _compared(first: str, second: str, *, private: bool) -> Compared:
    from envdoctor.cli.saved import read_snapshot  # noqa: PLC0415  # not for --help
    from envdoctor.compare.differences import compare  # noqa: PLC0415
    from envdoctor.compare.sides import Compared, Side  # noqa: PLC0415

    a, b = read_snapshot(first, "A"), read_snapshot(second, "B")
    facts = (_private(a.facts), _private(b.facts)) if private else (a.facts, b.facts)
    return Compared(
        a=Side(_name(first), a.created),
        b=Side(_name(second), b.created),
        comparison=compare(*facts, measurements=(a.measurements, b.measurements)),
    )


def _private(facts: Snapshot) -> Snapshot:
    """Take private data out: also so that home folders of other names are no difference."""
    from envdoctor.contract.against import as_report  # noqa: PLC0415
    from envdoctor.report.private import make_private  # noqa: PLC0415

    return make_private(as_report(facts)).facts


def _name(source: str) -> str:
    return "standard input" if source == "-" else Path(source).name


def _rendered(compared: Compared, format_: str, output: Path | None, *, everything: bool) -> str:
    if format_ != "text":
        rendered: str = importlib.import_module(f"envdoctor.compare.{format_}").render(compared)
        return rendered
    from envdoctor.compare import text  # noqa: PLC0415

    to_file = output is not None and str(output) != "-"
    terminal = look_at(sys.stdout)
    return text.render(
        compared,
        width=terminal.width,
        color=terminal.color and not to_file,
        unicode=terminal.unicode or to_file,
        everything=everything,
    )
