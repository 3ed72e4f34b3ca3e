import pytest

from envdoctor.rules.companions_told import companion_told
from tests.told import told


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("PyTorch and torchvision were compiled with different CUDA versions", "torchvision"),
        ("PyTorch and TorchAudio were compiled with different CUDA versions", "torchaudio"),
        ("torchvision 0.16.0 requires torch==2.1.0, but you have torch 2.2.0", "torchvision"),
    ],
)
def test_names_the_package(text: str, name: str) -> None:
    other = {"torchvision": "torchaudio", "torchaudio": "torchvision"}[name]

    assert companion_told(told(text), name) is not None
    assert companion_told(told(text), other) is None
