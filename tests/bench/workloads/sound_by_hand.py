"""sound: Weights that are moved by hand, without an optimizer."""

import torch

if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(20_000, 60)
    y = (x[:, :1] * 2 - x[:, 1:2]).tanh()
    first = (torch.randn(60, 512) / 8).requires_grad_()
    second = (torch.randn(512, 1) / 23).requires_grad_()
    while True:
        some = torch.randint(0, 20_000, (1024,))
        loss = (((x[some] @ first).relu() @ second - y[some]) ** 2).mean()
        loss.backward()  # type: ignore[no-untyped-call]  # of torch
        with torch.no_grad():
            for weights in (first, second):
                assert weights.grad is not None
                weights.sub_(0.01 * weights.grad)
                weights.grad = None
