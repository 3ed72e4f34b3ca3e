"""not-env: A wrong shape in the third step."""

from typing import Any

from common import loader, net, train


def fail(step: int, out: Any, _loss: Any) -> None:
    if step == 20:
        out.view(7, 11, 13)


if __name__ == "__main__":
    train(net(8), loader(), fail)
