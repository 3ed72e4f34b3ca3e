"""The grammar of PYTORCH_CUDA_ALLOC_CONF and PYTORCH_ALLOC_CONF: `key:value,key:value`.

Found out by handing values to PyTorch 2.15.0 (torch._C._accelerator_setAllocatorSettings and the import
itself). White space does not count. A key without ":" and a bracket that is not closed abort the import of
torch (SIGABRT); a wrong value raises when the GPU is first used. Meaning of the keys:
https://docs.pytorch.org/docs/stable/notes/cuda.html (PYTORCH_CUDA_ALLOC_CONF).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a value."""

    text: str
    """"`max_split_size_mb` has no value"."""
    aborts: bool
    """The import of torch dies of it; otherwise the first use of the GPU raises."""
    sure: bool = True
    """False: a key that this version of envdoctor does not know; PyTorch's may."""


def _boolean(value: str) -> str | None:
    return None if value in ("True", "False") else "must be True or False"


def _at_least(least: int) -> Callable[[str], str | None]:
    def judge(value: str) -> str | None:
        # std::stoull reads the digits at the beginning and leaves the rest ("512MB").
        match = re.match(r"\d+", value)
        if match is None:
            return "must be a whole number"
        return None if int(match[0]) >= least else f"must be at least {least}"

    return judge


def _between(lowest: float, highest: float, *, open_ends: bool) -> Callable[[str], str | None]:
    def judge(value: str) -> str | None:
        try:
            number = float(value)
        except ValueError:
            return "must be a number"
        inside = lowest < number < highest if open_ends else lowest <= number <= highest
        return None if inside else f"must lie between {lowest:g} and {highest:g}"

    return judge


def _backend(value: str) -> str | None:
    return None if value in ("native", "cudaMallocAsync") else "must be native or cudaMallocAsync"


def _power(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value) > 0 and int(value) & (int(value) - 1) == 0


def _threads(value: str) -> str | None:
    return None if _power(value) and int(value) <= 128 else "must be a power of two up to 128"  # noqa: PLR2004  # said


def _divisions(value: str) -> str | None:
    if not value.startswith("["):
        return None if _power(value) else "must be a power of two"
    for pair in filter(None, value[1:-1].split(",")):
        size, colon, divisions = pair.partition(":")
        if not colon or not (size == ">" or _power(size)) or not (divisions == "0" or _power(divisions)):
            return "must be powers of two like [256:1,512:2,>:4]"
    return None


def _anything(_value: str) -> None:
    return None


KEYS: dict[str, Callable[[str], str | None]] = {
    "backend": _backend,
    "expandable_segments": _boolean,
    "expandable_segments_reserve": _anything,
    "expandable_segments_reserve_by_class": _anything,
    "garbage_collection_threshold": _between(0, 1, open_ends=True),
    "graph_capture_record_stream_reuse": _boolean,
    "large_segment_size_mb": _at_least(11),
    "max_non_split_rounding_mb": _at_least(21),
    "max_split_size_mb": _at_least(20),
    "per_process_memory_fraction": _between(0, 1, open_ends=False),
    "pinned_free_catch_all": _boolean,
    "pinned_max_cached_size_mb": _at_least(0),
    "pinned_max_power2_size_mb": _at_least(0),
    "pinned_max_round_threshold_mb": _at_least(0),
    "pinned_num_register_threads": _threads,
    "pinned_reserve_segment_size_mb": _at_least(0),
    "pinned_use_background_threads": _boolean,
    "pinned_use_cuda_host_register": _boolean,
    "pinned_use_hip_host_register": _boolean,
    "release_lock_on_cudamalloc": _boolean,
    "release_lock_on_hipmalloc": _boolean,
    "roundup_bypass_threshold_mb": _at_least(0),
    "roundup_power2_divisions": _divisions,
    "throw_on_cudamalloc_oom": _boolean,
}
"""Key → what is wrong with a value, or None. Bounds differ between releases: the mildest that is known stands here."""


def fault(value: str) -> Fault | None:
    """Return the first fault of a value of the variable, or None: PyTorch takes it."""
    text = re.sub(r"\s", "", value).removesuffix(",")  # one comma at the end does no harm
    if not text:
        return None
    if text.count("[") != text.count("]"):
        return Fault("a bracket is not closed", aborts=True)
    # Commas inside brackets do not part settings.
    settings = re.split(r",(?![^\[]*\])", text)
    # What aborts comes first: PyTorch reads the form of all settings before the value of any.
    return next(filter(None, map(_form, settings)), None) or next(filter(None, map(_content, settings)), None)


def _form(setting: str) -> Fault | None:
    key, colon, value = setting.partition(":")
    if setting and not (key and colon and value):
        return Fault(f"`{setting}` is not of the form key:value", aborts=True)
    if "[" not in value and ":" in value:
        return Fault(f"`{setting}` has more than one value; settings are parted by commas", aborts=True)
    return None


def _content(setting: str) -> Fault | None:
    key, _, value = setting.partition(":")
    if not setting:
        return Fault("a comma has no setting before it", aborts=False)
    if key not in KEYS:
        # A newer PyTorch may have more keys, but none with quotes, braces or "=" in its name.
        return Fault(f"`{key}` is no known key", aborts=False, sure=re.fullmatch(r"[a-z0-9_]+", key) is None)
    wrong = KEYS[key](value)
    return None if wrong is None else Fault(f"`{key}` {wrong}, not `{value}`", aborts=False)
