"""The map of time per image over batch, width and device: who is faster, and from where on. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from envdoctor.bench.attribution_words import seconds
from envdoctor.bench.fit import whole
from envdoctor.measurements import Attribution, Cell, Crossover, Fit, Measured, Spread

NAME = "crossover.map"
NET, BATCH = "textbook", 4
"""What stands for "your model": the textbook's."""
NO_GPU = "no GPU was measured"

Place = tuple[str, int]
"""A net and a batch."""


def crossover(made: Sequence[Measured], attributions: Sequence[Attribution] = ()) -> Crossover | None:
    """Return the map of a series; None: it was not measured.

    A difference counts only where the rounds of the two do not overlap.
    """
    mine = [one for one in made if one.name == NAME and one.values.get("cells")]
    cells = tuple(cell for one in mine for cell in _cells(one))
    if not cells:
        return None
    gpus = sorted({cell.where for cell in cells if not on_cpu(cell.where)})
    hosts = sorted({cell.where for cell in cells if on_cpu(cell.where)}, key=lambda where: (len(where), where))
    fit = next((one.fit for one in attributions if one.device == "cpu"), None)
    if gpus:
        said = [text for gpu in gpus for text in _against(cells, hosts, [gpu], fit)]
        return Crossover(title=f"Time per image: {', '.join(hosts)} against {', '.join(gpus)}", cells=cells,
                         said=tuple(said))  # fmt: skip
    skipped = (one.reason for one in made if one.device.startswith("cuda") and one.reason)
    title = f"Time per image on the CPU: {' against '.join(hosts)}"
    said = list(_against(cells, hosts[:1], hosts[1:], fit)) if len(hosts) > 1 else []
    return Crossover(title=title, cells=cells, said=tuple(said), not_measured=next(skipped, NO_GPU))


def _cells(made: Measured) -> Iterator[Cell]:
    told = made.values.get("cells")
    for row in told if isinstance(told, list) else []:
        cell = _cell(made.device, row) if isinstance(row, dict) else None
        if cell is not None:
            yield cell


def _cell(device: str, row: Mapping[str, Any]) -> Cell | None:
    raw = row.get("seconds_per_image")
    samples = [one for one in raw if isinstance(one, float) and one > 0] if isinstance(raw, list) else []
    net, numbers = row.get("net"), [whole(row.get(name)) for name in ("width", "parameters", "batch", "threads")]
    if not samples or not isinstance(net, str) or None in numbers:
        return None
    width, parameters, batch, threads = (number or 0 for number in numbers)
    where = f"{threads} CPU thread{'s' if threads != 1 else ''}" if device == "cpu" else device
    spread = Spread(statistics.median(samples), min(samples), max(samples))
    return Cell(net=net, width=width, parameters=parameters, batch=batch, where=where, per_image=spread)


def _against(cells: Sequence[Cell], ours: Sequence[str], others: Sequence[str], fit: Fit | None) -> Iterator[str]:
    """Say on which side the textbook's net is, and from which batch on the other side wins for each net."""
    mine, theirs = _best(cells, ours), _best(cells, others)
    at = (NET, BATCH)
    if at in mine and at in theirs:
        yield _side(mine[at], theirs[at], fit)
    for net in dict.fromkeys(cell.net for cell in cells):
        first = from_batch(mine, theirs, net)
        width = next(cell.width for cell in cells if cell.net == net)
        names = " and ".join(others)
        label = f"Net {net!r} ({width} channels, {next(c.parameters for c in cells if c.net == net):,} parameters)"
        where = f"faster from batch {first} on" if first else "faster at no batch of the map"
        yield f"{label}: {names} {'are' if names.endswith('s') else 'is'} {where}."


def from_batch(mine: Mapping[Place, Cell], theirs: Mapping[Place, Cell], net: str) -> int | None:
    """Return the smallest batch from which on the others win in every round; None: they do not at the largest."""
    batches = sorted((batch for name, batch in mine if name == net and (net, batch) in theirs), reverse=True)
    first = None
    for batch in batches:
        if theirs[net, batch].per_image.high >= mine[net, batch].per_image.low:
            break
        first = batch
    return first


def _best(cells: Sequence[Cell], where: Sequence[str]) -> dict[Place, Cell]:
    """Return the fastest cell of each place among some devices."""
    best: dict[Place, Cell] = {}
    for cell in cells:
        at = (cell.net, cell.batch)
        if cell.where in where and (at not in best or cell.per_image.value < best[at].per_image.value):
            best[at] = cell
    return best


def sides(found: Crossover) -> tuple[dict[Place, Cell], dict[Place, Cell]]:
    """Return the fastest cells of the CPU and of the GPUs."""
    every = {cell.where for cell in found.cells}
    cpu = sorted(filter(on_cpu, every))
    return _best(found.cells, cpu), _best(found.cells, sorted(every - set(cpu)))


def _side(mine: Cell, theirs: Cell, fit: Fit | None) -> str:
    faster, slower = sorted((mine, theirs), key=lambda cell: cell.per_image.value)
    apart = faster.per_image.high < slower.per_image.low
    model = f"Your model of {mine.parameters:,} parameters at batch {mine.batch}"
    figures = f"{seconds(faster.per_image.value)} an image against {seconds(slower.per_image.value)}"
    if not apart:
        both = f"{faster.where} and {slower.where} do not differ beyond the spread"
        return f"{model} is on neither side: {both} ({figures})."
    because = f", because {_because(fit, mine.batch)}" if fit is not None and faster is mine else ""
    return f"{model} is on the side of {faster.where}: {figures} with {slower.where}{because}."


def _because(fit: Fit, batch: int) -> str:
    arithmetic = fit.per_image.value * batch
    share = fit.fixed.value / (fit.fixed.value + arithmetic)
    return (
        f"{share:.0%} of a step is its fixed cost of {seconds(fit.fixed.value)} and only {seconds(arithmetic)} is "
        "arithmetic, which is all that the other side could shorten"
    )


def on_cpu(where: str) -> bool:
    """Say whether a place of the map is on the CPU."""
    return "CPU thread" in where


def table(found: Crossover) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the headers and the rows of the map as texts; the fastest of a row is marked with an asterisk."""
    places = list(dict.fromkeys(cell.where for cell in found.cells))
    at = {(cell.net, cell.batch, cell.where): cell for cell in found.cells}
    rows = []
    for net, width, batch in dict.fromkeys((cell.net, cell.width, cell.batch) for cell in found.cells):
        values = {where: at[net, batch, where].per_image.value for where in places if (net, batch, where) in at}
        best = min(values, key=lambda where: values[where])
        texts = (
            f"{seconds(values[w])}{' *' if w == best and len(values) > 1 else ''}" if w in values else ""
            for w in places
        )
        rows.append((net, str(width), str(batch), *texts))
    return ("net", "width", "batch", *places), rows
