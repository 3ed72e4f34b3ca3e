"""What `envdoctor.check()` does."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from envdoctor.examine import Options, examine
from envdoctor.probes.interpreter import UnknownInterpreterError
from envdoctor.registry import load_checks
from envdoctor.report.model import Report


def check(
    python: str | None,
    *,
    select: Iterable[str] | None,
    ignore: Iterable[str],
    timeout: float,
    import_torch: bool,
    gpu_test: bool,
) -> Report:
    """Examine this machine. See `envdoctor.check`."""
    if not 0 < timeout < float("inf"):
        raise ValueError(f"timeout: {timeout!r} is no number of seconds above 0")
    options = Options(
        python=python or sys.executable or None,
        seconds=timeout,
        import_torch=import_torch,
        gpu_test=gpu_test,
        select=None if select is None else codes(select),
        ignore=codes(ignore),
    )
    try:
        return examine(options)
    except UnknownInterpreterError as error:
        raise ValueError(f"python: {error}") from None


def codes(words: Iterable[str]) -> frozenset[str]:
    """Return the full codes of checks, for their codes, the beginnings of codes, or their names.

    Raises:
        ValueError: no check is called so.
    """
    found: set[str] = set()
    # One text is one word: its letters would be the beginnings of half of all codes.
    for word in [words] if isinstance(words, str) else words:
        called = {c for c, one in load_checks().items() if word and (c.startswith(word.upper()) or one.name == word)}
        if not called:
            raise ValueError(f"no check is called {word!r}; `envdoctor explain` lists them all")
        found |= called
    return frozenset(found)
