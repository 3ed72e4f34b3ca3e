"""ddp-no-speedup: Two processes train together, and the loader of one is slow."""

import os
import socket
import time
from typing import Any

import torch
from common import Images, loader, net, train
from torch import distributed


class Slow:
    """Reads as if from a disk of another country."""

    def __call__(self, x: Any) -> Any:
        time.sleep(0.002)
        return x


def work(rank: int, port: int) -> None:
    """Train as one of two."""
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    distributed.init_process_group("gloo", rank=rank, world_size=2)
    torch.set_num_threads(1)
    model = torch.nn.parallel.DistributedDataParallel(net(8, norm=False))
    train(model, loader(Images(change=Slow() if rank else None), 32))


if __name__ == "__main__":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    torch.multiprocessing.spawn(work, (free,), nprocs=2)  # type: ignore[attr-defined,no-untyped-call]  # of torch
