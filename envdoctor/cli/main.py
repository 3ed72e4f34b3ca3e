"""The command line: only connects. Each command lives in a module of its own, imported when it is called."""

from __future__ import annotations

import importlib

import click

from envdoctor import __version__

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


class LateGroup(click.Group):
    """Imports `envdoctor.cli.NAME` only when the command NAME is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"envdoctor.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
