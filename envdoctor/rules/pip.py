"""Commands that install or remove packages in the examined Python, for the fixes of several checks."""

from __future__ import annotations

import shlex

from envdoctor.facts import Python, Unknown


def pip(python: Python | None | Unknown, action: str, packages: str) -> str:
    """Return the command: by pip, or by uv where the environment has no pip.

    Args:
        python: the examined Python; unknown, it is the `python` on PATH.
        action: `install` or `uninstall`, with its options.
        packages: what to install or remove, quoted for a shell where it must be.
    """
    if not isinstance(python, Python):
        return f"python -m pip {action} {packages}"
    name = shlex.quote(python.executable) if "\\" not in python.executable else f'"{python.executable}"'
    if python.kind == "uv" or python.pip is None:
        return f"uv pip {action.replace(' -y', '')} --python {name} {packages}"
    return f"{name} -m pip {action} {packages}"
