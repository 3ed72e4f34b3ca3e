"""Lays the results of many experiments out for a terminal or a text file."""

from __future__ import annotations

import io
from collections.abc import Iterator

import rich.console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from envdoctor.bench.explained_words import found, sections
from envdoctor.bench.measurement import FAIL, PASS
from envdoctor.bench.reference import shares
from envdoctor.bench.result import CLOCK, DONE, FAILED, SKIPPED, Result, Series
from envdoctor.bench.table_parallel import all_reduce, sides
from envdoctor.bench.words import images
from envdoctor.report.clean import line
from envdoctor.report.language import spoken

STYLES = {PASS: "bold green", FAIL: "bold red"}
LEAST_SHARE = 0.9
"""Of a CPU, for a busy loop before and after: below it, times are other programs' as well."""
HEADERS = ("experiment", "images/s", "step mean", "median", "p95 ms", "times reference", "accuracy")
TEXTBOOK_EPOCHS = 10
LEFT_OUT = frozenset(("rows", "net"))
UNITS = (("_bytes_per_second", 1e9, "GB/s"), ("_flops", 1e9, "GFLOP/s"), ("_bytes", 1 << 20, "MiB"))
SECONDS = "_seconds"
MEANWHILE = (
    ("cpu_percent", "CPUs", "{:.0f} % ({:.0f})"),
    ("worker_cpus", "the worker", "{:.2g} CPUs ({:.2g})"),
    ("gpu_percent", "GPU", "{:.0f} % ({:.0f})"),
    ("gpu_memory_percent", "its memory", "{:.0f} % ({:.0f})"),
    ("power_watts", "power", "{:.0f} W ({:.0f})"),
    ("temperature_celsius", "temperature", "{:.0f} C ({:.0f})"),
    ("clock_mhz", "clock", "{:.0f} MHz ({:.0f})"),
)


def render(series: Series, *, width: int = 80, color: bool = False) -> str:
    """Return the results as text of a given width."""
    sink = io.StringIO()
    console = rich.console.Console(
        file=sink, width=width, force_terminal=color, color_system="standard" if color else None,
        no_color=not color, highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    console.print(Text(spoken(f"envdoctor bench, preset {series.preset}, {series.seconds:.1f} s"), style="bold"))
    for device in dict.fromkeys(one.device for one in series.measurements if one.verdict != SKIPPED):
        _device(console, device, [one for one in series.measurements if one.device == device])
    for label, lines in _sections(series):
        console.print(Text(f"\n{spoken(label)}"))
        for text in lines:
            console.print(Padding(Text(text if _laid_out(text) else spoken(line(text)), overflow="fold"), (0, 0, 0, 2)))
    console.print()
    console.print(Text(f"{series.verdict}: {spoken(line(series.reason))}", style=STYLES.get(series.verdict, "bold")))
    return "\n".join(row.rstrip() for row in sink.getvalue().split("\n")).strip("\n") + "\n"


def _laid_out(text: str) -> bool:
    """Say whether a line is of columns, whose spaces must stay."""
    return "  " in text and text.isascii() and text.isprintable()


def _device(console: rich.console.Console, device: str, results: list[Result]) -> None:
    timed = [one for one in results if one.sides]
    name = next((one.device_name for one in results if one.device_name), None)
    console.print(Text(f"\n{device}{f' ({line(name)})' if name else ''}", style="bold"))
    if timed:
        table = Table(box=None, padding=(0, 1), show_edge=False, header_style="dim")
        for index, header in enumerate(HEADERS):
            table.add_column(spoken(header), justify="right" if 0 < index < 5 else "left", overflow="fold")  # noqa: PLR2004
        for one in timed:
            table.add_row(*map(Text, cells(one)))
        console.print(table)


def cells(result: Result) -> tuple[str, ...]:
    """Return the texts of a row under `HEADERS`."""
    s, c = result.statistics, result.comparison
    ratio = "" if c is None else f"{c.median:.2f} ({c.low:.2f}-{c.high:.2f}) {c.verdict}"
    accuracy = "" if result.accuracy is None else f"{result.accuracy:.1%}"
    if accuracy and result.data and result.data.synthetic:
        accuracy += " (synthetic)"
    times = ("", "", "") if s is None else tuple(f"{1e3 * value:.2f}" for value in (s.mean, s.median, s.p95))
    speed = "" if result.images_per_second is None else f"{result.images_per_second:,.0f}"
    return (line(result.name), speed, *times, ratio, accuracy)


def _sections(series: Series) -> Iterator[tuple[str, list[str]]]:
    made = series.measurements
    if series.findings:
        yield "Found, the worst first", found(series.findings)
    reasons = [f"{one.name} on {one.device}: {one.why}" for one in made if one.why]
    if reasons:
        yield "Why each came out as it did", reasons
    yield from sections(series.explanation)
    trained = [one for one in made if one.training]
    if trained:
        yield "Trained", [_trained(one) for one in trained]
    loaders = [one for one in made if one.group == "loader" and one.sides]
    if loaders:
        yield "Loader alone, step alone, both (mean ms per batch)", [_alone(one) for one in loaders]
    watched = [(one, text) for one in made if (text := meanwhile(one))]
    if watched:
        yield "Meanwhile (mean, and most)", [f"{one.name}: {text}" for one, text in watched]
    if together := list(sides(made)):
        yield "One process and several (images/s in all)", together
    for one in made:
        if one.values:
            yield f"{one.name} on {one.device}", [*_values(one), *all_reduce(one)]
    ended = [one for one in made if one.verdict != DONE]
    if ended:
        yield "Not done", [f"{one.name} on {one.device}: {one.verdict}: {one.reason}" for one in ended]
    yield "How it was measured", list(_method(series))


def meanwhile(one: Result) -> str:
    """Say what host and GPU were doing; empty: it was not sampled."""
    usage = one.usage
    if usage is None or not usage.samples:
        return ""
    parts = []
    for name, words, form in MEANWHILE:
        level = usage.level(name)
        if level:
            parts.append(f"{words} {form.format(level.mean, level.maximum)}")
    held = [f"{word} {share:.0%}" for word, share in usage.held_down_by.items()]
    parts += [f"clocks held low: {', '.join(held)}"] if held else []
    if usage.energy_joules_per_image is not None and one.data:
        parts.append(f"{usage.energy_joules_per_image * one.data.train:,.3g} J per epoch")
    parts += [f"not read: {name}: {reason}" for name, reason in usage.unknown.items()]
    return "; ".join(parts)


def _trained(one: Result) -> str:
    t = one.training
    if t is None:
        return one.name
    text = f"{one.name}: {t.epochs:g} epochs, {t.accuracy:.1%} of {t.tested:,} test images"
    synthetic = ", synthetic images: compares with nothing else" if one.data and one.data.synthetic else ""
    return f"{text}; {t.seconds:.1f} s of training, {t.cpu_seconds:.1f} s of CPU{synthetic}{_against_textbook(one)}"


def _against_textbook(one: Result) -> str:
    """Project the textbook's ten epochs from its windows beside this experiment's."""
    beside = one.side("reference")
    if one.group != "ladder":
        return ""
    if one.settings.get("net") == "textbook" or one.data is None or one.training is None or beside is None:
        return ""
    if not beside.images_per_second or one.training.seconds <= 0:
        return ""
    seconds = TEXTBOOK_EPOCHS * one.data.train / beside.images_per_second
    ratio = seconds / one.training.seconds
    return (
        f"; {TEXTBOOK_EPOCHS} epochs of the textbook's recipe, at its speed beside it: {seconds:,.0f} s, {ratio:.0f} x"
    )


def _alone(one: Result) -> str:
    means = {side.name: side.statistics.mean * 1e3 for side in one.sides if side.statistics}
    figures = ", ".join(f"{name} {mean:.2f}" for name, mean in means.items())
    return f"{one.name}: {figures}"


def _values(one: Result) -> Iterator[str]:
    of_sheet = shares(one.values, one.device_name) if one.device_name else {}
    for name, value in one.values.items():
        if isinstance(value, list | dict) or value is None or name in LEFT_OUT:
            continue
        if name == "disk_read_bytes_per_second" and not one.values.get("disk_read_uncached"):
            name = "disk_read_cached_bytes_per_second"  # noqa: PLW2901  # it is the speed of memory
        share = f" ({of_sheet[name]:.0%} of the data sheet)" if name in of_sheet else ""
        yield f"{name}: {_figure(name, value)}{share}"


def _figure(name: str, value: object) -> str:
    if name.endswith("_error") and isinstance(value, int | float):
        return f"{value:+.1%}"
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        return str(value)
    for ending, size, unit in UNITS:
        if name.endswith(ending):
            return f"{value / size:,.3g} {unit}"
    if name.endswith(SECONDS):
        return f"{value:,.3g} s" if value >= 1 else f"{value * 1e6:.4g} us"
    return f"{value:,.4g}"


def _method(series: Series) -> Iterator[str]:
    data = next((one.data for one in series.measurements if one.data), None)
    if data:
        yield images(data)
    if any(one.windows for one in series.measurements):
        yield CLOCK
        yield "An experiment and its reference take turns, window by window; a ratio is that of one round."
    reason = next((one.threads_reason for one in series.measurements if one.threads_reason), "")
    if reason:
        yield f"Threads: {reason}."
    hosts = [host for one in series.measurements for host in (one.before, one.after)]
    known = [host.cpu_share for host in hosts if host.cpu_share is not None]
    if known and min(known) < LEAST_SHARE:
        yield (
            f"Other programs took the CPUs: a busy loop got {min(known):.0%} to {max(known):.0%} of one. The times are "
            "theirs as well; ratios of one round suffer less. Measure again on a quiet machine."
        )
    if any(one.verdict == FAILED for one in series.measurements):
        yield "A failed experiment keeps what was measured before it failed; the others are not touched by it."
    yield from series.notes
    yield f"Python: {series.python}"
