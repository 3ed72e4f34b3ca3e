"""Prints a command of the README, so that CI runs what people are told to run.

Usage: readme_command.py NAME        the command after the marker `<!-- command: NAME -->`
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def command(name: str, text: str) -> str:
    """Return the one line in the fenced block after a marker.

    Raises:
        LookupError: there is no such marker, or its block is not one line.
    """
    found = re.search(rf"<!-- command: {re.escape(name)} -->\s*```\w*\n(.*?)\n```", text, re.DOTALL)
    if found is None or "\n" in found[1]:
        raise LookupError(f"README.md has no one-line command {name!r}")
    return found[1]


if __name__ == "__main__":
    try:
        print(command(sys.argv[1], README.read_text(encoding="utf-8")))
    except (LookupError, IndexError) as error:
        sys.exit(f"readme_command.py: {error}")
