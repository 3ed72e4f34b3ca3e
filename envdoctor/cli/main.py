"""The command line: only connects. Each command lives in a module of its own, imported when it is called."""

from __future__ import annotations

import functools
import importlib
import sys
from typing import Any

import click

from envdoctor import __version__
from envdoctor.report.language import AUTO, LANGUAGES, choose, language, speak, spoken, wish_in

COMMANDS = {
    "check": "Look at this machine and say what is wrong.",
    "explain": "Say what a check looks for, why it matters, how to mend it.",
    "pins": "Say which versions of PyTorch run on this machine, or on a described one.",
    "setup": "Make a new environment with a PyTorch that runs here: a plan, then the thing itself.",
    "lock": "Write down what a good machine looks like, to compare with and to build again.",
    "diff": "Say what differs between two machines, ranked by what can matter.",
    "bench": "Train a small network and see whether the machine does it right and how fast.",
    "report": "Check and benchmark, and write the report that people attach to issues.",
    "schema": "Print the JSON Schema of a report, a lock or a comparison.",
}
"""Name → one line. Here, so that `--help` imports no command."""


WISH = "envdoctor.language"
"""Where the context keeps what the group's `--lang` said."""


class LateGroup(click.Group):
    """Imports `envdoctor.cli.NAME` only when the command NAME is wanted.

    Every command has `--lang`, and is shown in the language that is spoken.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Choose the language first: even what is said of wrong arguments, and `--help`, is in it."""
        _speak(wish_in(args))
        context: click.Context = super().make_context(info_name, args, parent, **extra)
        return context

    def get_help(self, ctx: click.Context) -> str:
        """Return the help in the language that is spoken."""
        if language() == "en":
            return super().get_help(ctx)
        from envdoctor.cli.help import Formatter, in_language  # noqa: PLC0415  # English needs none

        ctx.formatter_class = Formatter
        return click.Group.get_help(in_language(self), ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = _copied(getattr(importlib.import_module(f"envdoctor.cli.{cmd_name}"), cmd_name))
        command.params = [*command.params, _language_option()]
        command.callback = _speaking(command.callback)
        if language() == "en":
            return command
        from envdoctor.cli.help import in_language  # noqa: PLC0415  # English needs none

        return in_language(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section(spoken("Commands")):
            formatter.write_dl([(name, spoken(line)) for name, line in COMMANDS.items()])


def _copied(command: click.Command) -> click.Command:
    """Return a copy, whose options and help can be others; importing the module copy for it takes a millisecond."""
    other = object.__new__(type(command))
    vars(other).update(vars(command))
    return other


def _speak(wish: str, output: object = None) -> None:
    """Speak the language that is wished for, where the output has its characters; a file always has."""
    own = [getattr(sys.stdout, "encoding", None)] if output is None or str(output) == "-" else []
    speak(choose(wish, own))


def _wished(context: click.Context, _parameter: click.Parameter, wish: str | None) -> str:
    """Take a command's own `--lang`, else the group's, which has chosen the language before anything was parsed."""
    if wish:
        context.meta[WISH] = wish
    if wish and context.parent is not None:
        _speak(wish)
    return str(context.meta.get(WISH, AUTO))


def _language_option() -> click.Option:
    return click.Option(
        ["--lang"],
        type=click.Choice([*LANGUAGES, AUTO]),
        is_eager=True,
        expose_value=False,
        callback=_wished,
        help="Language of what people read; auto: that of the locale, or of ENVDOCTOR_LANG.",
    )


def _speaking(callback: Any) -> Any:
    """Return a command's function that speaks again once it is known where its output goes."""

    @functools.wraps(callback)
    def called(*args: Any, **arguments: Any) -> Any:
        _speak(click.get_current_context().meta.get(WISH, AUTO), arguments.get("output", arguments.get("folder")))
        return callback(*args, **arguments)

    return called


@click.group(cls=LateGroup, params=[_language_option()], context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="envdoctor %(version)s")
def main() -> None:
    """Say what is wrong with a PyTorch/CUDA machine, why, and how to mend it.

    \b
    Begin with:
      envdoctor check                      this machine, the active Python
      envdoctor check --python ~/env       another environment
      envdoctor explain DRV002             one finding, in full
      envdoctor pins                       versions of PyTorch that run here
      envdoctor bench --preset smoke       train for a minute, PASS or FAIL
      envdoctor report                     one file to attach to an issue

    \b
    Exit codes: 0 sound, 1 something was found, 2 wrong usage,
    3 envdoctor itself failed, 130 interrupted.
    """  # noqa: D301  # click wants the character, not a backslash and a b
