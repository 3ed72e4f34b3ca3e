"""work-each-step: A curve is drawn and saved after every step."""

import tempfile
from pathlib import Path
from typing import Any

import matplotlib as mpl
from common import loader, net, train

mpl.use("Agg")

if __name__ == "__main__":
    from matplotlib import pyplot

    history: list[float] = []
    target = Path(tempfile.mkdtemp()) / "curve.png"

    def draw(_step: int, _out: Any, loss: Any) -> None:
        history.append(float(loss))
        pyplot.clf()
        pyplot.plot(history[-50:])
        pyplot.savefig(target)

    train(net(8), loader(batch=32), draw)
