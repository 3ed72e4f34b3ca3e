"""What each process under torchrun does: join, measure its turns, learn as much as one process alone, and tell.

Rank 0 of a node also measures one process alone, while the others wait without using a CPU: so a window alone and a
window together follow each other, and what disturbs one disturbs the other.
"""

from __future__ import annotations

import json
import os
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

LAST_LINES = 12


class Voice:
    """A file with a line of JSON for everything that is said; who started us reads it as it grows."""

    def __init__(self, folder: Path, local_rank: int) -> None:
        self._file = (folder / ("said-%d.jsonl" % local_rank)).open("a", encoding="ascii")

    def __call__(self, **said: Any) -> None:
        """Say something; it is out when this returns."""
        self._file.write(json.dumps(said) + "\n")
        self._file.flush()


def main(folder: str) -> None:
    """Run the plan that lies in a folder."""
    rank, local = int(os.environ["RANK"]), int(os.environ["LOCAL_RANK"])
    say = Voice(Path(folder), local)
    say(stage="started", pid=os.getpid(), rank=rank)
    try:
        _run(Path(folder), say, rank, local)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is a result
        lines = "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines()
        detail = "%s: %s" % (type(error).__name__, " ".join(str(error).split())[:500])
        say(failed=detail, last_lines=[line for line in lines if line.strip()][-LAST_LINES:])
        os._exit(1)
    say(done=True)
    # No atexit handlers: a backend that hangs while a process ends must not count as a hang.
    os._exit(0)


def _run(folder: Path, say: Voice, rank: int, local: int) -> None:
    plan = json.loads((folder / "plan.json").read_text(encoding="ascii"))
    say(stage="import torch")
    import torch  # noqa: PLC0415  # importing it is a stage of its own
    import torch.distributed as dist  # noqa: PLC0415  # same

    torch.set_num_threads(plan["threads"])
    if plan["device"] != "cpu":
        torch.cuda.set_device(local)
    say(stage="meet")
    dist.init_process_group(plan["backend"], timeout=timedelta(seconds=plan["limit"]))
    # Waits without spinning, whatever the backend of the data.
    control: Any = dist.new_group(backend="gloo", timeout=timedelta(seconds=plan["limit"]))
    dist.barrier(group=control)
    say(stage="measure", joined=True)
    from . import ranks_measure  # noqa: PLC0415  # needs torch

    ranks_measure.run(plan, folder, say, ranks_measure.Place(rank, local, dist.get_world_size(), control))
    dist.barrier(group=control)
    say(stage="leave")
    dist.destroy_process_group()
