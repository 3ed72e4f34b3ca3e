"""Says in plain words what a benchmark found. ASCII, so that it reads the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from envdoctor.bench.measurement import Data, Measurement, Outcome

MIB = 1 << 20
NOT_COMPARABLE = "synthetic images: not comparable with CIFAR-10"

METHOD = (
    "a small convolutional network was trained on each device, from the same random weights, and tested on images "
    "that it had not seen; one forward and backward pass was compared with a float64 reference, TF32 switched off."
)

Row = tuple[str, str]
"""A label and a text."""


def figures(measurement: Measurement) -> list[Row]:
    """Return the figures of one device, as far as it came."""
    return [row for part in (_learning, _speed, _surroundings) for row in part(measurement)]


def _learning(m: Measurement) -> Iterator[Row]:
    if m.accuracy is not None and m.chance is not None:
        note = f" ({NOT_COMPARABLE})" if m.data and m.data.synthetic else ""
        yield "accuracy", f"{m.accuracy:.1%} of {m.tested:,} test images; guessing gets {m.chance:.1%}{note}"
    if m.loss:
        first, last = (_number(m.loss[0]), _number(m.loss[-1]))
        yield "loss", f"{first} -> {last} in {len(m.loss)} steps of {m.batch} images"


def _speed(m: Measurement) -> Iterator[Row]:
    if m.images_per_second is not None:
        yield "speed", f"{m.images_per_second:,.0f} images/s"
    if m.statistics is not None:
        s = m.statistics
        yield "step", f"mean {_ms(s.mean)}, median {_ms(s.median)}, p95 {_ms(s.p95)}, n = {s.n}"
    if m.first_step_seconds is not None:
        yield "first step", f"{_ms(m.first_step_seconds)}, not in the figures above"


def _surroundings(m: Measurement) -> Iterator[Row]:
    if m.memory is not None:
        peaks = [
            f"{name} {size / MIB:,.0f} MiB"
            for name, size in (("host", m.memory.host_bytes), ("GPU", m.memory.device_bytes))
            if size is not None
        ]
        yield "memory", f"peak: {', '.join(peaks) or 'not known'}"
    if m.threads is not None and m.device == "cpu":
        used = f"; {m.cpus_used:.2f} CPUs used while training" if m.cpus_used is not None else ""
        yield "threads", f"{m.threads} (torch's choice){used}"
    if m.busy:
        yield (
            "busy",
            "other programs took the CPUs: the times above are theirs as well, measure again on a quiet machine",
        )
    if m.load[0] is not None and m.load[1] is not None:
        yield "load", f"{m.load[0]:.1f} before, {m.load[1]:.1f} after (runnable processes, mean of a minute)"
    if m.versions:
        cuda = m.versions.get("cuda")
        build = f", built for CUDA {cuda}" if cuda else ""
        yield "versions", f"torch {m.versions.get('torch')}{build}; Python {m.versions.get('python')}"


def title(m: Measurement) -> str:
    """Name a device and its verdict."""
    return f"{m.device}{f' ({m.device_name})' if m.device_name else ''}: {m.verdict}"


def explanation(outcome: Outcome) -> Iterator[Row]:
    """Say what was measured, on which images, and what the clock covers."""
    measured = [m for m in outcome.measurements if m.seconds_per_step]
    if measured:
        yield "Measured", METHOD
    data = next((m.data for m in outcome.measurements if m.data), None)
    if data:
        yield "Images", images(data)
    if measured:
        yield "Clock", measured[-1].clock
    if outcome.no_gpu:
        yield "No GPU", f"none was measured: {outcome.no_gpu}"
    yield "Python", outcome.python


def images(data: Data) -> str:
    """Say which images were used and how they were chosen."""
    if data.synthetic:
        return (
            f"synthetic: {data.train:,} to train and {data.test:,} to test, {data.classes} kinds of blurred patterns "
            f"drawn from seed {data.seed}. An accuracy on them says that learning works, and is not comparable with "
            "CIFAR-10; --data DIR or --download takes real images."
        )
    kind = {
        "official": "the official CIFAR-10 files",
        "folders": "image folders",
        "mnist": "the MNIST files, framed to 32x32",
    }.get(data.kind, data.kind)
    if (data.train, data.test) == (data.train_available, data.test_available):
        return f"{kind} in {data.path}: all {data.train:,} to train and {data.test:,} to test, {data.classes} classes."
    return (
        f"{kind} in {data.path}: {data.train:,} of {data.train_available:,} to train and {data.test:,} of "
        f"{data.test_available:,} to test, the same number of each of {data.classes} classes, chosen by seed "
        f"{data.seed}."
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.2f} s"


def _number(value: float | None) -> str:
    return "not a number" if value is None else f"{value:.3f}"
