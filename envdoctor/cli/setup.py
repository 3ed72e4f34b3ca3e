"""`envdoctor setup`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
import msgspec

from envdoctor.cli.options import OutputFile, Seconds, put
from envdoctor.cli.pins import DRIVER, GPU, NEED, TORCH, TORCHVISION
from envdoctor.cli.terminal import look_at
from envdoctor.report.language import spoken

if TYPE_CHECKING:
    from envdoctor.bench.measurement import Outcome
    from envdoctor.lock import Lock
    from envdoctor.report.model import Report
    from envdoctor.setup.base import Base
    from envdoctor.setup.build import Built
    from envdoctor.setup.outside import Outside
    from envdoctor.setup.plan import Plan, Wish

EPILOG = (
    "Exit codes: 0 planned or built, 1 it cannot be built or is not sound (nothing is left), 2 wrong usage, "
    "3 envdoctor failed, 130 interrupted (nothing is left)."
)
CHECK_SECONDS = 120.0
"""A torch that was just unpacked is read from the disk and compiled at its first import."""


@click.command(epilog=EPILOG)
@click.argument("folder", metavar="[DIR]", default=".venv", type=click.Path(path_type=Path))
@click.option("--apply", "really", is_flag=True, help="Carry the plan out. Without it nothing is done.")
@click.option("--python", metavar="X.Y|PATH", help="Build with this Python: a version, or an interpreter.")
@TORCH
@TORCHVISION
@click.option("--no-torchvision", is_flag=True, help="Leave torchvision out.")
@NEED
@GPU
@DRIVER
@click.option("--from", "source", metavar="LOCK", help="Build exactly what a lock lists (`envdoctor lock` writes one).")
@click.option("--installer", type=click.Choice(["auto", "uv", "pip"]), default="auto", show_default=True)
@click.option("--index", metavar="URL", help="Take torch from this index, or from the `configured` one alone.")
@click.option("--lock", "lock_file", type=OutputFile(), help="Write the lock here.  [default: DIR.lock.json]")
@click.option("--no-smoke", is_flag=True, help="Do not train a small network in the new environment.")
@click.option("--keep", is_flag=True, help="Let the environment stay even if its check or its smoke test fails.")
@click.option("--timeout", type=Seconds(min=1, max=86400), default=3600, show_default=True, metavar="SECONDS")
@click.option("--json", "as_json", is_flag=True, help="Print the plan, and what was built, as JSON.")
def setup(
    folder: Path,
    really: bool,
    python: str | None,
    torch: str | None,
    torchvision: str | None,
    no_torchvision: bool,
    needs: tuple[str, ...],
    gpus: tuple[str, ...],
    driver: str | None,
    source: str | None,
    installer: str,
    index: str | None,
    lock_file: Path | None,
    no_smoke: bool,
    keep: bool,
    timeout: float,
    as_json: bool,
) -> None:
    """Make a new environment with a PyTorch that runs on this machine: a plan, and with --apply the thing itself.

    The plan says what is created, how much is downloaded, what room it takes and what each step risks. It asks the
    real resolver and changes nothing. --apply makes the environment, installs, examines it, trains a small network
    in it and writes a lock beside it; if any of that fails, or you interrupt it, nothing is left behind. An
    environment that exists is never touched.

    \b
    Examples:
      envdoctor setup
      envdoctor setup ~/envs/train --python 3.12 --apply
      envdoctor setup --torch ">=2.6,<2.9" --installer uv --apply
      envdoctor setup --gpu "RTX 4090" --driver 550.54.14
      envdoctor setup other --from .venv.lock.json --apply
    """  # noqa: D301  # click wants the character, not a backslash and a b
    from envdoctor.setup.outside import this_outside  # noqa: PLC0415  # not for --help
    from envdoctor.setup.problem import SetupError, WrongWishError  # noqa: PLC0415
    from envdoctor.setup.wishes import Described, wish_for  # noqa: PLC0415

    if source is not None and (torch or torchvision or no_torchvision or needs or gpus or driver):
        raise click.UsageError("--from excludes --torch, --torchvision, --need, --gpu and --driver: a lock says it all")
    if torchvision and no_torchvision:
        raise click.UsageError("--torchvision and --no-torchvision exclude each other; leave one out")
    lock = None if source is None else _lock(source)
    outside = this_outside()
    folder = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100  # links stay as they are
    described = Described(
        torch=torch,
        torchvision=torchvision,
        vision=not no_torchvision,
        needs=needs,
        gpus=gpus,
        driver=driver,
        index=index,
    )
    try:
        with _progress() as listen:
            wish, base = wish_for(folder, python, lock, described, outside)
            wish = msgspec.structs.replace(wish, smoke=not no_smoke, lock_file=lock_file)
            plan = _planned(wish, base, installer, outside, listen)
            built = _built(plan, outside, listen, timeout, keep=keep) if really else None
    except WrongWishError as error:
        raise click.BadParameter(str(error), param_hint=f"'{error.option}'") from None
    except SetupError as error:
        _cannot(str(error))
    put(_rendered(plan, built, as_json=as_json), None, is_json=as_json)
    raise SystemExit(int(built is not None and built.wrong is not None))


def _cannot(message: str) -> NoReturn:
    click.echo(f"envdoctor setup: {spoken(message)}", err=True)
    raise SystemExit(1)


def _lock(source: str) -> Lock:
    from envdoctor.cli.saved import text_of  # noqa: PLC0415
    from envdoctor.lock import BadLock, load  # noqa: PLC0415

    try:
        return load(text_of(source, "--from", "give a lock that `envdoctor lock` has written"))
    except BadLock as error:
        raise click.BadParameter(f"{source}: {error}", param_hint="'--from'") from None


def _planned(wish: Wish, base: Base, installer: str, outside: Outside, listen: Callable[[str], None]) -> Plan:
    from envdoctor.setup.plan import make_plan  # noqa: PLC0415
    from envdoctor.setup.tool import choose_tool  # noqa: PLC0415

    return make_plan(wish, base, choose_tool(installer, base, outside), outside, listen)


def _built(plan: Plan, outside: Outside, listen: Callable[[str], None], seconds: float, *, keep: bool) -> Built:
    from envdoctor.setup.build import Builder  # noqa: PLC0415

    return Builder(plan, outside, listen, seconds=seconds, keep=keep).run(_examined, _trained)


def _examined(python: str) -> Report:
    from envdoctor.examine import Options, examine  # noqa: PLC0415

    return examine(Options(python=python, seconds=CHECK_SECONDS))


def _trained(python: str) -> Outcome:
    from envdoctor.bench.smoke import RefusedError, run_smoke  # noqa: PLC0415
    from envdoctor.setup.problem import SetupError  # noqa: PLC0415

    try:
        return run_smoke(python)
    except RefusedError as error:
        raise SetupError(f"the smoke test cannot run: {error}") from None


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Yield what is told of each line: drawn on one line of a terminal, else printed, on the standard error."""
    from envdoctor.report.clean import line  # noqa: PLC0415

    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda said: click.echo(f"  {spoken(line(said, 300))}", err=True)
        return
    from rich.console import Console  # noqa: PLC0415  # only where somebody watches
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.table import Column  # noqa: PLC0415

    text = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
    console = Console(file=sys.stderr)
    with Progress(SpinnerColumn(), TimeElapsedColumn(), text, console=console, transient=True) as progress:
        task = progress.add_task("looking", total=None)
        yield lambda said: progress.update(task, description=line(said, 200))


def _rendered(plan: Plan, built: Built | None, *, as_json: bool) -> str:
    if as_json:
        from envdoctor.setup import json  # noqa: PLC0415

        return json.render(plan, built)
    from envdoctor.setup import text  # noqa: PLC0415

    terminal = look_at(sys.stdout)
    style = {"color": terminal.color, "unicode": terminal.unicode}
    if built is None:
        return text.render_plan(plan, width=terminal.width, **style)
    return text.render_built(plan, built, width=terminal.width, **style)
