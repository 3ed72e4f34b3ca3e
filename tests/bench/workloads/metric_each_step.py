"""work-each-step: A metric over all losses so far, after every step."""

from typing import Any

from common import loader, net, train

if __name__ == "__main__":
    scores: list[float] = [0.1 * at for at in range(100_000)]

    def rank(step: int, _out: Any, _loss: Any) -> None:
        scores.append(step * 0.37 % 10_000)
        sum(score * score for score in sorted(scores, key=lambda one: -one))

    train(net(8), loader(batch=32), rank)
