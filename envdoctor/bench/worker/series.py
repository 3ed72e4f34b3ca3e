"""Runs the experiments that were asked for, one after the other, and tells each figure as it is known.

What ends one experiment (an exception, memory that is not there, a loss that is no number, time that is over) is told
as its result. What ends the process is noticed by envdoctor, which starts another for the rest.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, Callable

from . import data_layout
from .refused import Failed, Skip

if TYPE_CHECKING:
    from .images import Images

LAST_LINES = 12
KEPT = 500


def run(say: Callable[..., None], options: dict[str, Any]) -> None:
    """Run all requests.

    Raises:
        Refused: what was asked for cannot be used.
    """
    say(stage="find data")
    source = data_layout.find(options["data"]) if not options["download"] else None
    say(stage="import torch")
    import torch  # noqa: PLC0415  # importing it is a stage of its own

    from . import host, machine  # noqa: PLC0415  # need torch

    say(stage="describe torch", versions=machine.versions(), cpus=machine.cpus(), pid=os.getpid())
    if options["download"]:
        say(stage="download")
        from . import data_download  # noqa: PLC0415  # torchvision, only when asked for

        source = data_layout.find(data_download.fetch(options["data"], sys.executable))
    say(stage="read data")
    images = _images(source, say) if source else None
    if options["look_for_gpus"]:
        say(stage="look for GPUs")
        say(**machine.gpus())
    say(stage="choose threads")
    default_threads = torch.get_num_threads()
    chosen = options.get("threads_chosen") or host.choose_threads(options["threads"])
    say(**chosen, default_threads=default_threads)
    began = time.perf_counter()
    for request in options["requests"]:
        left = options["budget_left"]
        if left is not None and time.perf_counter() - began + request["estimate"] > left:
            say(stage=request["name"], begun=[request["name"], request["device"]])
            say(ended={"verdict": "SKIPPED", "reason": "the time that --budget grants is used up"})
            continue
        _one(say, request, images, {"chosen": chosen["threads"], "default": default_threads})


def _images(source: data_layout.Source, say: Callable[..., None]) -> Images:
    from . import data_cache, data_whole  # noqa: PLC0415  # need torch

    began = time.perf_counter()
    if source.kind == "synthetic":
        images, cache = data_whole.read(source), {"cache": "none", "cache_reason": "built in"}
    else:
        images, cache = data_cache.load(source, lambda: data_whole.read(source))
    say(data=images.about, data_seconds=time.perf_counter() - began, **cache)
    return images


def _one(say: Callable[..., None], request: dict[str, Any], images: Images | None, threads: dict[str, int]) -> None:
    from . import card, host, kinds, machine, windows  # noqa: PLC0415  # need torch

    name, began = request["name"], time.perf_counter()
    request["began"] = began
    faulthandler.dump_traceback_later(request["limit"], exit=True)
    say(stage="%s on %s" % (name, request["device"]), begun=[name, request["device"]])
    ended: dict[str, Any] = {"verdict": "DONE", "reason": ""}
    try:
        say(device_name=machine.take(request["device"]), card=card.identity(request["device"]))
        say(before=host.state())
        for settings in (request["settings"], request.get("reference")):
            if settings is not None:
                settings["threads"] = threads.get(settings.get("threads", "chosen"), settings.get("threads"))
                if settings.get("amp") == "auto":
                    settings.update(host.choose_precision(request["device"]))
        say(settings=request["settings"], reference=request.get("reference"))
        kinds.run(request, images, say)
    except Skip as skip:
        ended = {"verdict": "SKIPPED", "reason": str(skip)}
    except Failed as error:
        failure = {"kind": "exception", "stage": name, "detail": str(error), "last_lines": error.lines[-LAST_LINES:]}
        ended = {"verdict": "FAILED", "reason": str(error), "failure": failure}
    except windows.NotFinite as error:
        ended = {"verdict": "FAILED", "reason": str(error)}
    except Exception as error:  # noqa: BLE001  # whatever it is, it is this experiment's result
        ended = {"verdict": "FAILED", "reason": _brief(error), "failure": _told(error, name)}
    _forget(request["device"])
    say(ended={**ended, "seconds": time.perf_counter() - began, "after": host.state()})
    faulthandler.cancel_dump_traceback_later()


def _brief(error: BaseException) -> str:
    text = " ".join(str(error).split())[:KEPT]
    memory = isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text
    return ("out of memory: " if memory else "") + "%s: %s" % (type(error).__name__, text)


def _told(error: BaseException, stage: str) -> dict[str, Any]:
    lines = "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines()
    last = [line for line in lines if line.strip()][-LAST_LINES:]
    return {"kind": "exception", "stage": stage, "detail": _brief(error), "last_lines": last}


def _forget(device: str) -> None:
    import gc  # noqa: PLC0415  # here alone

    import torch  # noqa: PLC0415  # loaded by now

    gc.collect()
    if device != "cpu":
        torch.cuda.empty_cache()
