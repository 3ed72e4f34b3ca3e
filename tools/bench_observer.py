"""Measures what `envdoctor bench SCRIPT` costs the script that it watches: CPU time of a step, with and without.

Usage: python tools/bench_observer.py [ROUNDS] [BATCH ...]

Both sides take the same steps in the same process; the hooks are there for one side and taken out for the other.
"""

from __future__ import annotations

import gc
import importlib
import statistics
import sys
import time
import types
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset

WORKER = Path(__file__).resolve().parents[1] / "envdoctor" / "bench" / "worker"
NAME = "bench_worker"
SECONDS = 12.0
"""Of CPU time for a window."""
BATCHES = (4, 32, 128)


def load(module: str) -> Any:
    """Load a module of the worker, as its start script does."""
    if NAME not in sys.modules:
        package = types.ModuleType(NAME)
        package.__path__ = [str(WORKER)]
        sys.modules[NAME] = package
    return importlib.import_module(f"{NAME}.{module}")


class Training:
    """The textbook's net and a loader, as a script has them; the loss is read in every step."""

    def __init__(self, batch: int) -> None:
        torch.manual_seed(0)
        data = TensorDataset(torch.randn(4096, 3, 32, 32), torch.randint(0, 10, (4096,)))
        self._loader = DataLoader(data, batch_size=batch, shuffle=True)
        self._net = load("nets").build("textbook", 10)
        self._optimizer = torch.optim.SGD(self._net.parameters(), lr=0.001, momentum=0.9)

    def window(self) -> float:
        """Train for a while and return the seconds of CPU time per step."""
        steps, began = 0, time.process_time()
        while True:
            for x, y in self._loader:
                self._optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(self._net(x), y)
                loss.backward()  # type: ignore[no-untyped-call]  # of torch
                self._optimizer.step()
                loss.item()
                steps += 1
                spent = time.process_time() - began
                if spent > SECONDS:
                    return spent / steps


def watched(script: Path) -> Any:
    """Return a watch that is under way, without trials and without an end."""
    options = {"seconds": 1e9, "limit": 1e9, "least_steps": 1, "script": str(script), "arguments": [], "trials": False}
    return load("observe").Watch(lambda **_: None, options)


def places() -> list[tuple[Any, str]]:
    """Return where hooks are set: what is put back between two windows."""
    from torch.optim import optimizer  # noqa: PLC0415  # beside the others
    from torch.utils.data import dataloader  # noqa: PLC0415  # same

    kind = dataloader._BaseDataLoaderIter  # noqa: SLF001  # there is no other hook
    tensor = [(torch.Tensor, name) for name in load("hooks").READERS]
    steps = [(optimizer, f"_global_optimizer_{when}_hooks") for when in ("pre", "post")]
    modes = [(mode, name) for mode in (torch.no_grad, torch.inference_mode) for name in ("__enter__", "__exit__")]
    clips = [(torch.nn.utils, name) for name in ("clip_grad_norm_", "clip_grad_value_")]
    other = [(torch.autograd, "backward"), (torch, "save"), (torch.amp.autocast_mode.autocast, "__enter__")]
    return [(kind, "__init__"), (kind, "__next__"), *other, *modes, *clips, *tensor, *steps]


def measure(batch: int, rounds: int) -> None:
    """Print the ratio of each round and their median."""
    here = places()
    # As the start of a watch does: what PyTorch itself keeps is looked at by neither side.
    gc.collect()
    gc.freeze()
    training = Training(batch)
    training.window()
    bare = [getattr(owner, name) for owner, name in here]
    bare = [dict(one) if isinstance(one, dict) else one for one in bare]
    ratios = []
    for _ in range(rounds):
        before = training.window()
        watch = watched(Path(__file__))
        load("hooks").forget()
        watch.begin()
        during = training.window()
        watch.end()
        for (owner, name), value in zip(here, bare, strict=True):
            if isinstance(value, dict):
                getattr(owner, name).clear()
            else:
                setattr(owner, name, value)
        ratios.append(during / before)
    print(
        f"batch {batch}: watched / bare = {statistics.median(ratios):.4f} "
        f"({', '.join(f'{one:.3f}' for one in ratios)}), CPU time of a step"
    )


def main() -> None:
    torch.set_num_threads(1)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    for batch in map(int, sys.argv[2:]) if len(sys.argv) > 2 else BATCHES:  # noqa: PLR2004  # rounds, then batches
        measure(batch, rounds)


if __name__ == "__main__":
    main()
