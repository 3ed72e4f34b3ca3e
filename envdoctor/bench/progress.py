"""Shows on a terminal's stderr what a worker is doing; elsewhere it is silent."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

from envdoctor.bench.remaining import Forecast, duration
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

    forecast = Forecast()
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn(), _left_column(forecast),
    )  # fmt: skip
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task("start", total=None)

        def listen(_device: str, said: Mapping[str, Any]) -> None:
            forecast.hear(said)
            if forecast.of:
                progress.update(task, description=forecast.words, completed=forecast.over, total=forecast.of)
                return
            if "stage" in said:
                progress.reset(task, description=str(said["stage"]), total=None)
            if "progress" in said:
                done, total = said["progress"]
                progress.update(task, completed=done, total=total)

        yield listen


def _left_column(forecast: Forecast) -> Any:
    """Return a column that says how long a series will still take, and is empty otherwise."""
    from rich.progress import ProgressColumn  # noqa: PLC0415  # as above
    from rich.text import Text  # noqa: PLC0415  # same

    class Left(ProgressColumn):
        def render(self, _task: Any) -> Text:
            return Text(f"about {duration(forecast.left)} left" if forecast.of else "")

    return Left()
