"""sound: A well-fed net; the loss is read every fiftieth step."""

from typing import Any

from common import loader, net, train


def log(step: int, _out: Any, loss: Any) -> None:
    if step % 50 == 0:
        print(step, loss.item())


if __name__ == "__main__":
    train(net(), loader(), log)
