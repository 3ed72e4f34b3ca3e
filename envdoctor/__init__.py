"""A doctor for PyTorch/CUDA machines: what is wrong, why, how to mend it, and the proof."""

__version__ = "0.1.0"
