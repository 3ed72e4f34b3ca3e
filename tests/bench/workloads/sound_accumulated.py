"""sound: Gradients of four batches are added up, clipped, and the rate is scheduled."""

import torch
from common import Images, loader, net
from torch import nn

if __name__ == "__main__":
    model = net(32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10_000)
    for _ in range(1000):
        for at, (x, y) in enumerate(loader(Images(4000))):
            (nn.functional.cross_entropy(model(x), y) / 4).backward()  # type: ignore[no-untyped-call]  # of torch
            if at % 4 == 3:
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
