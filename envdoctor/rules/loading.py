"""What it means that a library does not load, in messages that were pasted.

What `import torch` itself says is known to `envdoctor.rules.import_signatures`. A pasted message may as well come
from another library that is linked with PyTorch, and then means something else: that is told apart here. Pure.
"""

from __future__ import annotations

import re

from envdoctor.facts import Message, Unknown
from envdoctor.rules.import_errors import Reason, recognise
from envdoctor.rules.told import Told, told, told_all

TRITONS = ("cuda_utils", "__triton_launcher")
"""Modules that Triton compiles on the machine."""
SHAPES = (
    "library-not-found",
    "library-damaged",
    "symbol-undefined",
    "libc-too-old",
    "libstdcxx-too-old",
    "executable-stack",
    "dll-fails",
)
"""Signs of messages of the dynamic loader."""

PLAIN = {"libc-too-old": "glibc-too-old", "libstdcxx-too-old": "glibc-too-old"}
"""Signs that have one cause whatever the message says."""
COMPANIONS = (
    (r"torchaudio", "torchaudio-mismatch"),
    (r"torchvision|\bimage\.so", "torchvision-mismatch"),
)
OF_TORCH = r"(?:^|/)lib(?:torch(?:_\w+)?|c10(?:_\w+)?|caffe2\w*|shm)\.\w[\w.]*$"
"""Libraries that PyTorch itself consists of."""
TORCH_SYMBOL = r"^[('_]{0,2}_?ZN?K?(?:TIN|TVN|TSN)?\d?(?:2at|3c10|5torch|6caffe2|St|NK?\d?(?:2at|3c10|5torch|6caffe2))"
TORCH_C_SYMBOL = r"^(?:torch_|aoti_|THP|THC|TH[A-Z]|c10_)"
DRIVERS_OWN = r"^lib(?:cuda|nvidia-ml|nvcuvid|nvidia\w*)\.so"
"""Libraries of the NVIDIA driver: that they are missing is no fault of the installation of Python packages."""
OF_CUDA = (
    r"^lib(?:cudart|cublas\w*|cufft\w*|cufile|cupti|curand|cusolver\w*|cusparse\w*|nccl|nvJitLink|nvrtc|nvToolsExt)"
)
OF_NUMERICS = r"^lib(?:mkl_\w+|iomp5|gomp|omp|openblas|shm|opencv_\w+)\."
OF_EXTENSIONS = (
    r"flash_attn|xformers|mmcv|detectron2|vllm|apex|fused|scatter|sparse|cluster|spline|deepspeed|bitsandbytes|sgl_|"
    r"triton|MultiScale|selective_scan|causal_conv|spconv|pointnet|exllama|gsplat|_ext\b|_kernels|nms|transformer_engine"
)


def judge(message: Message, *, of_extension: bool = False) -> str | None:
    """Return the cause of a message of the loader, or None: it tells nothing about the installation.

    Args:
        message: bears one of the signs in `SHAPES`.
        of_extension: an extension of PyTorch stands in the traceback.
    """
    library = message.values.get("library", "")
    name = library.rpartition("/")[2]
    plain = next((cause for pattern, cause in COMPANIONS if re.search(pattern, message.text)), PLAIN.get(message.sign))
    if plain is not None:
        return plain
    if message.sign == "symbol-undefined":
        return _of_symbol(message, library)
    if message.sign == "library-not-found":
        return _of_missing(message, name, of_extension=of_extension)
    if message.sign == "dll-fails":
        return _of_dll(name, message.values.get("module", ""))
    return None if re.match(DRIVERS_OWN, name) else "torch-broken"


def _of_symbol(message: Message, library: str) -> str:
    symbol = message.values.get("symbol", "")
    ours = re.search(OF_TORCH, library)
    if re.match(TORCH_SYMBOL, symbol) or re.match(TORCH_C_SYMBOL, symbol):
        return "multiple-installs-or-shadowing" if ours else "ext-binary-mismatch"
    if re.match(r"_?Py", symbol):
        of_python = "lib-dynload" in library or library.rpartition("/")[2].startswith("_")
        return "python-broken" if of_python else "ext-binary-mismatch"
    reason = recognise(message.text)
    rules = (
        (symbol.startswith("cudnn") or "libcudnn" in library, "cudnn-mismatch"),
        ("GLIBC_" in message.text, "glibc-too-old"),
        (re.match(OF_CUDA, library.rpartition("/")[2]), "cuda-lib-shadowing"),
        (reason is not None and reason.cause != "torch-broken", reason.cause if reason is not None else ""),
        (ours, "torch-broken"),
    )
    return next((cause for holds, cause in rules if holds), "ext-binary-mismatch")


def _of_dll(name: str, module: str) -> str:
    if module in TRITONS:
        return "triton-or-compile"
    foreign = re.search(OF_EXTENSIONS, f"{name} {module}")
    return "windows-dll" if foreign is None or "triton" in foreign[0] else "ext-binary-mismatch"


def _of_missing(message: Message, name: str, *, of_extension: bool) -> str | None:
    if re.match(DRIVERS_OWN, name) or name.startswith("libpython"):
        return None
    if re.search(OF_TORCH, name) or name.startswith("libcudart."):
        return "ext-binary-mismatch"
    if name.startswith("libcudnn"):
        return "cudnn-mismatch"
    if re.match(OF_CUDA, name):
        return "ext-binary-mismatch" if of_extension else "torch-broken"
    if re.match(OF_NUMERICS, name):
        return "torch-broken"
    reason = recognise(message.text)
    return reason.cause if reason is not None and reason.cause == "rocm" else None


def loader_told(messages: tuple[Message, ...] | Unknown, cause: str) -> Told | None:
    """Return the first message of the loader that has this cause; what a program printed before sentences; or None."""
    of_extension = told(messages, "extension-in-traceback") is not None
    every = (one for one in told_all(messages, *SHAPES) if judge(one.message, of_extension=of_extension) == cause)
    return min(every, key=lambda one: not one.message.output, default=None)


def reason_of(told: Told, otherwise: Reason) -> Reason:
    """Return what is known of a message, if that is of the same cause as `otherwise`, which is returned if not."""
    known = recognise(told.message.text)
    return known if known is not None and known.cause == otherwise.cause else otherwise
