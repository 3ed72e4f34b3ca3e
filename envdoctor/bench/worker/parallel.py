"""One process against several: chooses how many, with how many threads, starts them with torchrun, and listens.

Same global batch, same images in the same order, same net and recipe; CPUs in total and the loader's processes are
held equal and are named in the result. Processes talk over the loopback interface where they share a machine.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import torch

from . import host, machine
from .data_download import cache_folder
from .recipe import DEFAULTS
from .refused import Skip
from .torchrun import Group

if TYPE_CHECKING:
    from .images import Images

Tell = Callable[..., None]
OLD_SECONDS = 24 * 3600.0
BACKENDS = {"cpu": "gloo", "cuda": "nccl"}


def parallel(request: dict[str, Any], images: Images | None, tell: Tell) -> None:
    """Carry out one experiment of the group `parallel`.

    Raises:
        Skip: it makes no sense on this machine, or with this torch.
        Failed: a process died, never came, or raised; the message says which.
    """
    if images is None:
        raise Skip("it needs images")
    plan = _plan(request, images)
    sides = {name: {**plan["settings"], **side} for name, side in plan["sides"].items()}
    tell(settings=plan["settings"], side_settings=sides, threads_reason=plan["threads_reason"])
    values: dict[str, Any] = {key: plan[key] for key in SAID if key in plan}
    tell(values=values)

    def heard(told: dict[str, Any]) -> None:
        # Values come bit by bit; whoever listens keeps the last that was told.
        values.update(told.pop("values", {}))
        values.update(_latency(values.get("all_reduce")))
        tell(**told, values=dict(values))

    with _folder() as folder:
        _write(folder, plan, images)
        Group(folder, plan, request.get("nodes") or {}).run(heard)


SAID = ("processes", "nodes", "backend", "threads_per_process", "threads_alone", "global_batch", "images_per_process",
        "loader_processes_per_process", "loader_processes_in_total", "loader_held_equal", "loader_held",
        "gpus")  # fmt: skip


def _plan(request: dict[str, Any], images: Images) -> dict[str, Any]:
    settings = {**DEFAULTS, "wrap": "ddp", **request["settings"]}
    nodes = int((request.get("nodes") or {}).get("nnodes", 1))
    kind = torch.device(request["device"]).type
    data_parallel = settings.get("wrap") == "data_parallel"
    gpus = torch.cuda.device_count() if kind == "cuda" else 0
    processes = _processes(request["device"], settings, gpus)
    if data_parallel and nodes > 1:
        raise Skip("DataParallel knows one machine")
    backend = _backend(kind)
    usable, where = _usable()
    if kind == "cpu" and processes > usable:
        raise Skip("%d processes need %d CPUs, and there are %s: they would take turns" % (processes, processes, where))
    alone = max(1, min(usable, settings["threads"] or 1))
    # Never more than one process does well with: else a wrapper would be compared with threads.
    threads = max(1, min(alone, usable // processes))
    settings["threads"] = threads
    # The same number of images in each step, whatever the number of processes.
    world = processes * nodes
    share = max(1, min(settings["batch"], len(images.train_labels)) // world)
    settings["batch"] = batch = share * world
    epochs = request.get("epochs") or 0.0
    now = time.perf_counter()
    left = request["limit"] - (now - request.get("began", now))
    return {
        "settings": settings, "device": kind, "backend": backend, "processes": processes, "nodes": nodes,
        "threads": threads, "threads_per_process": threads, "threads_alone": alone,
        "threads_reason": "%s: %d to each of %d processes here; %d to one alone, as chosen by trial or asked for" % (
            where, threads, processes, alone),
        "global_batch": batch, "images_per_process": share, "batch": batch,
        "sides": _sides(settings, alone, processes, usable),
        "gpus": gpus or None, "rounds": request["rounds"], "window_seconds": request["window_seconds"],
        "seed": request["seed"], "classes": len(images.classes), "limit": left, "name": request["name"],
        "epochs": epochs, "steps": max(1, round(epochs * len(images.train_labels) / batch)) if epochs else 0,
        "all_reduce": bool(settings.get("all_reduce")), "images": _about(images), **_loaders(settings, processes),
    }  # fmt: skip


def _processes(device: str, settings: dict[str, Any], gpus: int) -> int:
    """Return how many processes run on this machine."""
    wanted = settings.get("processes", 2)
    if device == "cpu":
        return int(wanted)
    if device != "cuda:0":
        raise Skip("it was measured with %s: all GPUs work in it" % "cuda:0")
    least = 2 if settings.get("wrap") == "data_parallel" or wanted == "all" else int(wanted)
    if gpus < least:
        raise Skip("%d GPU here, and it needs %d: processes do not share one" % (gpus, least))
    if settings.get("wrap") == "data_parallel":
        return 1
    return gpus if wanted == "all" else int(wanted)


def _backend(kind: str) -> str:
    backend = BACKENDS[kind]
    dist: Any = torch.distributed
    if not dist.is_available():
        raise Skip("torch %s was built without torch.distributed" % torch.__version__)
    for name in {backend, "gloo"}:  # gloo carries what the processes agree on
        if not getattr(dist, "is_%s_available" % name, lambda: False)():
            raise Skip("torch %s was built without %s" % (torch.__version__, name))
    return backend


def _usable() -> tuple[int, str]:
    cpus, granted = machine.cpus() or 1, host.quota()
    usable = max(1, min(cpus, int(granted) if granted else cpus))
    return usable, "%d CPU%s by affinity%s" % (cpus, "" if cpus == 1 else "s",
                                               ", %.3g by quota" % granted if granted else "")  # fmt: skip


def _sides(settings: dict[str, Any], alone: int, processes: int, usable: int) -> dict[str, dict[str, Any]]:
    """Name what is compared: `reference` is one process, with as many threads as do it good."""
    workers, threads = settings["workers"], settings["threads"]
    wrap = settings["wrap"]
    sides: dict[str, dict[str, Any]] = {
        "reference": {"threads": alone, "workers": workers},
        "this": {"threads": threads, "workers": workers, "wrap": wrap},
    }  # fmt: skip
    for name, other in (("same_threads", threads), ("all_threads", min(usable, threads * processes))):
        if other not in {alone, *(side["threads"] for side in sides.values() if "wrap" not in side)}:
            sides[name] = {"threads": other, "workers": workers}
    if settings["data"] == "loader" and workers and processes > 1:
        sides["equal_in_total"] = {"threads": alone, "workers": workers * processes}
        sides["no_workers"] = {"threads": alone, "workers": 0}
    return sides


def _loaders(settings: dict[str, Any], processes: int) -> dict[str, Any]:
    if settings["data"] != "loader":
        return {"loader_held_equal": True, "loader_held": "there is none: batches are cut out of memory"}
    each = settings["workers"]
    held = "per process (reference), in total (equal_in_total); no_workers shows what an unequal one would pretend"
    return {
        "loader_processes_per_process": each, "loader_processes_in_total": each * processes,
        "loader_held_equal": True, "loader_held": held if each and processes > 1 else "per process and in total",
    }  # fmt: skip


def _about(images: Images) -> dict[str, Any]:
    return {
        "train": len(images.train_labels), "test": len(images.test_labels), "image": list(images.train.shape[1:]),
    }  # fmt: skip


@contextlib.contextmanager
def _folder() -> Any:
    """Make a folder of our own, and take away what killed runs left."""
    place = cache_folder().parent / "ranks"
    try:
        place.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=str(place)))
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="envdoctor-ranks-"))
    with contextlib.suppress(OSError):
        for old in place.iterdir():
            if time.time() - old.stat().st_mtime > OLD_SECONDS:
                shutil.rmtree(str(old), ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(str(folder), ignore_errors=True)


def _write(folder: Path, plan: dict[str, Any], images: Images) -> None:
    """Leave the plan and the images where the processes find them."""
    (folder / "plan.json").write_text(json.dumps(plan), encoding="ascii")
    if plan["all_reduce"]:
        return
    for name, tensor in (("train", images.train), ("train-labels", images.train_labels), ("test", images.test),
                         ("test-labels", images.test_labels)):  # fmt: skip
        flat = tensor.contiguous().byte().flatten()
        torch.from_file(str(folder / name), shared=True, size=flat.numel(), dtype=torch.uint8).copy_(flat)


def _latency(rows: Any) -> dict[str, Any]:
    """Return what a table of all-reduces says in short: the smallest is all latency, the fastest all bandwidth."""
    if not rows:
        return {}
    best = max(rows, key=lambda row: row["bus_bytes_per_second"])
    return {
        "all_reduce_latency_seconds": rows[0]["median_seconds"],
        "all_reduce_algorithm_bytes_per_second": best["algorithm_bytes_per_second"],
        "all_reduce_bus_bytes_per_second": best["bus_bytes_per_second"],
    }  # fmt: skip
