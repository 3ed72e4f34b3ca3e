"""The groups of codes, from the bottom of the stack to its top.

The order is the rank of causes: of two faults that nothing connects, the lower one is named
first, because mending the upper one is in vain while the lower one stands.
"""

GROUPS = {
    "PYT": "the examined Python",
    "VIR": "virtual machine, container, WSL",
    "GPU": "the graphics card",
    "DRV": "the NVIDIA driver",
    "SYS": "the operating system and its limits",
    "ENV": "environment variables",
    "INS": "installing packages",
    "TOR": "PyTorch",
    "LIB": "libraries that PyTorch loads or that load PyTorch",
    "TKT": "CUDA toolkit and compilers",
    "BLD": "building extensions and compiling models",
    "RUN": "the run: data, memory, processes",
    "PRJ": "what the project asks for, and what drifted from a lock",
    "BEN": "measurements",
}


def rank(code: str) -> tuple[int, str]:
    """Sort key of a code: its group's place in the stack, then its number. Foreign groups come last."""
    order = list(GROUPS)
    return (order.index(code[:3]) if code[:3] in GROUPS else len(order), code)
