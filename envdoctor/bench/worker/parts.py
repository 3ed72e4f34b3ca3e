"""What a training needs beside arithmetic, each tried in a few seconds: half precision, a checkpoint, sameness.

Nothing is judged here. What a part raises is told as its result, and the next one is tried.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import torch

from . import part_loaders
from .learner import BATCH, Learner, Place
from .refused import Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .images import Images

STEPS = 12
SMALL_BATCH, FEW_STEPS = 16, 8
"""Of bf16 on a CPU: many emulate it, several times as slow as float32."""
STEPS_TWICE = 4
"""Of two runs that are to be the same, in as many threads as torch takes: busy machines are slow at that."""
SCALE = 1024.0
"""Of fp16's loss at the beginning: the usual 65536 overflows in the first steps, which would then be left out."""
BEFORE, AFTER = 4, 4
"""Steps before and after a checkpoint."""
LEAST_SECONDS = 4.0
"""A part is not begun with less time than this."""
MOST_SECONDS = 60.0
"""What does not answer for so long hangs. Spawned processes load torch anew: 16 s were seen on a busy machine."""
KEPT = 400


def amp(place: Place) -> dict[str, Any]:
    """Train a few steps in half precision and in float32, from the same weights on the same images."""
    on_gpu = place.device != "cpu"
    half = torch.float16 if on_gpu else torch.bfloat16
    scaler = _scaler() if on_gpu else None
    batch, steps = (BATCH, STEPS) if on_gpu else (SMALL_BATCH, FEW_STEPS)
    with _one_thread():
        plain = Learner(place, place.seed, batch).learn(steps)
        halved = Learner(place, place.seed, batch).learn(steps, half, scaler)
    return {
        "type": "fp16" if on_gpu else "bf16", "half": halved, "float32": plain,
        "scale": None if scaler is None else scaler.get_scale(),
    }  # fmt: skip


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Compute in one thread: on a busy machine two that wait for each other take ten times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _scaler() -> Any:
    newer = getattr(torch.amp, "GradScaler", None)
    return newer("cuda", init_scale=SCALE) if newer else torch.cuda.amp.GradScaler(init_scale=SCALE)


def checkpoint(place: Place) -> dict[str, Any]:
    """Save a training to a file, go on, and go on once more from the file with another net."""
    with _one_thread():
        return _saved_and_loaded(place)


def _saved_and_loaded(place: Place) -> dict[str, Any]:
    first = Learner(place, place.seed)
    first.learn(BEFORE)
    folder = temporary_folder()
    told: dict[str, Any] = {"folder": folder}
    try:
        # A folder of our own: its name cannot be taken by anybody else.
        with tempfile.TemporaryDirectory(prefix="envdoctor-", dir=folder) as own:
            path = Path(own, "checkpoint.pt")
            began = time.perf_counter()
            torch.save(first.state(), str(path))
            saved = time.perf_counter()
            told["bytes"] = path.stat().st_size
            state = torch.load(str(path), map_location=place.device, weights_only=True)
            told.update(save_seconds=saved - began, load_seconds=time.perf_counter() - saved)
    except (OSError, RuntimeError) as error:
        return {**told, "error": _no_room(folder, error)}
    other = Learner(place, place.seed + 1)
    other.take(state)
    return {**told, "wanted": first.learn(AFTER), "got": other.learn(AFTER)}


def temporary_folder() -> str:
    """Return the folder for temporary files that the environment names. Python passes over one that it cannot use."""
    named = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)]
    return named[0] if named else tempfile.gettempdir()


def _no_room(folder: str, error: Exception) -> str:
    """Say why a file cannot be written there: torch says only that writing failed."""
    reason = getattr(error, "strerror", None)
    if not reason:
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(1 << 20))
                file.flush()
            reason = _brief(error)
        except OSError as other:
            reason = other.strerror or str(other)
    free = ""
    with contextlib.suppress(OSError):
        free = " (%d MiB free)" % (shutil.disk_usage(folder).free >> 20)
    return "%s%s cannot be written to: %s" % (folder, free, reason)


def determinism(place: Place) -> dict[str, Any]:
    """Train twice from the same seed. On a GPU with the algorithms that torch calls deterministic."""
    with _deterministic(place.device) as notes:
        one, two = Learner(place, place.seed), Learner(place, place.seed)
        steps = STEPS_TWICE if place.device == "cpu" else STEPS
    losses = [one.learn(steps), two.learn(steps)]
    pairs = zip(one.net.state_dict().values(), two.net.state_dict().values())
    return {"losses": losses, "same_weights": all(torch.equal(a, b) for a, b in pairs), "not_deterministic": notes}


@contextlib.contextmanager
def _deterministic(device: str) -> Iterator[list[str]]:
    """Switch torch's deterministic algorithms on for a GPU; collect what it says of those that are not."""
    notes: list[str] = []
    if device == "cpu":
        yield notes
        return
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield notes
            notes += sorted({" ".join(str(one.message).split())[:200] for one in caught if "determin" in str(one)})
    finally:
        torch.use_deterministic_algorithms(False)


def _loaders(method: str) -> Callable[[Place], dict[str, Any]]:
    def part(place: Place) -> dict[str, Any]:
        return part_loaders.compare(method, place.images, place.seed, place.limit)

    return part


PARTS: dict[str, Callable[[Place], dict[str, Any]]] = {
    "amp": amp,
    "checkpoint": checkpoint,
    "determinism": determinism,
    "loader_fork": _loaders("fork"),
    "loader_spawn": _loaders("spawn"),
    "loader_forkserver": _loaders("forkserver"),
}


def run(say: Callable[..., None], images: Images, device: str, options: dict[str, Any]) -> None:
    """Try the parts that are wanted, as long as there is time for them."""
    told: dict[str, Any] = {}
    for name in options.get("parts", ()):
        say(stage="%s on %s" % (name.replace("_", " "), device))
        left = options["parts_until"] - time.perf_counter()
        if left < LEAST_SECONDS:
            told[name] = {"skip": "no time was left for it (--timeout)"}
        else:
            place = Place(images, device, options["seed"], min(MOST_SECONDS, left))
            told[name] = _tried(PARTS[name], place)
        say(parts=told)


def _tried(part: Callable[[Place], dict[str, Any]], place: Place) -> dict[str, Any]:
    began = time.perf_counter()
    try:
        found = part(place)
        if "timed out" in found.get("error", "") and place.limit < MOST_SECONDS:
            found = {"skip": "the %.0f s that were left were too few (--timeout)" % place.limit}
    except Skip as skip:
        found = {"skip": str(skip)}
    except Exception as error:  # noqa: BLE001  # whatever it is, it is this part's result
        found = {"error": _brief(error)}
    return {**found, "seconds": round(time.perf_counter() - began, 3)}


def _brief(error: BaseException) -> str:
    text = " ".join(str(error).split())[:KEPT]
    return "%s: %s" % (type(error).__name__, text) if text else type(error).__name__
