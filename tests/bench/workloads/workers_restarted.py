"""loader-bound: Processes are started anew for every short epoch."""

import torch
from common import net, train
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    data = TensorDataset(torch.randn(640, 3, 16, 16), torch.randint(0, 10, (640,)))
    train(net(8), DataLoader(data, batch_size=64, num_workers=4))
