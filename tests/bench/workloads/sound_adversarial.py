"""sound: Two nets against each other, each with an optimizer; one of them is moved twice."""

import torch
from common import Images, net
from torch import nn

if __name__ == "__main__":
    images = Images()
    makes = nn.Sequential(nn.ConvTranspose2d(32, 32, 8), nn.ReLU(), nn.ConvTranspose2d(32, 3, 4, 4), nn.Tanh())
    judges = net(24, norm=False)
    of_judge = torch.optim.Adam(judges.parameters(), lr=2e-4)
    of_maker = torch.optim.Adam(makes.parameters(), lr=2e-4)
    while True:
        for _ in range(2):
            real = images.x[torch.randint(0, len(images), (32,))]
            with torch.no_grad():
                made = makes(torch.randn(32, 32, 1, 1))
            loss = (1 - judges(real)[:, 0]).relu().mean() + (1 + judges(made)[:, 0]).relu().mean()
            of_judge.zero_grad()
            loss.backward()
            of_judge.step()
        loss = -judges(makes(torch.randn(32, 32, 1, 1)))[:, 0].mean()
        of_maker.zero_grad()
        loss.backward()
        of_maker.step()
