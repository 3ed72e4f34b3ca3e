"""Plots of measurements, as SVG for a page with a strict content policy. Needs matplotlib, which may be absent."""

from __future__ import annotations

import functools
import importlib.util
import io
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from envdoctor.report.measured import MIB, Measured
from envdoctor.report.svg import inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 12
"""Devices in one plot: more cannot be told apart."""
MOST_STEPS = 4
MOST_BUSY = 4
MOST_BARS = 40
"""Experiments in one plot: each has a line of its own."""
HUNDRED = 100
LONG = 20
"""Characters of a name."""
COLORS = ("#2f7ed8", "#c2571a", "#2e8b57", "#a34fa3", "#8a6d00", "#c0392b")
"""Told apart on white and on near-black: each has a contrast of at least 3 to both."""
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched and copied
    "text.parse_math": False,  # a device may be called "$x^2$"
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "font.size": 11,
    "savefig.transparent": True,
}


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A picture, and what it shows in words for those who do not see it."""

    title: str
    alt: str
    svg: str


def available() -> bool:
    """Say whether matplotlib can be imported here, without importing it."""
    return importlib.util.find_spec("matplotlib") is not None


def plots(made: Sequence[Measured]) -> list[Plot]:
    """Draw what the measurements hold: speed, time, accuracy and memory; time of each step, loss."""
    drawn = [draw(made[:MOST_BARS]) for draw in (_epochs, _accuracy, _memory)]
    drawn += [draw(made[:MOST]) for draw in (_speed, _steps, _loss)]
    drawn += [_learning(made[:MOST]), _busy(made)]
    return [plot for plot in drawn if plot is not None]


def _speed(made: Sequence[Measured]) -> Plot | None:
    """Compare what trains on the same images; where nothing tells, all that has a speed."""
    alike = [one for one in made if one.seconds_per_epoch] or made
    shown = [(_name(one), one.images_per_second) for one in alike if one.images_per_second]
    return _bars("Speed", "Images per second", shown, "images per second (more is better)", "{:,.0f}")


def _epochs(made: Sequence[Measured]) -> Plot | None:
    shown = [(_name(one), one.seconds_per_epoch) for one in made if one.seconds_per_epoch]
    return _bars("Time", "Seconds per epoch", shown, "seconds per epoch (less is better)", "{:,.3g}", most="{:,.0f}")


def _accuracy(made: Sequence[Measured]) -> Plot | None:
    """Compare experiments; one accuracy alone stands in the table."""
    shown = [(_name(one), 100 * one.accuracy) for one in made if one.accuracy is not None and one.seconds_per_epoch]
    return _bars("Accuracy", "Accuracy in percent", shown, "accuracy, % of test images (more is better)", "{:.1f}")


def _memory(made: Sequence[Measured]) -> Plot | None:
    shown = [(_name(one), one.host_bytes / MIB) for one in made if one.host_bytes and one.seconds_per_epoch]
    return _bars("Memory", "Peak of host memory in MiB", shown, "MiB of host memory, peak (less is better)", "{:,.0f}")


def _bars(
    title: str, what: str, shown: Sequence[tuple[str, float]], axis: str, form: str, most: str | None = None
) -> Plot | None:
    """Draw a bar for each value, with the value at its end; `most` is the form of what has three figures or more."""
    if not shown:
        return None
    names, values = [name for name, _ in shown], [value for _, value in shown]
    texts = [(most if most and value >= HUNDRED else form).format(value) for value in values]

    def draw(axes: Axes) -> None:
        bars = axes.barh(range(len(shown)), values, color=COLORS[0], height=0.6)
        axes.bar_label(bars, texts, padding=4)
        axes.set_yticks(range(len(shown)), names)
        axes.invert_yaxis()
        # Long names leave little room, of which the value of the longest bar needs more.
        axes.margins(x=0.3 if max(map(len, names)) > LONG else 0.15)
        axes.set_xlabel(axis)

    alt = f"Bar chart. {what}: " + "; ".join(map(": ".join, zip(names, texts, strict=True))) + "."
    return Plot(title=title, alt=alt, svg=drawn_as_svg(title.lower(), [draw], height=1.2 + 0.5 * len(shown)))


def _steps(made: Sequence[Measured]) -> Plot | None:
    """Draw a histogram for each device, on a scale of its own: a GPU may be a hundred times as fast as a CPU."""
    shown = [(_name(one), [seconds * 1000 for seconds in one.steps]) for one in made if one.steps][:MOST_STEPS]
    if not shown:
        return None

    def draw(axes: Axes, name: str, milliseconds: Sequence[float], color: str) -> None:
        axes.hist(milliseconds, bins=_bins(milliseconds), color=color)
        axes.set_title(name, loc="left", fontsize="medium")
        axes.set_xlabel("milliseconds per step (less is better)")
        axes.set_ylabel("steps")

    drawn = [
        functools.partial(draw, name=name, milliseconds=times, color=COLORS[index % len(COLORS)])
        for index, (name, times) in enumerate(shown)
    ]
    ranges = "; ".join(f"{name}: {min(ms):.3g} to {max(ms):.3g} ms in {len(ms)} steps" for name, ms in shown)
    svg = drawn_as_svg("steps", drawn, height=2.3 * len(shown))
    return Plot(title="Time per step", alt=f"Histogram of the time per step. {ranges}.", svg=svg)


def _loss(made: Sequence[Measured]) -> Plot | None:
    shown = [one for one in made if any(value is not None for value in one.loss)]
    if not shown:
        return None

    def draw(axes: Axes) -> None:
        for index, one in enumerate(shown):
            values = [float("nan") if value is None else value for value in one.loss]
            # Broken lines let one see a curve below that is the same.
            style = "-" if index == 0 else (0, (5, 1 + index))
            axes.plot(
                range(1, len(values) + 1),
                values,
                color=COLORS[index % len(COLORS)],
                label=_name(one),
                linewidth=1.8,
                linestyle=style,
            )
        axes.set_xlabel("step")
        axes.set_ylabel("loss (less is better)")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(frameon=False)

    ends = "; ".join(f"{_name(one)}: {one.loss_text}" for one in shown)
    return Plot(
        title="Loss",
        alt=f"Line chart of the loss per step, first to last. {ends}.",
        svg=drawn_as_svg("loss", [draw], 3.2),
    )


def _learning(made: Sequence[Measured]) -> Plot | None:
    """Draw the losses of each training over its epochs: a colour for each training, broken where it is no training."""
    shown = [one for one in made if one.learning]
    if not shown:
        return None

    def draw(axes: Axes) -> None:
        for index, one in enumerate(shown):
            for style, (words, values) in zip(("-", "--"), one.learning, strict=False):
                points = [float("nan") if value is None else value for value in values]
                epochs = range(1, len(points) + 1)
                color, name = COLORS[index % len(COLORS)], f"{_name(one)}, {words}"
                axes.plot(epochs, points, color=color, label=name, linewidth=1.8, linestyle=style)
        axes.locator_params(axis="x", integer=True)
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss (less is better)")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(0, -0.2))

    ends = "; ".join(
        f"{_name(one)}, {words}: {', '.join('not finite' if v is None else f'{v:.3g}' for v in values[:20])}"
        for one in shown
        for words, values in one.learning
    )
    height = 3.2 + 0.22 * sum(len(one.learning) for one in shown)
    svg = drawn_as_svg("training", [draw], height)
    return Plot(title="Training curves", alt=f"Line chart of the loss after each epoch. {ends}.", svg=svg)


def _busy(made: Sequence[Measured]) -> Plot | None:
    """Draw how busy CPUs and GPU were, the longest experiments first: a short one has no curve to speak of."""
    shown = sorted((one for one in made if one.curves and len(one.times) > 1), key=lambda one: -one.times[-1])
    shown = shown[:MOST_BUSY]
    if not shown:
        return None

    def draw(axes: Axes, one: Measured) -> None:
        for index, (words, values) in enumerate(one.curves):
            points = [float("nan") if value is None else value for value in values]
            style = "-" if index == 0 else (0, (5, 1 + index))
            axes.plot(one.times, points, color=COLORS[index % len(COLORS)], label=words, linewidth=1.8, linestyle=style)
        axes.set_title(_name(one), loc="left", fontsize="medium")
        axes.set_xlabel("seconds")
        axes.set_ylabel("% busy")
        axes.set_ylim(-2, 102)
        axes.grid(visible=True, alpha=0.3)
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))

    def said(one: Measured) -> str:
        known = [(words, [value for value in values if value is not None]) for words, values in one.curves]
        levels = (f"{words} {sum(v) / len(v):.0f} % in the mean, {max(v):.0f} % at most" for words, v in known)
        return f"{_name(one)}, {one.times[-1]:.0f} s: {', '.join(levels)}"

    svg = drawn_as_svg("busy", [functools.partial(draw, one=one) for one in shown], height=2.3 * len(shown))
    alt = f"Line chart of CPU and GPU utilisation over time. {'; '.join(map(said, shown))}."
    return Plot(title="CPU/GPU utilisation over time", alt=alt, svg=svg)


def _bins(values: Sequence[float]) -> int:
    """Return a number of bins; one where the values do not differ enough to be told apart as floats."""
    spread = max(values) - min(values)
    return min(30, max(5, len(values) // 4)) if spread > 1e-9 * max(map(abs, values)) else 1


def _name(one: Measured) -> str:
    """Return a name for a legend: one that begins with "_" would be left out of it."""
    return one.label.lstrip("_") or "?"


def drawn_as_svg(name: str, draws: Sequence[Callable[[Axes], None]], height: float) -> str:
    """Draw one below the other, without matplotlib's global state; the same numbers give the same text."""
    import matplotlib as mpl  # noqa: PLC0415  # slow, and maybe absent
    from matplotlib.figure import Figure  # noqa: PLC0415

    settings: Any = {**SETTINGS, "svg.hashsalt": name}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The page brings the font, so that matplotlib's knows a letter or not is of no importance.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(7, height), layout="tight")
        for axes, draw in zip(figure.subplots(len(draws), squeeze=False)[:, 0], draws, strict=True):
            draw(axes)
        page = io.StringIO()
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    return inline(page.getvalue(), name)
