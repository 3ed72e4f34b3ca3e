"""Plots of what a series explains: the parts of a step, and the map of time per image. Needs matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envdoctor.measurements import Attribution, Cell, Crossover, Explanation
from envdoctor.report.plots import COLORS, Plot, drawn_as_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLES = ("-", "--", ":", "-.")


def explained_plots(explanation: Explanation) -> list[Plot]:
    """Draw the parts of a step of each device, and the map."""
    found = [_parts(one) for one in explanation.attribution if one.parts]
    drawn = explanation.crossover
    return [*found, *([_map(drawn)] if drawn is not None and any(map(_positive, drawn.cells)) else [])]


def _positive(cell: Cell) -> bool:
    """Say whether a place can be drawn on axes of logarithms."""
    return cell.batch > 0 and cell.per_image.value > 0


def _parts(one: Attribution) -> Plot:
    """Draw a bar for each part, with the spread of its share."""
    names = [part.name for part in one.parts]
    values = [100 * part.share.value for part in one.parts]
    spreads = [
        [max(0.0, 100 * (part.share.value - part.share.low)) for part in one.parts],
        [max(0.0, 100 * (part.share.high - part.share.value)) for part in one.parts],
    ]

    def draw(axes: Axes) -> None:
        bars = axes.barh(range(len(names)), values, xerr=spreads, color=COLORS[0], ecolor="black", height=0.6)
        axes.bar_label(bars, [f"{value:.0f} %" for value in values], padding=4)
        axes.margins(x=0.15)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlabel("percent of a step's wall time")

    title = f"Where a step goes on {one.device}"
    said = "; ".join(f"{name}: {value:.0f} %" for name, value in zip(names, values, strict=True))
    svg = drawn_as_svg(f"parts-{_plain(one.device)}", [draw], 1.2 + 0.45 * len(names))
    return Plot(title=title, alt=f"Bar chart. {title}: {said}.", svg=svg)


def _map(found: Crossover) -> Plot:
    """Draw time per image over the batch: a colour for each place, a line style for each net."""
    good = [cell for cell in found.cells if _positive(cell)]
    places, nets = (list(dict.fromkeys(names)) for names in zip(*((c.where, c.net) for c in good), strict=True))

    def draw(axes: Axes) -> None:
        for at, where in enumerate(places):
            for style, net in enumerate(nets):
                cells = [cell for cell in good if cell.where == where and cell.net == net]
                axes.plot(
                    [cell.batch for cell in cells],
                    [1e3 * cell.per_image.value for cell in cells],
                    color=COLORS[at % len(COLORS)],
                    linestyle=STYLES[style % len(STYLES)],
                    marker="o",
                    markersize=3,
                    label=f"{net}, {where}",
                )
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(sorted({cell.batch for cell in good}))
        for axis in (axes.xaxis, axes.yaxis):
            # Those of logarithms are formulas, which nothing sets here.
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter("")
        axes.set_xlabel("batch")
        axes.set_ylabel("ms per image (less is better)")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(frameon=False, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))

    alt = f"Line chart of the time per image over the batch. {' '.join(found.said)}"
    return Plot(title=found.title, alt=alt, svg=drawn_as_svg("crossover", [draw], 4.0))


def _plain(device: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in device)
