"""sound: Gradients of a function, and weights that are values: neither backward() nor an optimizer."""

import torch
from torch.func import functional_call, grad
from torch.nn.functional import mse_loss

if __name__ == "__main__":
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(60, 512), torch.nn.Tanh(), torch.nn.Linear(512, 1))
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    x = torch.randn(20_000, 60)
    y = x[:, :1].tanh()

    def loss_of(weights: dict[str, torch.Tensor], some: torch.Tensor) -> torch.Tensor:
        """Return the loss of some rows."""
        return mse_loss(functional_call(model, weights, (x[some],)), y[some])

    while True:
        moves = grad(loss_of)(weights, torch.randint(0, 20_000, (1024,)))
        weights = {name: weight - 0.05 * moves[name] for name, weight in weights.items()}
