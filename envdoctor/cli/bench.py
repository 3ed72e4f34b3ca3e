"""`envdoctor bench`."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from envdoctor.cli.options import OutputFile, Seconds, put
from envdoctor.cli.terminal import look_at

EPILOG = "Exit codes: 0 PASS, 1 FAIL, 2 wrong usage, 3 envdoctor failed, 130 interrupted."
CIFAR = "https://www.cs.toronto.edu/~kriz/cifar.html"


@click.command(epilog=EPILOG)
@click.option("--preset", type=click.Choice(["smoke"]), default="smoke", show_default=True, help="What to run.")
@click.option("--python", metavar="PATH", help="Run in this interpreter or environment instead of the active one.")
@click.option("--data", metavar="DIR", help="Folder with CIFAR-10, or with train/CLASS/* and test/CLASS/*, 32x32.")
@click.option("--download", is_flag=True, help="Fetch CIFAR-10 with torchvision, into --data DIR or a cache.")
@click.option("--device", type=click.Choice(["cpu", "cuda", "all"]), default="all", show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of weights and choices.")
@click.option("--timeout", type=Seconds(min=1, max=86400), default=300, show_default=True, metavar="SECONDS")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "--output", type=OutputFile(), help="Write to this file instead of the standard output.")
@click.option("--private-ok", is_flag=True, help="Keep names, paths and addresses in the JSON that is written.")
def bench(
    preset: str,
    python: str | None,
    data: str | None,
    download: bool,
    device: str,
    seed: int,
    timeout: float,
    format_: str,
    as_json: bool,
    output: Path | None,
    private_ok: bool,
) -> None:
    """Train a small network on every device and say PASS or FAIL, with the figures.

    PASS means: the loss falls, unseen images are recognised clearly more often than by guessing, and one
    forward and backward pass agrees with a float64 reference. Without --data or --download a built-in
    synthetic set is used, and needs nothing.

    \b
    Examples:
      envdoctor bench
      envdoctor bench --python .venv --device cpu
      envdoctor bench --download
      envdoctor bench --data ~/cifar10 --json -o smoke.json
    """  # noqa: D301  # click wants the character, not a backslash and a b
    from envdoctor.bench.progress import shown  # noqa: PLC0415  # heavy for `--help`
    from envdoctor.bench.smoke import Options, RefusedError, run_smoke  # noqa: PLC0415

    del preset  # there is one
    options = Options(data=data, download=download, device=device, seed=seed, timeout=timeout)
    try:
        with _terminable(), shown() as listen:
            outcome = run_smoke(_interpreter(python), options, listen)
    except RefusedError as error:
        raise click.UsageError(str(error)) from None
    put(_rendered(outcome, "json" if as_json else format_, output, private_ok=private_ok), output)
    raise SystemExit(outcome.exit_code)


def _interpreter(wanted: str | None) -> str:
    from envdoctor.probes.interpreter import UnknownInterpreterError, choose  # noqa: PLC0415
    from envdoctor.probes.system import this_system  # noqa: PLC0415

    try:
        return choose(this_system(), wanted).executable
    except UnknownInterpreterError as error:
        raise click.BadParameter(str(error), param_hint="'--python'") from None


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C: end the worker and keep what is finished."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _rendered(outcome: Any, format_: str, output: Path | None, *, private_ok: bool) -> str:
    if format_ == "json":
        from envdoctor.bench import json  # noqa: PLC0415

        return json.render(outcome, private_ok=private_ok)
    from envdoctor.bench import text  # noqa: PLC0415

    terminal = look_at(sys.stdout)
    to_file = output is not None and str(output) != "-"
    return text.render(
        outcome,
        width=terminal.width,
        color=terminal.color and not to_file,
        unicode=terminal.unicode or to_file,
    )
