"""ddp-no-speedup: Two processes train together on texts sorted by length, and one has the long ones."""

import os
import socket

import torch
from torch import distributed, nn


def work(rank: int, port: int) -> None:
    """Train as one of two."""
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    distributed.init_process_group("gloo", rank=rank, world_size=2)
    torch.set_num_threads(1)
    layers = (nn.Conv1d(24, 96, 5, padding=2), nn.ReLU(), nn.Conv1d(96, 96, 5, padding=2), nn.ReLU())
    model = nn.parallel.DistributedDataParallel(nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Conv1d(96, 4, 1)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    while True:
        length = int(torch.randint(300, 400, ()) if rank else torch.randint(40, 60, ()))
        loss = nn.functional.cross_entropy(model(torch.randn(12, 24, length))[..., 0], torch.randint(0, 4, (12,)))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # of torch
        optimizer.step()


if __name__ == "__main__":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    torch.multiprocessing.spawn(work, (free,), nprocs=2)  # type: ignore[attr-defined,no-untyped-call]  # of torch
