"""sync-each-step: The predictions are compared one by one with .item()."""

from typing import Any

from common import loader, net, train


def count(_step: int, out: Any, _loss: Any) -> None:
    sum(out[row].argmax().item() == column.item() for row in range(len(out)) for column in out[row])


if __name__ == "__main__":
    train(net(8), loader(), count)
