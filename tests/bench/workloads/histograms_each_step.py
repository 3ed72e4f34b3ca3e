"""work-each-step: The distribution of every weight is worked out after every step, in a loop without a DataLoader."""

import numpy as np
import torch
from common import Images, net
from torch import nn


def distributions(model: nn.Module) -> dict[str, list[float]]:
    """Return some percentiles of each weight."""
    wanted = np.linspace(0, 100, 201)
    return {
        name: np.percentile(np.repeat(weight.detach().numpy().ravel(), 20), wanted).tolist()
        for name, weight in model.named_parameters()
    }


if __name__ == "__main__":
    images, model = Images(), net(24)
    optimizer = torch.optim.NAdam(model.parameters(), lr=1e-3)
    while True:
        for some in torch.randperm(len(images)).split(16):  # type: ignore[no-untyped-call]  # of torch
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images.x[some]), images.y[some]).backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
            for _ in range(5):
                distributions(model)
