"""loader-bound: Large images that are made small for every batch."""

from typing import Any

import torch
from common import Images, loader, net, train


def shrink(image: Any) -> Any:
    return torch.nn.functional.interpolate(image[None], size=32, mode="bilinear", antialias=True)[0]


if __name__ == "__main__":
    train(net(8), loader(Images(120, size=512, change=shrink), 16))
