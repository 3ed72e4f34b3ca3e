"""The answer: versions that run together on a machine, or why there are none."""

from __future__ import annotations

import msgspec


class Rejection(msgspec.Struct, frozen=True):
    """A build that was not recommended, and the first rule that rejected it."""

    torch: str
    variant: str | None
    """None: the release as a whole."""
    rule: str
    reason: str


class WayOut(msgspec.Struct, frozen=True):
    """What would run if one thing about the machine were different."""

    condition: str
    """"with Python 3.14", "with driver 580 or newer"."""
    torch: str
    variant: str

    def __str__(self) -> str:
        return f"{self.condition[:1].upper()}{self.condition[1:]}: PyTorch {self.torch} ({self.variant})."


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Versions that would do as well."""

    torch: str
    variant: str
    index: str | None
    torchvision: str | None
    driver: str | None


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """A package that was wanted beside torch, in a version that goes with it."""

    name: str
    requirement: str
    """"vllm==0.33.0"; of a package that is not known, what was asked for."""
    version: str | None = None
    """None: nothing is known of the package offline."""
    built: bool = False
    """It is built from source, against the torch that is there."""
    bound: bool = False
    """Its code is compiled for, or against, exactly this build of torch."""
    nvcc: str | None = None
    """The CUDA version of the nvcc that fits best; None: none is needed."""
    because: str = ""


class Pins(msgspec.Struct, frozen=True, kw_only=True):
    """Versions that run together on a machine, the best that there are."""

    torch: str
    variant: str
    """`cpu` or `cu126`."""
    index: str | None
    """The URL of the index that carries it; None: PyPI."""
    torchvision: str | None
    """None: none is published for this Python."""
    torchaudio: str | None
    python: str
    """"3.11"."""
    numpy: str | None
    """What NumPy must satisfy ("<2"); None: any version will do."""
    triton: str | None
    """What the build requires of Triton, which comes along; None: nothing."""
    cuda: str | None
    driver: str | None
    """The oldest NVIDIA driver that runs it on these GPUs; None: it needs none."""
    because: tuple[str, ...]
    rejected: tuple[Rejection, ...]
    """Releases of which no build runs here, the newest first."""
    configured: bool = False
    """pip or uv is set up for an index that carries the build: it need not be told, and `index` is None."""
    better: tuple[WayOut, ...] = ()
    """What would allow a newer release."""
    extras: tuple[Extra, ...] = ()
    """The other packages that were wanted."""
    build: tuple[str, ...] = ()
    """What building those of them needs that PyPI has as source only: sentences."""
    others: tuple[Candidate, ...] = ()
    """What runs as well, the best first: the newest patch of each older minor release, a few of them."""


class NoPins(msgspec.Struct, frozen=True, kw_only=True):
    """No build runs here, or it cannot be told."""

    python: str
    because: tuple[str, ...]
    rejected: tuple[Rejection, ...] = ()
    ways_out: tuple[WayOut, ...] = ()
    """The nearest ways out."""
