"""loader-bound: A slow store: each sample takes two milliseconds to come."""

import time
from typing import Any

from common import Images, loader, net, train


def slowly(image: Any) -> Any:
    time.sleep(0.002)
    return image


if __name__ == "__main__":
    train(net(), loader(Images(change=slowly)))
