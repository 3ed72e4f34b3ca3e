"""cpu-threads-oversubscribed: Four threads on the one CPU that the process is bound to."""

import os

if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    import torch
    from common import loader, net, train

    torch.set_num_threads(4)
    train(net(16, norm=False), loader(batch=16))
