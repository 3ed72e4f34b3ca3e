"""memory-leak: A sum of losses that were not detached, one longer chain of graphs with each step."""

from typing import Any

from common import loader, net, train

if __name__ == "__main__":
    total: Any = 0.0

    def add(_step: int, _out: Any, loss: Any) -> None:
        global total  # noqa: PLW0603  # as people write it
        total = total + loss * 0.5

    train(net(), loader(), add)
