"""`envdoctor bench`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click

from envdoctor.cli.options import OutputFile, Seconds, is_for_others, put, without_private
from envdoctor.cli.stopping import stoppable
from envdoctor.cli.terminal import look_at

EPILOG = "Exit codes: 0 PASS, 1 FAIL, 2 wrong usage, 3 envdoctor failed, 130 interrupted."
CIFAR = "https://www.cs.toronto.edu/~kriz/cifar.html"


@click.command(epilog=EPILOG)
@click.argument("script", required=False, metavar="[SCRIPT]")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
@click.option("--script", "script_", metavar="PATH", help="The same as SCRIPT; then all that follows -- is for it.")
@click.option(
    "--seconds", type=Seconds(min=1, max=3600), metavar="SECONDS", help="Of a SCRIPT's training to watch.  [20]"
)
@click.option(
    "--preset", type=click.Choice(["smoke", "quick", "full"]), default="smoke", show_default=True, help="What to run."
)
@click.option("--python", metavar="PATH", help="Run in this interpreter or environment instead of the active one.")
@click.option("--data", metavar="DIR", help="Folder with CIFAR-10, or with train/CLASS/* and test/CLASS/*, 32x32.")
@click.option("--download", is_flag=True, help="Fetch CIFAR-10 with torchvision, into --data DIR or a cache.")
@click.option("--device", type=click.Choice(["cpu", "cuda", "all"]), default="all", show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of weights and choices.")
@click.option(
    "--timeout",
    type=Seconds(min=1, max=86400),
    metavar="SECONDS",
    help="For the whole smoke test [300]; for each experiment of quick and full [8 times its estimate]; for a SCRIPT.",
)
@click.option("--only", multiple=True, metavar="NAME", help="Only this group or these experiments: ladder, sync.*, …")
@click.option("--epochs", type=click.FloatRange(0, 1000), help="Train each row of the ladder so long.")
@click.option("--budget", type=Seconds(min=1, max=864000), metavar="SECONDS", help="Begin nothing that would pass it.")
@click.option("--threads", type=click.IntRange(1, 4096), help="Of the arithmetic; else chosen by trial, with reason.")
@click.option("--nproc-per-node", type=click.IntRange(1, 64), help="Processes that run a SCRIPT, as of torchrun.")
@click.option("--nnodes", type=click.IntRange(1, 1024), help="Machines that run the group parallel together.")
@click.option("--rdzv-endpoint", metavar="HOST:PORT", help="Where these machines meet: torchrun's option of that name.")
@click.option("--resume", is_flag=True, help="Take over what the last such run finished.")
@click.option("--dry-run", is_flag=True, help="Show the experiments and an estimate of the time; run nothing.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "csv", "markdown", "html"]), default="text")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "--output", type=OutputFile(), help="Write to this file instead of the standard output.")
@click.option("--private-ok", is_flag=True, help="Keep names, paths and addresses in the JSON that is written.")
def bench(
    script: str | None,
    arguments: tuple[str, ...],
    script_: str | None,
    seconds: float | None,
    preset: str,
    python: str | None,
    data: str | None,
    download: bool,
    device: str,
    seed: int,
    timeout: float | None,
    only: tuple[str, ...],
    epochs: float | None,
    budget: float | None,
    threads: int | None,
    nproc_per_node: int | None,
    nnodes: int | None,
    rdzv_endpoint: str | None,
    resume: bool,
    dry_run: bool,
    format_: str,
    as_json: bool,
    output: Path | None,
    private_ok: bool,
) -> None:
    """Train a small network on every device and say PASS or FAIL, or measure what makes it faster.

    With a SCRIPT: run that training script, watch it, and name its bottleneck, if it has one. Options for it come
    after --. Its own output is not shown. What it writes, it writes.

    smoke (a minute): PASS means: the loss falls, unseen images are recognised clearly more often than by
    guessing, and one forward and backward pass agrees with a float64 reference. Without --data or --download
    a built-in synthetic set is used, and needs nothing.

    quick (some minutes) and full (an hour and more) run experiments: each measured in turns with its
    reference, with all raw samples. --only, --epochs, --budget, --threads, --resume, --dry-run and CSV are for them.

    \b
    Examples:
      envdoctor bench
      envdoctor bench --python .venv --device cpu
      envdoctor bench --download
      envdoctor bench --data ~/cifar10 --json -o smoke.json
      envdoctor bench --preset quick --data ~/cifar10
      envdoctor bench --preset full --only ladder --epochs 10 --format csv -o ladder.csv
      envdoctor bench train.py
      envdoctor bench --seconds 30 --json train.py -- --epochs 3
      envdoctor bench --nproc-per-node 2 train_ddp.py
    """  # noqa: D301  # click wants the character, not a backslash and a b
    format_ = "json" if as_json else format_
    if script is not None or script_ is not None:
        words = ((script,) if script_ is not None and script is not None else ()) + arguments
        unfit = {"only": only, "epochs": epochs, "budget": budget, "nnodes": nnodes, "resume": resume}
        _refuse_wishes(unfit, format_, "a script")
        watched = {"seconds": seconds or 20.0, "limit": timeout, "processes": nproc_per_node or 1}
        _observe(python, script_ or script or "", words, watched, format_, output, private_ok=private_ok)
    for_scripts = "--seconds" if seconds else "--nproc-per-node" if nproc_per_node else ""
    if for_scripts or (format_ in ("markdown", "html") and preset == "smoke" and not only):
        raise click.UsageError(f"{for_scripts or '--format ' + format_} is for a SCRIPT; name one")
    from envdoctor.bench.progress import shown  # noqa: PLC0415  # heavy for `--help`
    from envdoctor.bench.smoke import Options, RefusedError, run_smoke  # noqa: PLC0415

    wishes: dict[str, Any] = {"only": only, "epochs": epochs, "budget": budget, "threads": threads, "resume": resume}
    nodes = _nodes(nnodes, rdzv_endpoint)
    wishes["nnodes"] = nodes
    if preset == "smoke" and not only and not dry_run:
        _refuse_wishes(wishes, format_)
        options = Options(data=data, download=download, device=device, seed=seed, timeout=timeout or 300)
        run: Callable[..., Any] = functools.partial(run_smoke, options=options)
    else:
        run = _series(preset, dry_run, wishes, data=data, download=download, device=device, seed=seed, limit=timeout)
    with stoppable() as stop:
        try:
            with shown() as listen:
                outcome = run(_interpreter(python), listen=listen)
        except RefusedError as error:
            raise click.UsageError(str(error)) from None
        stop.over = True
        put(_rendered(_explained(outcome), format_, output, private_ok=private_ok), output)
    raise SystemExit(outcome.exit_code)


def _observe(
    python: str | None,
    script: str,
    words: tuple[str, ...],
    watched: Mapping[str, Any],
    format_: str,
    output: Path | None,
    *,
    private_ok: bool,
) -> NoReturn:
    """Watch a training script, print what was found, and end."""
    from envdoctor.bench.observe import NothingSeenError, observe  # noqa: PLC0415  # heavy for `--help`
    from envdoctor.cli.check import rendered  # noqa: PLC0415  # same

    if not Path(script).is_file():
        raise click.BadParameter(f"{script}: there is no such file", param_hint="'SCRIPT'")
    try:
        with stoppable():
            report = observe(_interpreter(python), script, words, **watched)
    except NothingSeenError as error:
        raise click.UsageError(str(error)) from None
    if not private_ok and (format_ != "text" or is_for_others(output)):
        report = without_private(report)
    put(rendered(report, format_, output), output, is_json=format_ == "json")
    raise SystemExit(report.exit_code)


def _refuse_wishes(wishes: Mapping[str, Any], format_: str, what: str = "the smoke test") -> None:
    """Say which option means nothing to the smoke test, or to a script."""
    given = [f"--{name}" for name, value in wishes.items() if value or (value == 0.0 and value is not False)]
    given += ["--format csv"] if format_ == "csv" else []
    if given:
        raise click.UsageError(f"{given[0]} is for --preset quick and full; {what} has no such choice")


def _series(preset: str, dry_run: bool, wishes: Mapping[str, Any], **more: Any) -> Callable[..., Any]:
    """Return what runs the experiments that were asked for; with --dry-run, show them and end."""
    from envdoctor.bench import plan  # noqa: PLC0415  # heavy for `--help`
    from envdoctor.bench.series import SeriesOptions, run_series  # noqa: PLC0415

    preset = "quick" if preset == "smoke" else preset
    sizes = plan.sizes(preset, wishes["epochs"])
    try:
        chosen = plan.choose(preset, wishes["only"], sizes)
    except plan.UnknownExperimentError as error:
        raise click.BadParameter(str(error), param_hint="'--only'") from None
    if dry_run:
        click.echo("\n".join(plan.described(chosen, sizes)))
        raise SystemExit(0)
    kept = {name: wishes[name] for name in ("budget", "threads", "resume")}
    kept["nodes"] = wishes["nnodes"]
    return functools.partial(run_series, options=SeriesOptions(preset=preset, plan=chosen, sizes=sizes, **kept, **more))


def _nodes(nnodes: int | None, endpoint: str | None) -> dict[str, Any] | None:
    """Return where several machines meet; None: there is one."""
    if nnodes in (None, 1) and endpoint is None:
        return None
    host, _, port = (endpoint or "").rpartition(":")
    if not (host and port.isdigit() and 0 < int(port) < 65536):  # noqa: PLR2004  # ports have 16 bits
        raise click.BadParameter(
            f"{endpoint or 'none'}: give HOST:PORT of one of the {nnodes or 2} machines, the same on each; that port "
            "must be free there",
            param_hint="'--rdzv-endpoint'",
        )
    if nnodes is None:
        raise click.BadParameter("give the number of machines that meet there", param_hint="'--nnodes'")
    return {"nnodes": nnodes, "endpoint": endpoint} if nnodes > 1 else None


def _interpreter(wanted: str | None) -> str:
    from envdoctor.probes.interpreter import UnknownInterpreterError, choose  # noqa: PLC0415
    from envdoctor.probes.system import this_system  # noqa: PLC0415

    try:
        return choose(this_system(), wanted).executable
    except UnknownInterpreterError as error:
        raise click.BadParameter(str(error), param_hint="'--python'") from None


def _explained(outcome: Any) -> Any:
    """Return a series with all that follows from it; the smoke test as it is."""
    from envdoctor.bench.result import Series  # noqa: PLC0415

    if not isinstance(outcome, Series):
        return outcome
    from envdoctor.bench.explain import explained  # noqa: PLC0415

    return explained(outcome)


def _rendered(outcome: Any, format_: str, output: Path | None, *, private_ok: bool) -> str:
    if format_ == "json":
        from envdoctor.bench import json  # noqa: PLC0415

        return json.render(outcome, private_ok=private_ok)
    if format_ == "csv":
        from envdoctor.bench import csv  # noqa: PLC0415

        return csv.render(outcome)
    if format_ in ("markdown", "html"):
        from envdoctor.bench.explain import report_of  # noqa: PLC0415
        from envdoctor.report import render  # noqa: PLC0415

        report = report_of(outcome)
        return render(report if private_ok else without_private(report), format_)
    from envdoctor.bench import table, text  # noqa: PLC0415
    from envdoctor.bench.result import Series  # noqa: PLC0415

    terminal = look_at(sys.stdout)
    to_file = output is not None and str(output) != "-"
    if isinstance(outcome, Series):
        return table.render(outcome, width=max(terminal.width, 60), color=terminal.color and not to_file)
    return text.render(
        outcome,
        width=terminal.width,
        color=terminal.color and not to_file,
        unicode=terminal.unicode or to_file,
    )
