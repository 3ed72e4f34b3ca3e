"""Shows on a terminal's stderr what a worker is doing; elsewhere it is silent."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

from envdoctor.bench.smoke import Listener


@contextlib.contextmanager
def shown(stream: IO[str] | None = None) -> Iterator[Listener | None]:
    """Yield a listener that draws, or None where nobody watches.

    Args:
        stream: where to draw; the default is stderr.
    """
    stream = stream or sys.stderr
    if not stream.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  # only where somebody watches
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task("start", total=None)

        def listen(_device: str, said: Mapping[str, Any]) -> None:
            if "stage" in said:
                progress.reset(task, description=str(said["stage"]), total=None)
            if "progress" in said:
                done, total = said["progress"]
                progress.update(task, completed=done, total=total)

        yield listen
