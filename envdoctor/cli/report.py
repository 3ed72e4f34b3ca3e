"""`envdoctor report`: check, benchmark, and the files that people attach to an issue."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from envdoctor.cli.options import Seconds, put, without_private
from envdoctor.report.language import spoken

if TYPE_CHECKING:
    from envdoctor.report.model import Report

EPILOG = "Exit codes: 0 sound and PASS, 1 found something or FAIL, 2 wrong usage, 3 envdoctor failed, 130 interrupted."
FORMATS = ("html", "markdown", "json")
NOT_RUN = "NOT RUN"


class Benched(msgspec.Struct, frozen=True):
    """What a benchmark brought, and the exit code that it asks for."""

    measurements: tuple[dict[str, Any], ...]
    exit_code: int = 0


Bench = Callable[["Report"], Benched]
"""Measures; is given what the check found, so as not to try what cannot work."""


@click.command(epilog=EPILOG)
@click.option("--python", metavar="PATH", help="Examine this interpreter or environment instead of the active one.")
@click.option(
    "--output", "folder", metavar="DIR", type=click.Path(path_type=Path), default="reports", show_default=True
)
@click.option("--name", metavar="NAME", help="Of the files, without an ending.  [default: envdoctor-DATE]")
@click.option("--no-bench", is_flag=True, help="Check alone: train nothing.")
@click.option("--data", metavar="DIR", help="Images for the benchmark; without it a built-in synthetic set is used.")
@click.option("--timeout", type=Seconds(min=1, max=3600), default=300, show_default=True, metavar="SECONDS")
@click.option(
    "--issue",
    is_flag=False,
    flag_value="",
    metavar="[OWNER/REPO]",
    help="Also print the Markdown, to paste into an issue; with a repository, also a link that opens one on GitHub.",
)
@click.option("--private-ok", is_flag=True, help="Keep names, paths and addresses in what is written.")
@click.option("--show-removed", is_flag=True, help="List on the standard error from where private data was removed.")
def report(
    python: str | None,
    folder: Path,
    name: str | None,
    no_bench: bool,
    data: str | None,
    timeout: float,
    issue: str | None,
    private_ok: bool,
    show_removed: bool,
) -> None:
    """Check and benchmark, and write one page (HTML), one text for an issue (Markdown), and JSON.

    Home folders, names, tokens and addresses are removed, and counted in the report.

    \b
    Examples:
      envdoctor report
      envdoctor report --no-bench --issue
      envdoctor report --issue pytorch/pytorch
      envdoctor report --python .venv --output /tmp --name laptop
    """  # noqa: D301  # click wants the character, not a backslash and a b
    from envdoctor.files import CannotWriteError  # noqa: PLC0415  # not for --help

    if data is not None and no_bench:
        raise click.UsageError("--data and --no-bench exclude each other: only the benchmark reads images")
    _must_be_repository(issue)
    name = checked_name(name)
    must_be_folder(folder)
    bench = None if no_bench else _bench(python, data, timeout)
    try:
        made, paths, code = write_reports(
            _check(python, timeout), bench, folder, name, private=not private_ok, show_removed=show_removed
        )
    except CannotWriteError as error:
        raise click.BadParameter(str(error), param_hint="'--output'") from None
    for path in paths:
        click.echo(spoken(f"wrote {path}"), err=True)
    if issue is not None:
        from envdoctor.report import render  # noqa: PLC0415

        put(render(made, "markdown"), None)
    for said in _how_to_ask(made, paths, issue):
        click.echo(spoken(said), err=True)
    sys.stdout.flush()
    raise SystemExit(code)


def _must_be_repository(issue: str | None) -> None:
    from envdoctor.report.issue import is_repository  # noqa: PLC0415  # not for --help

    if issue and not is_repository(issue):
        message = f"{issue!r} is no repository; write OWNER/REPO, as in pytorch/pytorch"
        raise click.BadParameter(message, param_hint="'--issue'")


def _how_to_ask(made: Report, paths: Sequence[Path], issue: str | None) -> Iterator[str]:
    """Say which file goes where. GitHub takes JSON and Markdown as attachments, and no HTML."""
    page, text, data = paths
    if issue:
        from envdoctor.report.issue import link  # noqa: PLC0415  # only where it is wanted

        yield f"Open the issue: {link(made, issue, data.name)}"
    yield f"To ask for help: paste {text} into the issue and attach {data}; {page} is for a browser."


def write_reports(
    check: Callable[[], Report],
    bench: Bench | None,
    folder: Path,
    name: str,
    formats: Sequence[str] = FORMATS,
    *,
    private: bool = True,
    show_removed: bool = False,
) -> tuple[Report, list[Path], int]:
    """Check, measure, and write a file for each format. All texts are made before the first file is written.

    Returns:
        The report as written, the files in the order of the formats, and the exit code.

    Raises:
        CannotWriteError: a file cannot be written.
    """
    from envdoctor.files import write_atomically  # noqa: PLC0415
    from envdoctor.report import ENDINGS, render  # noqa: PLC0415

    made = check()
    code = made.exit_code
    if bench is not None:
        benched = bench(made)
        code = max(code, benched.exit_code)
        made = msgspec.structs.replace(
            made, measurements=(*made.measurements, *benched.measurements), exit_code=max(made.exit_code, min(1, code))
        )
    if private:
        made = without_private(made, show=show_removed)
    texts = {folder / f"{name}.{ENDINGS[format_]}": render(made, format_) for format_ in formats}
    for path, text in texts.items():
        write_atomically(path, text)
    return made, list(texts), code


def checked_name(name: str | None) -> str:
    """Return the name of the files; by default one that tells the day and not the machine.

    Raises:
        click.BadParameter: it would name a file elsewhere, or none.
    """
    if name is None:
        return f"envdoctor-{datetime.now(timezone.utc):%Y-%m-%d}"
    if not name.strip(". ") or any(character in name for character in "/\\\0"):
        raise click.BadParameter(f"{name!r} is no name for a file; the folder is --output's", param_hint="'--name'")
    return name


def must_be_folder(folder: Path) -> None:
    """Refuse, before minutes are spent, what cannot become a folder.

    Raises:
        click.BadParameter: it, or a part of its path, is a file.
    """
    try:
        there = next((part for part in (folder, *folder.parents) if part.exists()), folder)
        is_folder = there.is_dir()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise click.BadParameter(f"{folder}: {reason}; name another folder", param_hint="'--output'") from None
    if there.exists() and not is_folder:
        raise click.BadParameter(f"{there} is a file; name a folder", param_hint="'--output'")


def _check(python: str | None, timeout: float) -> Callable[[], Report]:
    from envdoctor.examine import Options, examine  # noqa: PLC0415
    from envdoctor.probes.interpreter import UnknownInterpreterError  # noqa: PLC0415
    from envdoctor.registry import BrokenPlugin  # noqa: PLC0415

    def check() -> Report:
        try:
            return examine(Options(python=python, seconds=min(timeout, 30.0)))
        except UnknownInterpreterError as error:
            raise click.BadParameter(str(error), param_hint="'--python'") from None
        except BrokenPlugin as error:
            raise click.UsageError(f"{error}; uninstall or mend that package") from None

    return check


def _bench(python: str | None, data: str | None, timeout: float) -> Bench:
    from envdoctor.bench.progress import shown  # noqa: PLC0415
    from envdoctor.bench.smoke import Options, RefusedError, run_smoke  # noqa: PLC0415

    def bench(found: Report) -> Benched:
        chosen = getattr(found.facts.python, "executable", None) or python or sys.executable
        try:
            with shown() as listen:
                outcome = run_smoke(chosen, Options(data=data, timeout=timeout), listen)
        except RefusedError as error:
            if str(error).startswith("--data"):
                raise click.UsageError(str(error)) from None
            # Nothing can be trained in this Python. The check says why, and a report there must be.
            return Benched(tuple(_not_run(str(error).removeprefix("--python: "))))
        return Benched(tuple(msgspec.to_builtins(m) for m in outcome.measurements), outcome.exit_code)

    return bench


def _not_run(reason: str) -> Iterator[dict[str, Any]]:
    yield {"name": "smoke", "device": "cpu", "verdict": NOT_RUN, "reason": reason}
