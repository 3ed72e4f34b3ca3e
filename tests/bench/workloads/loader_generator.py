"""loader-bound: A slow generator of the script's own instead of a DataLoader."""

import time
from collections.abc import Iterator
from typing import Any

from common import Images, net, train


class Batches:
    """Gives all images in turns, slowly."""

    def __iter__(self) -> Iterator[Any]:
        for at in range(0, len(data), 64):
            time.sleep(0.05)
            yield data.x[at : at + 64], data.y[at : at + 64]


if __name__ == "__main__":
    data = Images()
    train(net(), Batches())
