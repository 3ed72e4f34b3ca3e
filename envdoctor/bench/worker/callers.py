"""Who asks: a line of the script, of a library, or of PyTorch itself. Asked in every step, so answers are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

OWN = str(Path(__file__).absolute().parent)
LIBRARY = str(Path(torch.__file__).absolute().parent)
_OUTSIDE = {}  # type: dict[str, bool]
_PLACES = {}  # type: dict[tuple[Any, int], str]


def from_outside(frame: Any) -> bool:
    """Say whether code outside of PyTorch asks."""
    file = frame.f_code.co_filename
    outside = _OUTSIDE.get(file)
    if outside is None:
        outside = _OUTSIDE[file] = not file.startswith((LIBRARY, OWN))
    return outside


def place_of(frame: Any) -> str:
    """Return "train.py:42" of the nearest frame that is neither PyTorch's nor ours."""
    while frame is not None and not from_outside(frame):
        frame = frame.f_back
    if frame is None:
        return ""
    known = _PLACES.get((frame.f_code, frame.f_lineno))
    if known is None:
        known = "%s:%d" % (Path(frame.f_code.co_filename).name, frame.f_lineno)
        _PLACES[frame.f_code, frame.f_lineno] = known
    return known
