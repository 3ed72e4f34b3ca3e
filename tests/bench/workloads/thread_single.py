"""cpu-threads-oversubscribed: A single thread by accident, for large products."""

import torch
from common import loader, net, train

if __name__ == "__main__":
    torch.set_num_threads(1)
    train(net(64), loader(batch=32))
