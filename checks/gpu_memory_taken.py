from collections.abc import Iterator

from envdoctor.facts import Gpu, GpuProcess, Unknown
from envdoctor.findings import Finding, Fix, Severity, check

FULL = 0.9
"""Share of the memory. What envdoctor's own look takes, some 0.5 GiB, does not reach it on any GPU above 1 GiB."""
GIB = 2**30


@check("GPU004", Severity.WARNING, cause="gpu-busy", because_of=("GPU001",))
def gpu_memory_taken(gpus: tuple[Gpu, ...]) -> Iterator[Finding]:
    """The memory of a GPU is taken by other processes.

    A run that begins now ends with "CUDA out of memory" at its first tensors, however small it is.
    Often it is a notebook that is still open, or a job that was not ended.

    How to mend it: end the process that holds it, wait, or use another GPU.

    Source: https://docs.nvidia.com/deploy/nvml-api/ (nvmlDeviceGetMemoryInfo).
    """
    full = [
        (place, gpu, share) for place, gpu in enumerate(gpus) if (share := _share(gpu)) is not None and share > FULL
    ]
    if not full:
        return
    free = [str(gpu.index) for place, gpu in enumerate(gpus) if place not in {place for place, *_ in full}]
    names = ", ".join(f"GPU {gpu.index} ({_gib(gpu)} GiB, {share:.0%})" for _, gpu, share in full)
    yield Finding(
        what=f"Memory is taken on {len(full)} of {len(gpus)} GPUs: {names}.",
        why="A run that starts there now finds no room for its model." + _holders(full[0][1]),
        fix=Fix(
            "See who holds it, and end what is yours"
            + (f", or choose another GPU: CUDA_VISIBLE_DEVICES={free[0]}." if free else "."),
            ("nvidia-smi --query-compute-apps=gpu_uuid,pid,name,used_memory --format=csv",),
        ),
        severity=Severity.NOTE if free else Severity.WARNING,
        evidence={f"gpus.{place}.memory_used_bytes": gpu.memory_used_bytes for place, gpu, _ in full},
    )


def _share(gpu: Gpu) -> float | None:
    used, total = gpu.memory_used_bytes, gpu.memory_total_bytes
    return used / total if isinstance(used, int) and isinstance(total, int) and 0 <= used <= total > 0 else None


def _gib(gpu: Gpu) -> str:
    used, total = gpu.memory_used_bytes, gpu.memory_total_bytes
    return f"{used / GIB:.1f} of {total / GIB:.1f}" if isinstance(used, int) and isinstance(total, int) else "?"


def _holders(gpu: Gpu) -> str:
    """Name those who hold the most of it, as far as the driver tells."""
    holders: dict[int, GpuProcess] = {}  # who computes and draws is in both lists
    for processes in (gpu.processes, gpu.graphics_processes):
        holders |= {one.pid: one for one in processes or ()} if not isinstance(processes, Unknown) else {}
    most = sorted(filter(_memory, holders.values()), key=_memory, reverse=True)[:3]
    words = [f"{_program(one)} {one.pid} ({_memory(one) / GIB:.1f} GiB)" for one in most]
    return f" Of GPU {gpu.index} it is held by {', '.join(words)}." if words else ""


def _program(process: GpuProcess) -> str:
    return process.name if isinstance(process.name, str) else "process"


def _memory(process: GpuProcess) -> int:
    return process.memory_bytes if isinstance(process.memory_bytes, int) else 0
