"""gpu-slower-small-model: A batch of two for a net of a few hundred operators."""

from common import Images, loader, train
from torch import nn

if __name__ == "__main__":
    layers = [nn.Sequential(nn.Linear(32, 32), nn.ReLU()) for _ in range(20)]
    train(nn.Sequential(nn.Flatten(), nn.Linear(3072, 32), *layers, nn.Linear(32, 10)), loader(Images(4000), 2))
