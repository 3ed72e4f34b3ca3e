"""cpu-busy: The script has started two processes that compute something else beside its training."""

import multiprocessing
import os
import time

from common import loader, net, train


def simulate(parent: int) -> None:
    """Use a CPU until the script has ended."""
    end = time.monotonic() + 150
    while os.getppid() == parent and time.monotonic() < end:
        sum(range(10**5))


if __name__ == "__main__":
    for _ in range(2):
        multiprocessing.Process(target=simulate, args=(os.getpid(),), daemon=True).start()
    train(net(24), loader())
