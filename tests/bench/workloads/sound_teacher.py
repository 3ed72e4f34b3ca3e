"""sound: A student that learns from a larger teacher, which computes without gradients, and from its own average."""

import copy

import torch
from common import Images, net
from torch import nn

if __name__ == "__main__":
    images, teacher, student = Images(), net(48), net(24)
    average = copy.deepcopy(student)
    optimizer = torch.optim.SGD(student.parameters(), lr=0.02, momentum=0.9)
    while True:
        x = images.x[torch.randint(0, len(images), (32,))]
        with torch.no_grad():
            wanted = teacher(x).softmax(1)
        loss = nn.functional.cross_entropy(student(x), wanted)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # of torch
        optimizer.step()
        with torch.no_grad():
            for kept, weight in zip(average.parameters(), student.parameters(), strict=True):
                kept.lerp_(weight, 0.01)
