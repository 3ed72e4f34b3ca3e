"""`envdoctor pins`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import msgspec

from envdoctor.cli.options import OutputFile, put
from envdoctor.cli.terminal import look_at
from envdoctor.data import Package
from envdoctor.pins.choice import NoPins, Pins
from envdoctor.pins.describe import ARCHITECTURES, SYSTEMS, BadDescriptionError, Description, Words, describe
from envdoctor.pins.formats import FORMATS, IN_CONTAINERS, Answer
from envdoctor.pins.install import Target
from envdoctor.pins.machine import Machine

EPILOG = (
    "Exit codes: 0 a recommendation, 1 no version can work, 2 wrong usage, 3 the index or the resolver failed, "
    "130 interrupted."
)
SECONDS = 30.0
# Options that `envdoctor setup` has as well.
DRIVER = click.option(
    "--driver", metavar="VERSION", help="Its NVIDIA driver, on WSL 2 that of Windows; none: not installed."
)
GPU = click.option(
    "--gpu", "gpus", multiple=True, metavar="NAME", help="One of its GPUs, or none. May be given repeatedly."
)
TORCH = click.option("--torch", metavar="SPEC", help='Only these versions of PyTorch: ">=2.4", 2.6.0, "<2.10".')
TORCHVISION = click.option(
    "--torchvision", metavar="SPEC", help='Only releases with such a torchvision: "0.20.1", ">=0.19".'
)
NEED = click.option(
    "--need", "needs", multiple=True, metavar="REQUIREMENT",
    help='A package that has to go with it: "numpy<2", "cuda-toolkit==11.8", flash-attn. May be given repeatedly.',
)  # fmt: skip


@click.command(epilog=EPILOG)
@click.option("--os", type=click.Choice(list(SYSTEMS)), help="Operating system of the described machine.")
@click.option("--os-version", metavar="VERSION", help='Of macOS ("14.5") or of a Linux distribution ("Ubuntu 22.04").')
@click.option("--arch", type=click.Choice(list(ARCHITECTURES)), help="Its processor.")
@click.option("--glibc", metavar="VERSION", help="Its glibc (ldd --version prints it), or musl.")
@DRIVER
@GPU
@click.option("--python", metavar="X.Y|PATH", help="Its Python; a path: look at this interpreter or environment.")
@TORCH
@TORCHVISION
@NEED
@click.option("--online", is_flag=True, help="Ask pip's index about packages that --need names and the data lacks.")
@click.option("--hashes", is_flag=True, help="With --format requirements: all packages, resolved, with their hashes.")
@click.option("--explain", is_flag=True, help="Also list every rejected release with the first rule that rejected it.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "--output", type=OutputFile(), help="Write to this file instead of the standard output.")
def pins(
    os: str | None,
    os_version: str | None,
    arch: str | None,
    glibc: str | None,
    driver: str | None,
    gpus: tuple[str, ...],
    python: str | None,
    torch: str | None,
    torchvision: str | None,
    needs: tuple[str, ...],
    online: bool,
    hashes: bool,
    explain: bool,
    format_: str,
    as_json: bool,
    output: Path | None,
) -> None:
    """Say which versions of PyTorch run on this machine, or on a described one.

    Any option from --os to --gpu, or a version as --python, describes a machine: then this one is not looked at,
    and what is not told is assumed, and said.

    \b
    Examples:
      envdoctor pins
      envdoctor pins --driver 535.183.01 --gpu "RTX 4090" --python 3.11
      envdoctor pins --gpu "Tesla V100" --torch ">=2.4" --explain
      envdoctor pins --gpu A100 --driver 535.183.01 --need vllm --need "numpy<2"
      envdoctor pins --os windows --gpu none --format requirements
      envdoctor pins --format uv -o pyproject.toml
    """  # noqa: D301  # click wants the character, not a backslash and a b
    version = python if python is not None and re.match(r"\d", python) else None
    words = Words(os=os, os_version=os_version, arch=arch, glibc=glibc, driver=driver, gpus=gpus, python=version)
    format_ = "json" if as_json else format_
    if hashes and format_ != "requirements":
        raise click.BadParameter("only --format requirements has hashes; add it", param_hint="'--hashes'")
    asked = Asked(torch, torchvision, needs, _known(needs) if online else (), format_ in IN_CONTAINERS)
    if words == Words():
        answer = _of_this_machine(python, asked)
    elif version is None and python is not None:
        raise click.BadParameter(f"{python}: a described machine has a version, like 3.12", param_hint="'--python'")
    else:
        answer = _of_words(words, asked)
    shown = _rendered(answer, format_, output, explain=explain, hashes=hashes)
    put(shown, _place(answer, format_, output), is_json=format_ == "json")
    raise SystemExit(1 if isinstance(answer.pins, NoPins) else 0)


class Asked(msgspec.Struct, frozen=True):
    """What is wished for."""

    torch: str | None
    torchvision: str | None
    needs: tuple[str, ...]
    known: tuple[Package, ...]
    container: bool
    """The answer is for a container on the machine."""


def _known(needs: tuple[str, ...]) -> tuple[Package, ...]:
    from envdoctor.pins.index import IndexUnavailableError  # noqa: PLC0415  # rarely needed
    from envdoctor.pins.online import ask  # noqa: PLC0415

    try:
        return ask(needs)
    except IndexUnavailableError as error:
        raise UndoneError(f"--online: {error}") from None


class UndoneError(click.ClickException):
    """The index or the resolver failed."""

    exit_code = 3


def _of_words(words: Words, asked: Asked) -> Answer:
    try:
        described = describe(words)
    except BadDescriptionError as error:
        raise click.BadParameter(str(error), param_hint=f"'{error.option}'") from None
    machine = _inside(described.machine, asked)
    found = _recommended(machine, asked)
    assumed = described.assumed
    if isinstance(found, NoPins):
        assumed += tuple(_single(described, asked))
    return Answer(pins=found, machine=machine, target=Target(windows=machine.os == "windows"), assumed=assumed)


def _single(described: Description, asked: Asked) -> list[str]:
    """Say what runs on each of the machines that the words may mean."""
    found = [(machine, _recommended(_inside(machine, asked), asked)) for machine in described.alternatives]
    if not any(isinstance(pins, Pins) for _, pins in found):
        return []
    return [
        f"{machine.cards[0].name}: PyTorch {pins.torch} ({pins.variant})."
        if isinstance(pins, Pins)
        else f"{machine.cards[0].name}: nothing runs."
        for machine, pins in found
    ]


def _of_this_machine(python: str | None, asked: Asked) -> Answer:
    """Look at files and the driver alone: torch is not imported."""
    from envdoctor.facts import Unknown  # noqa: PLC0415  # a described machine needs no probes
    from envdoctor.pins.install import target_of  # noqa: PLC0415
    from envdoctor.pins.machine import from_snapshot  # noqa: PLC0415
    from envdoctor.probes.interpreter import UnknownInterpreterError, choose  # noqa: PLC0415
    from envdoctor.probes.snapshot import Look, take_snapshot  # noqa: PLC0415
    from envdoctor.probes.system import this_system  # noqa: PLC0415

    system = this_system()
    try:
        chosen = choose(system, python)
    except UnknownInterpreterError as error:
        raise click.BadParameter(str(error), param_hint="'--python'") from None
    snapshot, _ = take_snapshot(system, Look(python=chosen, seconds=SECONDS, import_torch=False, gpu_test=False))
    machine = from_snapshot(snapshot)
    if isinstance(machine, Unknown):
        reason = f"Too little could be seen of this machine: {machine.reason}. Describe it with --os, --gpu, --driver."
        return Answer(pins=NoPins(python="", because=(reason,)), machine=None, target=Target())
    machine = _inside(machine, asked)
    return Answer(pins=_recommended(machine, asked), machine=machine, target=target_of(snapshot), examined=True)


def _inside(machine: Machine, asked: Asked) -> Machine:
    """Return the machine as a container on it sees it, if the answer is for one."""
    if not asked.container:
        return machine
    from envdoctor.pins.formats.dockerfile import in_container  # noqa: PLC0415  # only here

    return in_container(machine)


def _recommended(machine: Machine, asked: Asked) -> Pins | NoPins:
    from envdoctor.pins.recommend import BadSpecifierError, recommend  # noqa: PLC0415

    try:
        found = recommend(
            machine, torch=asked.torch, torchvision=asked.torchvision, needs=asked.needs, known=asked.known
        )
    except BadSpecifierError as error:
        raise click.BadParameter(str(error), param_hint=f"'{error.option}'") from None
    if isinstance(found, NoPins) or found.index is None or asked.container:  # in a container nothing is configured
        return found
    from envdoctor.pins.mirrors import with_mirror  # noqa: PLC0415  # only here
    from envdoctor.probes.system import this_system  # noqa: PLC0415

    return with_mirror(found, this_system())


def _is_file(output: Path | None) -> bool:
    return output is not None and str(output) != "-"


def _place(answer: Answer, format_: str, output: Path | None) -> Path | None:
    """Return where the result goes: without a recommendation no file of pins is written."""
    return None if _has_no_file(answer, format_) else output


def _has_no_file(answer: Answer, format_: str) -> bool:
    return isinstance(answer.pins, NoPins) and format_ not in ("text", "json")


def _rendered(answer: Answer, format_: str, output: Path | None, *, explain: bool, hashes: bool) -> str:
    if format_ == "json":
        from envdoctor.pins.formats import json  # noqa: PLC0415

        return json.render(answer)
    if isinstance(answer.pins, Pins) and format_ != "text":
        return _file(answer, answer.pins, format_, hashes=hashes)
    from envdoctor.pins.formats import text  # noqa: PLC0415

    to_file = _is_file(output) and not _has_no_file(answer, format_)
    stream = sys.stderr if _has_no_file(answer, format_) else sys.stdout
    terminal = look_at(stream)
    shown = text.render(
        answer,
        width=terminal.width,
        color=terminal.color and not to_file,
        unicode=terminal.unicode or to_file,
        explain=explain,
    )
    if _has_no_file(answer, format_):
        # A requirements file must not hold an explanation.
        click.echo(shown, nl=False, err=True)
        return ""
    return shown


def _file(answer: Answer, pins: Pins, format_: str, *, hashes: bool) -> str:
    import importlib  # noqa: PLC0415  # only the format that is wanted

    if format_ != "pylock" and not hashes:
        module = importlib.import_module(f"envdoctor.pins.formats.{format_}")
        text: str = module.render(answer, pins)
        return text
    from envdoctor.pins.resolved import NotResolvedError  # noqa: PLC0415
    from envdoctor.probes.system import this_system  # noqa: PLC0415

    module = importlib.import_module(f"envdoctor.pins.formats.{format_}")
    try:
        text = module.resolved(answer, pins, this_system())
    except NotResolvedError as error:
        raise UndoneError(str(error)) from None
    return text
