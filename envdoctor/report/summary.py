"""The machine at a glance: a handful of rows, each with a mark. Shared by all formats for people."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from envdoctor.facts import NOT_ASKED, Companion, Driver, Gpu, PciGpu, Snapshot, Torch, TorchRun, Unknown
from envdoctor.findings import Severity
from envdoctor.report.model import Report

OK, ABSENT, NOTE, WARNING, ERROR, UNKNOWN = "ok", "absent", "note", "warning", "error", "unknown"
GIB = 1 << 30
VENDORS = {"10de": "NVIDIA", "1002": "AMD", "8086": "Intel"}
NAMES = {
    "kvm": "KVM", "vmware": "VMware", "virtualbox": "VirtualBox", "hyper-v": "Hyper-V", "xen": "Xen", "qemu": "QEMU",
    "firecracker": "Firecracker", "parallels": "Parallels", "amazon-ec2": "Amazon EC2", "google-cloud": "Google Cloud",
    "azure": "Azure",
    "docker": "Docker", "podman": "Podman", "kubernetes": "Kubernetes", "lxc": "LXC", "apptainer": "Apptainer",
}  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """One line: "✓ GPU  NVIDIA A100 …"."""

    label: str
    status: str
    """`ok`, `absent` (and that is no fault), `note`, `warning`, `error`, `unknown`."""
    text: str


def rows(report: Report) -> list[Row]:
    """Say what there is, from the machine up to PyTorch."""
    facts = report.facts
    made = [
        _row("System", _system(facts), report, ("VIR", "SYS")),
        _row("Processor", _processor(facts), report, ()),
        _row("GPU", _gpus(facts), report, ("GPU",)),
        _row("Driver", _driver(facts), report, ("DRV",)),
        _row("CUDA", _cuda(facts), report, ("TKT", "ENV")),
        _row("Python", _python(facts), report, ("PYT",)),
        _row("PyTorch", _torch(facts), report, ("TOR",)),
        _row("Libraries", _libraries(facts), report, ("LIB",)),
    ]
    # A text need not speak of everything; a machine that is looked at has a reason for what is not known.
    is_text = not isinstance(facts.messages, Unknown)
    # Of a benchmark alone nobody asked.
    silent = UNKNOWN if report.measurements and facts.host == NOT_ASKED else ""
    return [
        row
        for row in made
        if row.text
        and not (is_text and row.status == UNKNOWN and "unknown: " in row.text)
        and not (row.status == silent and NOT_ASKED.reason in row.text)
    ]


def _row(label: str, said: tuple[str, str], report: Report, groups: tuple[str, ...]) -> Row:
    status, text = said
    worst = min((f.severity for f in report.findings if f.code[:3] in groups and f.severity), key=_rank, default=None)
    if worst in (Severity.ERROR, Severity.WARNING):
        status = worst.value
    return Row(label, status, text)


def _rank(severity: Severity) -> int:
    return severity.rank


def _system(facts: Snapshot) -> tuple[str, str]:
    host, platform = facts.host, facts.platform
    if isinstance(host, Unknown):
        return UNKNOWN, f"unknown: {host.reason}"
    parts = [_text(host.name) or host.os, _text(host.arch)]
    if isinstance(host.libc_version, str):
        parts.append(f"{host.libc} {host.libc_version}")
    if not isinstance(platform, Unknown):
        parts.append(f"WSL {platform.wsl}" if isinstance(platform.wsl, int) else "")
        parts.append(f"in a {_name(platform.vm)} virtual machine" if isinstance(platform.vm, str) else "")
        parts.append(f"in a {_name(platform.container)} container" if isinstance(platform.container, str) else "")
    return OK, _join(parts)


def _processor(facts: Snapshot) -> tuple[str, str]:
    cpu, memory = facts.cpu, facts.memory
    if isinstance(cpu, Unknown):
        return UNKNOWN, f"unknown: {cpu.reason}"
    model = _text(cpu.model) or _text(cpu.vendor) or "unknown model"
    generation = f" ({cpu.generation})" if isinstance(cpu.generation, str) else ""
    parts = [model + generation]
    if isinstance(cpu.usable, int):
        total = cpu.logical_cores
        several = f" of {total}" if isinstance(total, int) and total != cpu.usable else ""
        parts.append(f"{cpu.usable}{several} CPU{'s' if cpu.usable != 1 or several else ''} usable")
    if not isinstance(memory, Unknown):
        parts += _ram(memory.total_bytes, memory.limit_bytes)
    return OK, _join(parts)


def _ram(total: object, limit: object) -> list[str]:
    if not isinstance(total, int):
        return []
    held = f" (limited to {_gib(limit)})" if isinstance(limit, int) and limit < total else ""
    return [f"{_gib(total)} RAM{held}"]


def _gpus(facts: Snapshot) -> tuple[str, str]:
    if not isinstance(facts.gpus, Unknown) and facts.gpus:
        return OK, _join(_several(_gpu(gpu) for gpu in facts.gpus), "; ")
    if isinstance(facts.pci_gpus, Unknown):
        reason = facts.gpus.reason if isinstance(facts.gpus, Unknown) else facts.pci_gpus.reason
        return UNKNOWN, f"none that the NVIDIA driver lists ({reason})"
    seen = [gpu for gpu in facts.pci_gpus if gpu.vendor in VENDORS]
    if seen:
        return OK, _join(_several(_adapter(gpu) for gpu in seen), "; ")
    return ABSENT, "none" if not facts.pci_gpus else "none but a virtual display adapter"


def _gpu(gpu: Gpu) -> str:
    if gpu.problem:
        return f"{_text(gpu.name) or f'GPU {gpu.index}'}: {gpu.problem}"
    parts = [_text(gpu.name) or f"GPU {gpu.index}"]
    if isinstance(gpu.memory_total_bytes, int):
        parts.append(_gib(gpu.memory_total_bytes))
    if isinstance(gpu.compute_capability, str):
        parts.append(f"compute capability {gpu.compute_capability}")
    return _join(parts)


def _adapter(gpu: PciGpu) -> str:
    name = _text(gpu.name) or f"{VENDORS[gpu.vendor]} adapter {gpu.vendor}:{gpu.device}"
    held = f"held by {gpu.bound}" if isinstance(gpu.bound, str) else "no driver bound to it"
    return f"{name} ({held})"


def _driver(facts: Snapshot) -> tuple[str, str]:
    driver = facts.driver
    if isinstance(driver, Unknown):
        return UNKNOWN, f"unknown: {driver.reason}"
    if driver is None:
        return ABSENT, "no NVIDIA driver"
    return (OK if isinstance(driver.version, str) else UNKNOWN), _driver_text(driver)


def _driver_text(driver: Driver) -> str:
    parts = [f"NVIDIA {driver.version}" if isinstance(driver.version, str) else "NVIDIA, version unknown"]
    if isinstance(driver.cuda, str):
        parts.append(f"up to CUDA {driver.cuda}")
    if isinstance(driver.kernel_flavor, str):
        parts.append(f"{driver.kernel_flavor} kernel module")
    if driver.smi is not None and isinstance(driver.smi.exit_code, Unknown):
        parts.append("nvidia-smi does not answer")
    return _join(parts)


def _cuda(facts: Snapshot) -> tuple[str, str]:
    toolkits = facts.toolkits
    if isinstance(toolkits, Unknown):
        return UNKNOWN, f"toolkits unknown: {toolkits.reason}"
    if not toolkits:
        return ABSENT, "no CUDA toolkit (PyTorch wheels bring what they need)"
    return OK, _join(
        [
            f"toolkit {_text(t.version) or '?'} in {t.path}{' (nvcc on PATH)' if t.first_on_path else ''}"
            for t in toolkits
        ],
        "; ",
    )


def _python(facts: Snapshot) -> tuple[str, str]:
    python = facts.python
    if isinstance(python, Unknown) or python is None:
        return UNKNOWN, f"unknown: {python.reason}" if isinstance(python, Unknown) else "none"
    if python.failure is not None:
        return ERROR, f"{python.executable} does not start"
    kind = f" ({python.kind})" if isinstance(python.kind, str) and python.kind != "other" else ""
    return OK, f"{_text(python.version) or '?'}{kind}, {python.executable}"


def _torch(facts: Snapshot) -> tuple[str, str]:
    torch, run = facts.torch, facts.torch_run
    if isinstance(torch, Unknown):
        return UNKNOWN, f"unknown: {torch.reason}"
    if torch is None:
        return ABSENT, "not installed in this Python"
    status = OK if _sound(run) else UNKNOWN
    if status == OK and _reaches_no_gpu(torch, run):
        status = NOTE
    return status, _join([_torch_text(torch), _run_text(torch, run)])


def _torch_text(torch: Torch) -> str:
    build = {"cuda": f"CUDA {torch.cuda} build", "rocm": f"ROCm {torch.hip} build", "cpu": "CPU build"}.get(torch.build)
    return _join([_text(torch.version) or "version unknown", build or ""])


def _sound(run: object) -> bool:
    return isinstance(run, TorchRun) and run.failure is None


def _reaches_no_gpu(torch: Torch, run: object) -> bool:
    return isinstance(run, TorchRun) and run.available is False and torch.build in ("cuda", "rocm")


def _run_text(torch: Torch, run: TorchRun | None | Unknown) -> str:
    if not isinstance(run, TorchRun):
        return ""
    if run.failure is not None:
        return f"died in stage {run.failure.stage!r}: {run.failure.detail}"
    if run.available is True:
        return f"sees {run.device_count} GPU{'s' if run.device_count != 1 else ''}"
    if _reaches_no_gpu(torch, run):
        return "reaches no GPU, works on the CPU"
    return "works on the CPU" + ("; Metal (MPS) available" if run.mps is True else "")


def _libraries(facts: Snapshot) -> tuple[str, str]:
    if facts.torch is None or isinstance(facts.torch, Unknown):
        return ABSENT, ""
    parts = [
        f"{name} {_text(fact.version) or '?'}"
        for name, fact in (("torchvision", facts.torchvision), ("torchaudio", facts.torchaudio))
        if isinstance(fact, Companion)
    ]
    if not isinstance(facts.packages, Unknown):
        parts += [f"{name} {facts.packages[name]}" for name in ("numpy", "triton") if name in facts.packages]
    cudnn = facts.torch_run.cudnn if isinstance(facts.torch_run, TorchRun) else None
    if isinstance(cudnn, str):
        parts.append(f"cuDNN {cudnn_version(cudnn)}")
    return OK, _join(parts)


def cudnn_version(number: str) -> str:
    """Spell out the number that cuDNN gives: 92600 is 9.26.0, 8902 is 8.9.2.

    Source: cudnn_version.h; from release 9 on the major is worth 10000, before that 1000.
    """
    if not number.isdecimal():
        return number
    value = int(number)
    weight = 10000 if value >= 90000 else 1000  # noqa: PLR2004
    return f"{value // weight}.{value % weight // 100}.{value % 100}"


def _name(key: str) -> str:
    return NAMES.get(key, key)


def _several(texts: Iterable[str]) -> list[str]:
    """Fold equal texts: "8 x NVIDIA H100 …"."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    return [text if count == 1 else f"{count} x {text}" for text, count in counts.items()]


def _gib(size: int) -> str:
    return f"{size / GIB:.3g} GiB"


def _text(value: object) -> str:
    return str(value) if isinstance(value, str) else ""


def _join(parts: Iterable[str], separator: str = ", ") -> str:
    return separator.join(part for part in parts if part)
