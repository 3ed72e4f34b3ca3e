"""sound: A generator and a critic, each with its optimizer."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

if __name__ == "__main__":
    maker = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 784), nn.Tanh())
    critic = nn.Sequential(nn.Linear(784, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1))
    of_maker = torch.optim.Adam(maker.parameters(), lr=2e-4, betas=(0.5, 0.999))
    of_critic = torch.optim.Adam(critic.parameters(), lr=2e-4, betas=(0.5, 0.999))
    judge = nn.BCEWithLogitsLoss()
    for _ in range(1000):
        for (real,) in DataLoader(TensorDataset(torch.rand(6000, 784)), 128, shuffle=True, drop_last=True):
            true, false = torch.ones(128, 1), torch.zeros(128, 1)
            of_critic.zero_grad()
            made = maker(torch.randn(128, 64))
            (judge(critic(real), true) + judge(critic(made.detach()), false)).backward()
            of_critic.step()
            of_maker.zero_grad()
            judge(critic(made), true).backward()
            of_maker.step()
