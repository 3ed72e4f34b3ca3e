"""amp-slower-or-nan: Numbers that overflow in float16."""

from typing import Any

import torch
from common import loader, net, train

if __name__ == "__main__":
    model = net(8, norm=False)

    def forward(x: Any, y: Any) -> tuple[Any, Any]:
        with torch.autocast("cpu", dtype=torch.float16):
            out = model(x * 3e5)
            return out, torch.nn.functional.cross_entropy(out.float(), y)

    train(model, loader(batch=32), forward=forward)
