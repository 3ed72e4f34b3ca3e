"""Reports of made-up machines, for the tests of all formats."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

import msgspec

from envdoctor.facts import (
    Companion,
    Cpu,
    Disk,
    Driver,
    Gpu,
    Host,
    Library,
    Memory,
    Platform,
    Python,
    SharedMemory,
    Snapshot,
    Toolkit,
    Torch,
    TorchDevice,
    TorchRun,
    Unknown,
)
from envdoctor.findings import Finding, Fix, Risk, Severity
from envdoctor.judge import Judgement, NotChecked
from envdoctor.report.model import Probe, Report, make_report

NOW = datetime(2026, 11, 20, 23, 11, tzinfo=timezone.utc)
UUIDS = ("GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "GPU-1d4f0a27-0b6e-4a1b-9c55-6f1f0f3f2a10")
PACKAGES = {
    "torch": "2.15.0+cu132",
    "torchvision": "0.29.2+cu132",
    "numpy": "2.4.1",
    "triton": "3.6.0",
    "nvidia-cublas": "13.2.0.19",
    "nvidia-cuda-runtime": "13.2.51",
    "nvidia-curand-cu12": "10.3.9.90",
    "nvidia-cudnn-cu13": "9.16.0.29",
    "pip": "26.0",
}
VENV = "/home/ann/project/.venv"
SITE = f"{VENV}/lib/python3.12/site-packages"
PROBES = (
    Probe("host", "ok", 0.002),
    Probe("nvml", "ok", 0.011),
    Probe("nvidia-smi", "unknown", 10.0, "nvidia-smi did not answer in 10 s"),
    Probe("toolkits", "absent", 0.004),
)
TOO_OLD = Finding(
    code="DRV002",
    name="driver_too_old",
    cause="driver-too-old",
    severity=Severity.ERROR,
    what="PyTorch 2.15.0+cu132 is built for CUDA 13.2 and needs NVIDIA driver 580 or newer; "
    "this machine has 535.183.01.",
    why="A newer CUDA generation does not start on an older driver, so `torch.cuda.is_available()` is False.",
    fix=Fix(
        "Update the NVIDIA driver to 580 or newer, or install a PyTorch build for an older CUDA.",
        (f"{VENV}/bin/python -m pip install torch==2.10.0 --index-url https://download.pytorch.org/whl/cu128",),
        Risk.CHANGES_ENVIRONMENT,
    ),
    evidence={"driver.version": "535.183.01", "torch.cuda": "13.2", "torch_run.init_error": None},
    verify="envdoctor check --select DRV002",
)
SHADOWED = Finding(
    code="TKT003",
    name="cuda_home_is_bin",
    cause="cuda-home-wrong",
    severity=Severity.WARNING,
    what="CUDA_HOME points at /usr/local/cuda/bin, the folder of the programs, not at the toolkit.",
    why="Builds of extensions look for `$CUDA_HOME/bin/nvcc` and do not find it.",
    fix=Fix("Point CUDA_HOME at the toolkit.", ("export CUDA_HOME=/usr/local/cuda",)),
    evidence={"environment.CUDA_HOME": "/usr/local/cuda/bin"},
    verify="envdoctor check --select TKT003",
    because_of="DRV002",
)
WORTH_KNOWING = Finding(
    code="LIB009",
    name="pynvml_deprecated",
    cause="pynvml-deprecated",
    severity=Severity.NOTE,
    what="The package pynvml 11.5.3 is installed; its successor is nvidia-ml-py.",
    why="Both bring the module `pynvml`, and the old one warns.",
    fix=Fix("Replace it.", ("pip uninstall pynvml", "pip install nvidia-ml-py")),
    verify="envdoctor check --select LIB009",
)
PINS = {
    "torch": "2.10.0",
    "torchvision": "0.25.0",
    "variant": "cu128",
    "python": "3.12",
    "install": ["pip install torch==2.10.0 torchvision==0.25.0 --index-url https://download.pytorch.org/whl/cu128"],
    "because": ["Driver 535.183.01 runs CUDA 12."],
    "rejected": ["torch 2.15.0: needs driver 580."],
}
CHECKED = ("DRV001", "DRV002", "LIB009", "TKT003", "TOR001")


def snapshot(**other: Any) -> Snapshot:
    """Return a machine with two GPUs, an old driver and PyTorch for a newer one."""
    facts: dict[str, Any] = {
        "host": Host("linux", "Ubuntu 22.04.5 LTS", "6.8.0-45-generic", "x86_64", "glibc", "2.35"),
        "cpu": Cpu("AMD EPYC 7543 32-Core Processor", "AMD", "Zen 3", 32, 64, 64, None, 1.25),
        "memory": Memory(270_000_000_000, 200_000_000_000, None, 0),
        "shm": SharedMemory(67_108_864, 67_000_000),
        "disks": (Disk("home", "/home/ann", 10_000_000_000, 500_000_000_000, writable=True),),
        "platform": Platform(vm=None, container="docker", wsl=None),
        "pci_gpus": (),
        "driver": Driver(
            "535.183.01", cuda="12.2", kernel="535.183.01", libcuda="/usr/lib/x86_64-linux-gnu/libcuda.so.1"
        ),
        "gpus": tuple(
            Gpu(
                i,
                "NVIDIA A100-SXM4-80GB",
                uuid,
                f"00000000:{i + 1:02X}:00.0",
                "8.0",
                85_899_345_920,
                temperature_celsius=31,
            )
            for i, uuid in enumerate(UUIDS)
        ),
        "toolkits": (
            Toolkit("/usr/local/cuda-12.8", "12.8", "/usr/local/cuda-12.8/bin/nvcc", ("PATH",), first_on_path=True),
        ),
        "compilers": Unknown("gcc did not answer in 5 s"),
        "cudnn": (Library("cudnn", f"{SITE}/nvidia/cudnn/lib/libcudnn.so.9", "9.16.0.29", "wheel"),),
        "environment": {"CUDA_HOME": "/usr/local/cuda/bin", "CUDA_VISIBLE_DEVICES": UUIDS[1]},
        "python": Python(f"{VENV}/bin/python", "VIRTUAL_ENV names it", "3.12.8", "cpython", "venv", VENV),
        "packages": PACKAGES,
        "torch": Torch(
            "2.15.0+cu132", "13.2", None, None, f"{SITE}/torch", "2.15.0+cu132", "pip", has_libtorch_cuda=True
        ),
        "torch_run": TorchRun(
            stage="loaded libraries",
            version="2.15.0+cu132",
            file=f"{SITE}/torch/__init__.py",
            cuda="13.2",
            arch_list=("sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120", "compute_120"),
            available=False,
            device_count=0,
            cudnn="9.16.0",
            threads=32,
            libraries={"libcudart": f"{SITE}/nvidia/cuda_runtime/lib/libcudart.so.13"},
            seconds={"import torch": 1.532, "CUDA init": 0.01},
        ),
        "torchvision": Companion("0.29.2+cu132", "0.29.2", "==2.15.0", f"{SITE}/torchvision", (), None, None),
        "torchaudio": None,
    }
    return Snapshot(**{**facts, **other})


def measurement(
    device: str = "cpu", name: str = "AMD EPYC 7543 32-Core Processor", speed: float = 3210.5
) -> dict[str, Any]:
    """Return a measurement as the benchmark writes it."""
    step = 32 / speed
    steps = [step * (1 + 0.1 * math.sin(i)) for i in range(100)]
    return {
        "name": "smoke",
        "device": device,
        "device_name": name,
        "verdict": "PASS",
        "reason": "the loss fell from 2.31 to 0.42; 71 % of the test images were recognised",
        "proofs": [{"name": "loss falls", "holds": True, "what": "loss 2.31 → 0.42"}],
        "data": {"kind": "synthetic", "synthetic": True, "train": 10_000, "test": 2_000, "classes": 10},
        "batch": 32,
        "seconds_per_step": steps,
        "statistics": {"n": 100, "mean": step, "median": step, "p95": step * 1.1, "minimum": step, "maximum": step},
        "images_per_second": speed,
        "loss": [2.31 / (1 + i / 25) for i in range(101)],
        "accuracy": 0.71,
        "chance": 0.1,
        "memory": {"host_bytes": 800 << 20, "device_bytes": None if device == "cpu" else 450 << 20},
    }


def broken() -> Report:
    """Return a report of a machine whose driver is too old."""
    judgement = Judgement(
        (TOO_OLD, SHADOWED, WORTH_KNOWING),
        (NotChecked("SYS001", "compilers is unknown: gcc did not answer in 5 s"),),
        "DRV002",
        CHECKED,
    )
    return make_report(snapshot(), judgement, seconds=1.92, probes=PROBES, pins=PINS, now=NOW)


def healthy_gpu() -> Report:
    """Return a report of a machine on which everything works, with measurements on the CPU and a GPU."""
    device = TorchDevice(0, "NVIDIA A100-SXM4-80GB", "8.0", 85_899_345_920, computes=True)
    run = TorchRun(
        stage="torchvision", version="2.15.0+cu132", available=True, device_count=1, devices=(device,), cudnn="9.16.0"
    )
    facts = snapshot(driver=Driver("580.95.05", cuda="13.0"), torch_run=run)
    made = (measurement(), measurement("cuda:0", "NVIDIA A100-SXM4-80GB", 41_875.25))
    return make_report(facts, Judgement((), (), None, CHECKED), seconds=2.4, probes=PROBES, measurements=made, now=NOW)


def clean_cpu() -> Report:
    """Return a report of a small machine without a GPU, with notes alone."""
    facts = Snapshot(
        host=Host("linux", "Debian GNU/Linux 12 (bookworm)", "6.1.0", "x86_64", "glibc", "2.36"),
        cpu=Cpu("Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel", None, 1, 2, 2, 2.0, 0.5),
        memory=Memory(8_000_000_000, 4_000_000_000, None, 0),
        platform=Platform(vm="kvm", container=None, wsl=None),
        driver=None,
        gpus=(),
        pci_gpus=(),
        toolkits=(),
        python=Python("/usr/bin/python3", "first `python` on PATH", "3.11.2", "cpython", "system", "/usr", pip=None),
        packages={"numpy": "2.4.1", "torch": "2.15.0+cpu"},
        torch=Torch("2.15.0+cpu", None, None, None, "/usr/lib/python3/dist-packages/torch"),
        torch_run=TorchRun(stage="torchvision", version="2.15.0+cpu", available=False, device_count=0),
        torchvision=None,
        torchaudio=None,
    )
    return make_report(facts, Judgement((WORTH_KNOWING,), (), None, CHECKED), seconds=1.1, probes=PROBES[:1], now=NOW)


def huge() -> Report:
    """Return a report of a machine with 64 GPUs, 600 packages and something wrong everywhere."""
    gpus = tuple(
        Gpu(
            i,
            "NVIDIA H100 80GB HBM3",
            f"GPU-{i + 1:08x}-aaaa-4106-c12f-20bd9faed9f6",
            f"0000{i:04x}:01:00.0",
            "9.0",
            80 << 30,
        )
        for i in range(64)
    )
    packages = {
        **PACKAGES,
        **{f"a-package-with-a-long-name-{i:03}": f"{i}.2.3.dev20261120+g0123456789" for i in range(600)},
    }
    devices = tuple(TorchDevice(i, "NVIDIA H100 80GB HBM3", "9.0", 80 << 30, computes=True) for i in range(64))
    run = TorchRun(stage="torchvision", version="2.15.0", available=True, device_count=64, devices=devices)
    many = tuple(
        msgspec.structs.replace(SHADOWED, code=f"GPU{i:03}", what=f"GPU {i}: its link runs at x1 instead of x16.")
        for i in range(64)
    )
    skipped = tuple(NotChecked(f"ABC{i:03}", "driver is unknown: nvidia-smi did not answer in 10 s") for i in range(40))
    judgement = Judgement((TOO_OLD, *many, WORTH_KNOWING), skipped, "DRV002", CHECKED)
    made = tuple(measurement(f"cuda:{i}", "NVIDIA H100 80GB HBM3", 90_000.0 + i) for i in range(64))
    facts = snapshot(gpus=gpus, packages=packages, torch_run=run)
    return make_report(facts, judgement, seconds=12.5, probes=PROBES * 5, measurements=made, pins=PINS, now=NOW)


def series() -> Report:
    """Return what a benchmark of a CPU and a GPU reports: ladder, map, steps, training and what was busy."""
    from envdoctor.bench.explain import explained, report_of  # noqa: PLC0415  # only here
    from envdoctor.bench.result import Series  # noqa: PLC0415  # same
    from tests.series_samples import LADDER, mapped  # noqa: PLC0415  # same

    made = (*LADDER, mapped("cuda:0", 0.1))
    reason = f"{len(made)} experiments came to their end"
    report = report_of(explained(Series(preset="quick", python="p", verdict="PASS", reason=reason, measurements=made)))
    usage = {"times": [1.0, 2.0, 3.0, 4.0], "curves": {"cpu_percent": [9, 50, 99, 3], "gpu_percent": [80, 90, 95, 20]}}
    training = {"train_loss": [2.1, 1.6, 1.3], "validation_loss": [2.0, 1.7, 1.5]}
    more = {"usage": usage, "training": training, "accuracy": 0.62, "seconds_per_epoch": 31.4}
    return msgspec.structs.replace(report, created="2026-11-20T23:11:00Z", measurements=tuple(
        {**one, **more} if one["name"] in ("ladder.textbook", "ladder.batch_32") else one for one in report.measurements
    ))  # fmt: skip


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</style></script><!--",
    "]]></failure>",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "user\u202egnp.exe\u2066",
    "```\n# heading\n```` ` ``x`",
    "a | b \\| c",
    "@everyone #1 GH-2 org/repo#3",
    "[link](javascript:alert(1)) ![i](http://evil.example/x.png)",
    "{{ 7 * 7 }} {% raw %} $x^2$ \\",
    "line\r\n::error::second\n- [ ] third",
    "half \udc80 \ud800 character \x00 \ufffe \u2028",
    "'\" style=\"background:url(//evil.example)\" onclick='x'",
    "1. first\n2. second",
    "W" * 1_000_000,
    "`" * 5_000,
    "|" * 5_000,
)


def hostile(text: str) -> Report:
    """Return a report that holds a text in every place that a machine can fill."""
    finding = msgspec.structs.replace(
        TOO_OLD,
        what=f"This machine has {text}.",
        why=text,
        fix=Fix(text, (text, f"pip install {text}")),
        evidence={"driver.version": text, text: {"deep": [text, None, Unknown(text)]}},
        verify=text,
    )
    other = msgspec.structs.replace(finding, code="TKT003", severity=Severity.WARNING, because_of="DRV002")
    note = msgspec.structs.replace(finding, code="LIB009", severity=Severity.NOTE)
    facts = snapshot(
        host=Host("linux", text, text, text, "glibc", text),
        cpu=Cpu(text, text, text, 1, 2, 2),
        driver=Driver(text, cuda=text),
        gpus=(Gpu(0, text, text, compute_capability=text, problem=text),),
        compilers=Unknown(text),
        environment={text: text, "PATH": text},
        python=Python(text, text, text, startup_output=(text,)),
        packages={text: text, "torch": text},
        torch=Torch(text, text, path=text),
        torchvision=Companion(text),
        torch_run=TorchRun(version=text, init_error=text, warnings=(text,), libraries={text: text}),
    )
    judgement = Judgement((finding, other, note), (NotChecked("SYS001", text),), "DRV002", CHECKED)
    made = {
        **measurement(text, text),
        "reason": text,
        "verdict": text,
        "data": {"kind": text, "synthetic": True},
        "proofs": [{"holds": False, "what": text}],
    }
    return make_report(
        facts,
        judgement,
        seconds=1.0,
        probes=(Probe("nvml", "unknown", 0.1, text),),
        pins={"torch": text, "install": [text], "because": [text], "rejected": [text], text: text},
        measurements=(made, measurement()),
        now=NOW,
    )


ALL = {"broken": broken, "healthy_gpu": healthy_gpu, "clean_cpu": clean_cpu, "huge": huge}
