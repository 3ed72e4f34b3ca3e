"""The facts in the words of `python -m torch.utils.collect_env`, for issue templates that demand its output.

Source: torch/utils/collect_env.py, `pretty_str` and `env_info_fmt`; "Could not collect" and "N/A" are its words for
what it could not find out and what does not apply.
"""

from __future__ import annotations

from collections.abc import Iterator

from envdoctor.facts import Compiler, Cpu, Gpu, Host, Python, Snapshot, Torch, TorchRun, Unknown
from envdoctor.report.clean import line
from envdoctor.report.model import Report
from envdoctor.report.summary import cudnn_version

NONE, UNKNOWN, NOT_APPLICABLE = "None", "Could not collect", "N/A"
RELEVANT = ("numpy", "torch", "triton", "mypy", "flake8", "optree", "onnx", "nvidia", "intel", "mkl", "magma")
"""What the names of packages begin with that `collect_env` lists."""
LENGTH = 200
"""Of one value, in characters."""


def written(report: Report) -> str:
    """Return the block, or "" where nothing is known of PyTorch nor of Python."""
    facts = report.facts
    if isinstance(facts.torch, Unknown) and isinstance(facts.python, Unknown | None):
        return ""
    return "\n".join((*_torch(facts), "", *_system(facts), "", *_python(facts), *_cuda(facts), "", *_rest(facts)))


def _torch(facts: Snapshot) -> Iterator[str]:
    torch = facts.torch if isinstance(facts.torch, Torch) else None
    debug = "False" if torch is not None else NOT_APPLICABLE
    yield f"PyTorch version: {_said(torch.version if torch else None, NOT_APPLICABLE)}"
    yield f"Is debug build: {debug}"
    yield f"CUDA used to build PyTorch: {_said(torch.cuda if torch else None, NONE if torch else NOT_APPLICABLE)}"
    yield f"ROCM used to build PyTorch: {_said(torch.hip if torch else None, NOT_APPLICABLE)}"


def _system(facts: Snapshot) -> Iterator[str]:
    host = facts.host if isinstance(facts.host, Host) else None
    arch = f" ({_said(host.arch)})" if host and isinstance(host.arch, str) else ""
    yield f"OS: {_said(host.name if host else None)}{arch}"
    yield f"GCC version: {_compiler(facts, 'gcc')}"
    yield f"Clang version: {_compiler(facts, 'clang')}"
    libc = f"{host.libc}-{host.libc_version}" if host and isinstance(host.libc_version, str) else NOT_APPLICABLE
    yield f"Libc version: {_said(libc)}"


def _compiler(facts: Snapshot, name: str) -> str:
    compilers = facts.compilers if isinstance(facts.compilers, tuple) else ()
    found: Compiler | None = next((one for one in compilers if one.name == name), None)
    return _said(found.version if found else None)


def _python(facts: Snapshot) -> Iterator[str]:
    python = facts.python if isinstance(facts.python, Python) else None
    bits = f" ({python.bits}-bit runtime)" if python and isinstance(python.bits, int) else ""
    yield f"Python version: {_said(python.version if python else None)}{bits}"
    host = facts.host if isinstance(facts.host, Host) else None
    kernel = f"{host.os.title()}-{_said(host.kernel)}-{_said(host.arch)}" if host else UNKNOWN
    yield f"Python platform: {_said(kernel)}"


def _cuda(facts: Snapshot) -> Iterator[str]:
    run = facts.torch_run if isinstance(facts.torch_run, TorchRun) else None
    yield f"Is CUDA available: {run.available if run and isinstance(run.available, bool) else NOT_APPLICABLE}"
    toolkits = facts.toolkits if isinstance(facts.toolkits, tuple) else ()
    first = next((one for one in toolkits if one.first_on_path), toolkits[0] if toolkits else None)
    yield f"CUDA runtime version: {_said(first.version if first else None)}"
    gpus = facts.gpus if isinstance(facts.gpus, tuple) else ()
    lines = [f"GPU {gpu.index}: {_gpu(gpu)}" for gpu in gpus]
    yield "GPU models and configuration: " + ("\n" if len(lines) > 1 else "") + ("\n".join(lines) or UNKNOWN)
    driver = facts.driver
    known = driver.version if driver is not None and not isinstance(driver, Unknown) else None
    yield f"Nvidia driver version: {_said(known)}"
    cudnn = run.cudnn if run else None
    yield f"cuDNN version: {cudnn_version(cudnn) if isinstance(cudnn, str) else UNKNOWN}"
    yield f"HIP runtime version: {_said(run.hip if run else None, NOT_APPLICABLE)}"


def _gpu(gpu: Gpu) -> str:
    return _said(gpu.problem) if gpu.problem else _said(gpu.name)


def _rest(facts: Snapshot) -> Iterator[str]:
    cpu = facts.cpu if isinstance(facts.cpu, Cpu) else None
    yield "CPU:"
    yield f"Model name: {_said(cpu.model if cpu else None)}"
    yield f"CPU(s): {cpu.logical_cores if cpu and isinstance(cpu.logical_cores, int) else UNKNOWN}"
    yield ""
    yield "Versions of relevant libraries:"
    packages = facts.packages if isinstance(facts.packages, dict) else {}
    for name in sorted(packages):
        if name.startswith(RELEVANT):
            yield f"[pip3] {line(name, LENGTH)}=={line(packages[name], LENGTH)}"


def _said(value: str | None | Unknown, missing: str = UNKNOWN) -> str:
    if isinstance(value, Unknown):
        return UNKNOWN
    return missing if value is None else line(value, LENGTH)
