"""Starts envdoctor: `envdoctor` and `python -m envdoctor`."""

from __future__ import annotations

import gc
import os
import sys

USAGE, OWN_FAULT, INTERRUPTED = 2, 3, 130


def main() -> None:
    """Run the command line and leave with its exit code; people never see a traceback."""
    # Importing makes objects that stay: looking for garbage among them again and again takes a twentieth of the time.
    gc.set_threshold(50_000)
    _take_own_modules_first()
    from envdoctor.cli.process import leave, prepare  # noqa: PLC0415  # after the search path is in order

    prepare()
    try:
        code = _run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as wish:
        code = wish.code if isinstance(wish.code, int) else 0
    except Exception as error:  # noqa: BLE001  # the last resort
        _say(error)
        code = OWN_FAULT
    leave(code)


def _say(error: Exception) -> None:
    try:
        if os.environ.get("ENVDOCTOR_TRACEBACK"):
            import traceback  # noqa: PLC0415  # rarely needed

            traceback.print_exc()
        sys.stderr.write(
            f"envdoctor itself failed: {type(error).__name__}: {error} "
            "(ENVDOCTOR_TRACEBACK=1 shows where; a report of it is welcome)\n"
        )
    except (OSError, ValueError):  # there is nobody to tell, or no room for it
        pass


def _run() -> int:
    import click  # noqa: PLC0415  # so that even a broken installation of it gives one line

    from envdoctor.cli.main import main as group  # noqa: PLC0415

    try:
        code = group.main(prog_name="envdoctor", standalone_mode=False)
    except click.Abort:
        return INTERRUPTED
    except getattr(click.exceptions, "NoArgsIsHelpError", ()) as error:
        error.show()  # the whole help: who types the name alone asks for it
        return USAGE
    except click.UsageError as error:
        # One line: what, where, cure. The long usage text is what --help is for.
        command = error.ctx.command_path if error.ctx else "envdoctor"
        message = " ".join(error.format_message().split())
        if not isinstance(error, click.BadParameter) and "Did you mean" not in message:
            message = f"{message.rstrip('.')}; see {command} --help"
        click.echo(f"{command}: {_spoken(message)}", err=True)
        return USAGE
    except click.ClickException as error:
        click.echo(f"envdoctor: {_spoken(error.format_message())}", err=True)
        return OWN_FAULT
    return code if isinstance(code, int) else 0


def _spoken(message: str) -> str:
    """Return a message in the language that is spoken, where the standard error has its characters."""
    from envdoctor.report.language import spoken  # noqa: PLC0415  # after the search path is in order

    said = spoken(message)
    try:
        said.encode(sys.stderr.encoding or "ascii")
    except (UnicodeError, LookupError):
        return message
    return said


def _take_own_modules_first() -> None:
    """Move the working directory and PYTHONPATH to the end of the search path.

    They are there for the user's programs. A `json.py` or a foreign `click` in them must not be ours.
    """
    foreign = {"", *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    try:  # noqa: SIM105  # nothing may be imported yet
        foreign.add(os.getcwd())  # noqa: PTH109  # same
    except OSError:  # it is gone
        pass
    foreign |= {os.path.abspath(entry) for entry in foreign if os.path.isabs(entry)}  # noqa: PTH100, PTH117
    sys.path.sort(key=lambda entry: entry in foreign)


if __name__ == "__main__":
    main()
