"""`envdoctor schema`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from envdoctor.cli.options import OutputFile, put

NAMES = ("report", "lock", "diff")


@click.command(epilog="Exit codes: 0 printed, 2 wrong usage, 3 envdoctor failed.")
@click.argument("name", type=click.Choice(NAMES), default="report")
@click.option("-o", "--output", type=OutputFile(), help="Write to this file instead of the standard output.")
def schema(name: str, output: Path | None) -> None:
    """Print the JSON Schema (draft 2020-12) of a report, a lock or a comparison.

    Fields are only ever added to a version; what removes or changes one gets a new version.

    \b
    Examples:
      envdoctor schema -o report.schema.json
      envdoctor schema lock
      envdoctor check --json | check-jsonschema --schemafile report.schema.json -
    """  # noqa: D301  # click wants the character, not a backslash and a b
    from envdoctor.schema import SCHEMAS  # noqa: PLC0415  # not for --help

    put(json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n", output, is_json=True)
