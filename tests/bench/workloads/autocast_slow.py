"""amp-slower-or-nan: float16 on a CPU that has no instructions for it."""

from typing import Any

import torch
from common import loader, net, train

if __name__ == "__main__":
    model = net(norm=False)

    def forward(x: Any, y: Any) -> tuple[Any, Any]:
        with torch.autocast("cpu", dtype=torch.float16):
            out = model(x)
            return out, torch.nn.functional.cross_entropy(out.float(), y)

    train(model, loader(), forward=forward)
