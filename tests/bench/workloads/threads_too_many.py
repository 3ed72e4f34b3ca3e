"""cpu-threads-oversubscribed: Sixteen threads for each processor."""

import os

import torch
from common import loader, net, train

if __name__ == "__main__":
    torch.set_num_threads(16 * (os.cpu_count() or 1))
    train(net(), loader())
