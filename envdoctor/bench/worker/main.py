"""The smoke test, stage by stage, inside the examined Python. Needs torch there and nothing else.

Each stage is announced before it is entered, and figures are told as soon as they are known: whatever
kills this process, envdoctor knows where, and keeps what came before. Nothing is judged here.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import os
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, Callable

from . import data_layout
from .refused import Refused

if TYPE_CHECKING:
    from .images import Images, Wanted

Say = Callable[..., None]
LAST_LINES = 12
KEPT = 500


def main(say: Say, options: dict[str, Any]) -> None:
    """Run on one device (or none), then look for GPUs if asked."""
    _leave_a_trace(options)
    options["parts_until"] = time.perf_counter() + options.get("parts_seconds", 60.0)
    stages = ["start"]

    def note(**facts: Any) -> None:
        stages.extend([facts["stage"]] if "stage" in facts else [])
        say(**facts)

    try:
        _run(note, options)
    except Refused as refused:
        say(refused=str(refused))
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is a result
        say(failure=_told(error, stages[-1]))
    say(stage="end", done=True)
    # No atexit handlers: a driver that hangs while a process ends must not count as a hang.
    os._exit(0)


def _leave_a_trace(options: dict[str, Any]) -> None:
    """Let a crash or a hang tell its Python stack on stderr."""
    try:
        faulthandler.enable()
        if "trace_after" in options:
            faulthandler.dump_traceback_later(options["trace_after"])
    except Exception:  # noqa: BLE001, S110  # stderr may be closed
        pass


def _told(error: BaseException, stage: str) -> dict[str, Any]:
    lines = "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines()
    last = [line for line in lines if line.strip()][-LAST_LINES:]
    detail = f"{type(error).__name__}: {' '.join(str(error).split())[:KEPT]}"
    return {"kind": "exception", "stage": stage, "detail": detail, "last_lines": last}


def _run(say: Say, options: dict[str, Any]) -> None:
    say(stage="find torch")
    _find_torch()
    if options.get("device") not in (None, "cpu"):
        # cuBLAS reads it when it starts; two runs are the same with it, and no slower.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    if "script" in options:
        from . import observe  # noqa: PLC0415  # the smoke test does not need it

        observe.run(say, options)
        return
    if "requests" in options:
        from . import series  # noqa: PLC0415  # the smoke test does not need it

        series.run(say, options)
        return
    say(stage="find data")
    device = options["device"]
    source = data_layout.find(options["data"]) if device and not options["download"] else None
    say(stage="import torch")
    import torch  # noqa: PLC0415  # importing it is a stage of its own

    from . import machine  # noqa: PLC0415  # needs torch

    say(stage="describe torch", versions=machine.versions(), threads=torch.get_num_threads(), cpus=machine.cpus())
    if options["download"]:
        say(stage="download")
        source = _download(options)
    if device and source:
        _measure(say, options, device, source)
    if options["look_for_gpus"]:
        say(stage="look for GPUs")
        say(**machine.gpus())


def _find_torch() -> None:
    try:
        found = importlib.util.find_spec("torch") is not None
    except Exception:  # noqa: BLE001  # a broken finder; the import will say more
        return
    if not found:
        raise Refused(
            f"--python: torch is not installed in {sys.executable}; install it: {sys.executable} -m pip install torch, "
            "or name another Python with --python PATH"
        )


def _download(options: dict[str, Any]) -> data_layout.Source:
    from . import data_download  # noqa: PLC0415  # torchvision, only when asked for

    return data_layout.find(data_download.fetch(options["data"], sys.executable))


def _measure(say: Say, options: dict[str, Any], device: str, source: data_layout.Source) -> None:
    import torch  # noqa: PLC0415  # loaded by now

    from . import agree, machine, model, train  # noqa: PLC0415  # need torch
    from .images import Wanted, scaled  # noqa: PLC0415

    say(stage="read data")
    seed = options["seed"]
    images = _images(source, Wanted(options["train_per_class"], options["test_per_class"], seed))
    say(data=images.about)
    say(stage=f"start {device}", device_name=machine.take(device), load_before=machine.load())
    torch.manual_seed(seed)
    net = model.build(len(images.classes)).to(device)
    machine.forget_peak(device)
    say(stage=f"train on {device}")
    plan = train.Plan(options["train_seconds"], options["least_steps"], options["most_steps"], options["train_limit"])
    training = train.train(net, images, plan, device, seed=seed, tell=lambda done, of: say(progress=[done, of]))
    say(training=training)
    say(stage=f"test on {device}")
    say(test=train.test(net, images, device), memory=machine.peak_memory(device), load_after=machine.load())
    # After training, so that the first step is the first use of the device; with weights as they were before it.
    say(stage=f"compare {device} with the reference")
    torch.manual_seed(seed)
    fresh = model.build(len(images.classes))
    sample = torch.randperm(len(images.train_labels))[: agree.BATCH]
    say(agreement=agree.compare(fresh, scaled(images.train[sample]), images.train_labels[sample], device))
    if options.get("parts"):
        from . import parts  # noqa: PLC0415  # needs torch

        parts.run(say, images, device, options)


def _images(source: data_layout.Source, wanted: Wanted) -> Images:
    from . import data_folders, data_official, data_synthetic  # noqa: PLC0415  # need torch

    if source.kind == "synthetic":
        return data_synthetic.make(wanted)
    if source.kind == "folders":
        return data_folders.read(source, wanted, sys.executable)
    return data_official.read(source, wanted)
