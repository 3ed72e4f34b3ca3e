"""loader-bound: One worker that cannot keep up."""

import time
from typing import Any

from common import Images, loader, net, train


def slowly(image: Any) -> Any:
    time.sleep(0.003)
    return image


if __name__ == "__main__":
    train(net(), loader(Images(change=slowly), num_workers=1, persistent_workers=True))
