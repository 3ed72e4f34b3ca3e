"""The hand-written operators as torch knows them: with gradients, as layers, in nets, and as loops in Python."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from .images import CHANNELS, SIZE


class Operators:
    """Max-pooling and convolution, made of an extension's functions."""

    def __init__(self, module: Any) -> None:
        class Pool(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, image: torch.Tensor, window: int, stride: int) -> torch.Tensor:
                out, places = module.pool_forward(image, window, stride)
                ctx.save_for_backward(image, places)
                ctx.form = window, stride
                result: torch.Tensor = out
                return result

            @staticmethod
            def backward(ctx: Any, gradient: torch.Tensor) -> Any:
                image, places = ctx.saved_tensors
                return module.pool_backward(gradient, places, image, *ctx.form), None, None

        class Convolution(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, image: torch.Tensor, kernel: torch.Tensor, stride: int, padding: int) -> torch.Tensor:
                ctx.save_for_backward(image, kernel)
                ctx.form = stride, padding
                result: torch.Tensor = module.convolution_forward(image, kernel, stride, padding)
                return result

            @staticmethod
            def backward(ctx: Any, gradient: torch.Tensor) -> Any:
                return (*module.convolution_backward(gradient, *ctx.saved_tensors, *ctx.form), None, None)

        self._pool: Any = Pool
        self._convolution: Any = Convolution

    def pool(self, image: torch.Tensor, window: int, stride: int) -> torch.Tensor:
        """Return the largest value of each window."""
        result: torch.Tensor = self._pool.apply(image, window, stride)
        return result

    def convolution(
        self, image: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None = None, *, stride: int = 1,
        padding: int = 0,
    ) -> torch.Tensor:  # fmt: skip
        """Return the convolution, as torch means the word: a correlation."""
        result: torch.Tensor = self._convolution.apply(image, kernel, stride, padding)
        return result if bias is None else result + bias.view(1, -1, 1, 1)


class TorchOperators:
    """The same with torch's own functions."""

    @staticmethod
    def pool(image: torch.Tensor, window: int, stride: int) -> torch.Tensor:
        """Return the largest value of each window."""
        return nn.functional.max_pool2d(image, window, stride)

    @staticmethod
    def convolution(
        image: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None = None, *, stride: int = 1,
        padding: int = 0,
    ) -> torch.Tensor:  # fmt: skip
        """Return the convolution."""
        return nn.functional.conv2d(image, kernel, bias, stride, padding)


class Net(nn.Module):
    """Convolutions, each with ReLU and perhaps a pool of 2, and a last one without.

    A linear layer over a picture is a convolution whose kernel is as large as the picture.
    """

    def __init__(self, layers: tuple[tuple[int, int, bool], ...], operators: Any) -> None:
        super().__init__()
        self._operators = operators
        self._pools = [pool for _, _, pool in layers]
        widths = [CHANNELS, *[width for width, _, _ in layers]]
        self.kernels = nn.ParameterList()
        self.biases = nn.ParameterList()
        for before, (width, edge, _) in zip(widths, layers):
            bound = 1 / math.sqrt(before * edge * edge)
            self.kernels.append(nn.Parameter(torch.empty(width, before, edge, edge).uniform_(-bound, bound)))
            self.biases.append(nn.Parameter(torch.empty(width).uniform_(-bound, bound)))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return a score for each class."""
        maps = images
        for number, (kernel, bias) in enumerate(zip(self.kernels, self.biases)):
            maps = self._operators.convolution(maps, kernel, bias)
            if number < len(self.kernels) - 1:
                maps = torch.relu(maps)
            if self._pools[number]:
                maps = self._operators.pool(maps, 2, 2)
        return maps.flatten(1)


def net(name: str, classes: int, operators: Any) -> Net:
    """Make one of the three nets, the same weights for the same seed: width, edge of the kernel, pool after it."""
    half = (SIZE - 4) // 2
    layers = {
        "linear": ((32, SIZE, False), (classes, 1, False)),
        "convolution": ((8, 5, True), (classes, half, False)),
        "lenet": ((6, 5, True), (16, 5, True), (120, 5, False), (84, 1, False), (classes, 1, False)),
    }
    return Net(layers[name], operators)


def loop_pool_backward(gradient: torch.Tensor, image: torch.Tensor, window: int) -> torch.Tensor:
    """Send each gradient to the pixel that was the largest, number by number, as a first attempt in Python does."""
    out = torch.zeros_like(image)
    images, channels, height, width = gradient.shape
    for n in range(images):
        for c in range(channels):
            for y in range(height):
                for x in range(width):
                    part = image[n, c, y * window : (y + 1) * window, x * window : (x + 1) * window]
                    best = int(part.argmax())
                    out[n, c, y * window + best // window, x * window + best % window] += gradient[n, c, y, x]
    return out


def loop_convolution(image: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Multiply and add a kernel at each place of the output."""
    images, _, height, width = image.shape
    outputs, _, edge, _ = kernel.shape
    out = torch.zeros(images, outputs, height - edge + 1, width - edge + 1, dtype=image.dtype, device=image.device)
    for n in range(images):
        for o in range(outputs):
            for y in range(out.shape[2]):
                for x in range(out.shape[3]):
                    out[n, o, y, x] = (image[n, :, y : y + edge, x : x + edge] * kernel[o]).sum()
    return out
