"""Machines on which the Python environment is broken: one for each check of Python, PyTorch and its libraries."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from envdoctor.facts import Companion, Failure, Index, Interpreter, Library, Network, PciGpu, Snapshot, TorchRun
from tests.machines_snapshots import (
    CPU_RUN,
    CPU_TORCH,
    CUDA_TORCH,
    GPU_RUN,
    PACKAGES,
    PYTHON,
    PYTHONS,
    RTX_3090,
    SITE,
    TORCHVISION,
    cpu_machine,
    gpu_machine,
)

SYSTEM_CUBLAS = "/usr/local/cuda-12.1/targets/x86_64-linux/lib/libcublas.so.13.0.0.19"
SYSTEM_CUDNN = "/usr/lib/x86_64-linux-gnu/libcudnn.so.9.1.0"
TWO_OPENMP = {"libgomp": f"{SITE}/torch/lib/libgomp.so.1", "libiomp5": "/home/ada/env/lib/libiomp5.so"}
NEW_CARD = replace(RTX_3090, name="NVIDIA GeForce RTX 5090", compute_capability="12.0", architecture="Blackwell")
CUDNN = "nvidia-cudnn-cu13 9.26.0.51"
MIRROR = Index("pip", "https://mirror.example/simple", "pip config: global.index-url", mirror=True)
NO_TORCH: dict[str, Any] = {"torch": None, "torch_run": None, "torchvision": None, "torchaudio": None}
ROCM = replace(CUDA_TORCH, version="2.15.0+rocm7.1", cuda=None, hip="7.1.52802", metadata_version="2.15.0+rocm7.1")


def machine(**facts: Any) -> Snapshot:
    """The GPU machine with these other facts."""
    return replace(gpu_machine(), **facts)


def ended(kind: str, stage: str, detail: str, *lines: str) -> TorchRun:
    """A run of PyTorch that ended before its time."""
    return TorchRun(stage=stage, failure=Failure(kind, stage, detail, lines))


def loading(**libraries: str) -> TorchRun:
    """A run that loaded these libraries beside the usual ones."""
    return replace(GPU_RUN, libraries=GPU_RUN.libraries | libraries)


BROKEN_PYTHON: dict[str, Snapshot] = {
    "PYT001": machine(
        python=replace(PYTHON, failure=Failure("exit", "start", "exit code 1", ("No module named 'encodings'",))),
        torch_run=ended("exit", "start", "exit code 1"),
    ),
    "PYT002": machine(python=replace(PYTHON, version="3.6.15"), **NO_TORCH),
    "PYT003": machine(python=replace(PYTHON, bits=32), **NO_TORCH),
    "PYT004": machine(
        pythons=(PYTHONS[0], Interpreter("/usr/bin/python3", ("editor settings",), torch=None, torch_build=None))
    ),
    "TOR001": machine(**NO_TORCH),
    "TOR002": machine(torch_run=ended("signal", "import torch", "SIGSEGV")),
    "TOR003": machine(torch=CPU_TORCH, torch_run=CPU_RUN, torchvision=None),
    "TOR004": machine(
        gpus=(NEW_CARD,),
        torch=replace(CUDA_TORCH, version="2.5.0+cu121", cuda="12.1", metadata_version="2.5.0"),
        torch_run=replace(
            GPU_RUN,
            version="2.5.0+cu121",
            cuda="12.1",
            arch_list=("sm_80", "sm_86", "sm_90"),
            devices=(replace(GPU_RUN.devices[0], name=NEW_CARD.name, compute_capability="12.0", computes=False),),
        ),
        torchvision=None,
        toolkits=(),
    ),
    "TOR005": replace(
        cpu_machine(),
        torch=CUDA_TORCH,
        torch_run=replace(CPU_RUN, version="2.15.0+cu132", cuda="13.2", arch_list=("sm_90",)),
        torchvision=None,
    ),
    "TOR006": machine(torch_run=replace(GPU_RUN, available=False, device_count=0, devices=(), init_error="what?")),
    "TOR007": machine(torch_run=ended("signal", "CUDA init", "SIGSEGV")),
    "TOR008": machine(
        torch=replace(CUDA_TORCH, version="2.1.0+cu121", path="/cluster/modules/torch"), torchvision=None
    ),
    "TOR009": machine(
        torch=ROCM, torch_run=replace(CPU_RUN, version=ROCM.version, hip=ROCM.hip), torchvision=None, toolkits=()
    ),
    "TOR012": machine(
        torch=ROCM,
        torch_run=replace(CPU_RUN, version=ROCM.version, hip=ROCM.hip),
        torchvision=None,
        toolkits=(),
        driver=None,
        gpus=(),
        pci_gpus=(PciGpu("0000:03:00.0", "1002", "744c", bound="amdgpu"),),
    ),
    "TOR010": machine(python=replace(PYTHON, duplicates={"torch": ("2.15.0", "2.8.0")})),
    "TOR011": machine(
        torch_run=replace(
            GPU_RUN,
            devices=(replace(GPU_RUN.devices[0], computes=False, error="product differs from the CPU's by 0.3"),),
        )
    ),
    "LIB001": machine(
        torchvision=replace(TORCHVISION, version="0.20.1", metadata_version="0.20.1", load_error="OSError: x")
    ),
    "LIB002": machine(torchaudio=Companion("2.11.0+cu130", metadata_version="2.11.0", missing=(), load_error=None)),
    "LIB003": machine(
        torch=replace(CUDA_TORCH, version="2.2.0+cu121", cuda="12.1", metadata_version="2.2.0"),
        torch_run=replace(GPU_RUN, numpy_works=False, numpy_error="RuntimeError: Numpy is not available"),
        packages=PACKAGES | {"numpy": "2.1.3"},
        torchvision=None,
        toolkits=(),
    ),
    "LIB004": machine(torch_run=loading(libcudnn=SYSTEM_CUDNN)),
    "LIB005": machine(packages=PACKAGES | {"pynvml": "11.5.0"}),
    "LIB006": machine(torch_run=loading(libcublas=SYSTEM_CUBLAS), packages=PACKAGES | {"nvidia-cublas": "13.2.0.9"}),
    "LIB008": machine(
        torch=replace(CUDA_TORCH, requires=("nvidia-cudnn-cu13==9.26.0.51",)),
        packages=PACKAGES | {"nvidia-cudnn-cu13": "9.10.2.21"},
    ),
    "LIB010": machine(packages=PACKAGES | {"xformers": "0.0.28.post1"}),
    "LIB009": machine(
        libraries=(
            Library("libcudnn", f"{SITE}/nvidia/cudnn/lib/libcudnn.so.9", "9.26.0.51", "wheel", CUDNN),
            Library("libcudnn_graph", f"{SITE}/nvidia/cudnn/lib/libcudnn_graph.so.9", "9.26.0.51", "wheel", CUDNN),
        )
    ),
    "INS001": machine(network=Network(("HTTPS_PROXY",), (MIRROR,), "refused", "pip said so")),
    "INS002": machine(network=Network((), (MIRROR,), "ok")),
    "LIB007": machine(torch_run=loading(**TWO_OPENMP)),
}
"""Code → the machine on which its finding comes first."""
