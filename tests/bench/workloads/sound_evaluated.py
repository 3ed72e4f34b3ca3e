"""sound: Evaluation at the end of each epoch, and a checkpoint every tenth."""

import tempfile

import torch
from common import Images, loader, net
from torch import nn

if __name__ == "__main__":
    model, batches, held = net(), loader(Images(3000)), Images(300)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    for epoch in range(1000):
        model.train()
        for x, y in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]  # of torch
            optimizer.step()
        model.eval()
        with torch.no_grad():
            right = (model(held.x).argmax(1) == held.y).float().mean().item()
        print(epoch, right)
        if epoch % 10 == 0:
            with tempfile.TemporaryFile() as file:
                torch.save(model.state_dict(), file)
