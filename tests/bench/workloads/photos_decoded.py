"""loader-bound: Large photographs are decoded and shrunk for each small batch."""

import io
from typing import Any

import numpy as np
import torch
from common import loader, net, train
from PIL import Image
from torch.utils.data import Dataset


class Photos(Dataset[Any]):
    """Twenty JPEGs of a megapixel, again and again."""

    def __init__(self) -> None:
        self.files = []
        for seed in range(20):
            pixels = np.random.default_rng(seed).integers(0, 255, (900, 1200, 3), dtype=np.uint8)
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "JPEG")
            self.files.append(file.getvalue())

    def __len__(self) -> int:
        return 400

    def __getitem__(self, at: int) -> tuple[Any, int]:
        image = Image.open(io.BytesIO(self.files[at % 20])).resize((48, 48))
        return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 255, at % 10


if __name__ == "__main__":
    train(net(8), loader(Photos(), 16))
