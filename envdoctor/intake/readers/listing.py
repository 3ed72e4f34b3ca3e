"""Lists of "key: value": collect_env of PyTorch and its kin, `transformers env`, mmengine, ds_report, templates.

They differ in how they spell a key and agree in what it means. A key is compared without case, marks and remarks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from envdoctor.data import gpu_by_name
from envdoctor.intake.claims import Claims
from envdoctor.intake.clean import Line
from envdoctor.intake.readers.tools import note_torch

BY = "collect_env"
ROW = re.compile(
    r"^\s{0,12}(?:[-*•|] |\[\w+\] )?[`*_\"']{0,3}([A-Za-z][A-Za-z0-9 ._/'+-]{0,50}?)[`*_\"']{0,3}"
    r"\s{0,40}(?:\([^)]{0,60}\))?\s{0,40}(?::|=(?!=)|\.{3,}|\|| {3,})[\s`*|]*(\S.*)?$"
)
NOT_SAID = ("could not collect", "unknown", "not collected")
ABSENT = ("none", "n/a", "no", "no cuda", "not available", "not found", "not installed")
VERSION = re.compile(r"\d+(?:\.\d+)+(?:[A-Za-z0-9.+_-]*)?")
NUMBER = re.compile(r"\d+(?:\.\d+)*")
GPU = re.compile(r"^\s{0,8}(?:[-*] )?GPU ?(\d{1,2})((?:,\d{1,2}){0,31})\s*:?\s+(\S.*)$")
CUDNN = re.compile(r"libcudnn\.so\.(\d+\.\d+\.\d+)")

TORCH = (
    "pytorch version", "pytorch", "torch version", "torch", "pytorch_version", "pytorch or tensorflow version",
    "python torch version", "installed torch", "pytorch_lightning torch",
)  # fmt: skip
MEANINGS = {
    **dict.fromkeys(TORCH, "torch.version"),
    "cuda used to build pytorch": "torch.cuda",
    "torch cuda version": "torch.cuda",
    "torch.version.cuda": "torch.cuda",
    "pytorch cuda version": "torch.cuda",
    "pytorch compiling cuda": "torch.cuda",
    "rocm used to build pytorch": "torch.hip",
    "rocm sdk used to build pytorch": "torch.hip",
    "hip used to build pytorch": "torch.hip",
    "torch hip version": "torch.hip",
    "is cuda available": "torch_run.available",
    "cuda available": "torch_run.available",
    "cuda is available": "torch_run.available",
    "gpu available": "torch_run.available",
    "using gpu in script": "",
    "python version": "python.version",
    "python": "python.version",
    "python version (64-bit runtime)": "python.version",
    "gcc version": "gcc.version",
    "gcc": "gcc.version",
    "c compiler": "gcc.version",
    "libc version": "libc",
    "glibc": "libc",
    "glibc version": "libc",
    "cuda runtime version": "nvcc.version",
    "nvcc version": "nvcc.version",
    "nvcc": "nvcc.version",
    "cuda compiler": "nvcc.version",
    "nvidia driver version": "driver.version",
    "driver version": "driver.version",
    "nvidia driver": "driver.version",
    "gpu driver": "driver.version",
    "gpu driver version": "driver.version",
    "driver": "driver.version",
    "os": "host.name",
    "os version": "host.name",
    "operating system": "host.name",
    "system": "host.name",
    "distro": "host.name",
    "platform": "platform",
    "python platform": "platform",
    "sys.platform": "platform",
    "gpu models and configuration": "gpu",
    "gpu model": "gpu",
    "gpu models": "gpu",
    "gpu type": "gpu",
    "gpu": "gpu",
    "gpus": "gpu",
    "graphics card": "gpu",
    "device": "gpu",
    "device name": "gpu",
    "cudnn version": "cudnn",
    "cudnn": "cudnn",
    "torchvision": "torchvision.pip",
    "torchvision version": "torchvision.pip",
    "torchaudio": "torchaudio.pip",
    "torchaudio version": "torchaudio.pip",
}


def read(lines: Iterable[Line], claims: Claims) -> None:
    """Note what the keys say that we know; other keys are passed over."""
    for line in lines:
        gpu = GPU.match(line.text)
        if gpu:
            _gpus(gpu, claims, line)
            continue
        row = ROW.match(line.text)
        if row is None:
            continue
        meaning = MEANINGS.get(" ".join(row[1].lower().replace("`", "").split()))
        if meaning and row[2]:
            _note(claims, meaning, row[2].strip().strip("`*|").strip(), line)


def _note(claims: Claims, meaning: str, value: str, line: Line) -> None:
    if meaning == "torch.cuda" and value.lower().startswith("could not collect"):
        # collect_env prints this for every None, and torch.version.cuda is None in a build without CUDA.
        claims.add(meaning, None, BY, line)
        return
    if not value or value.lower().startswith(NOT_SAID):
        return
    reader = READERS.get(meaning)
    if reader is not None:
        reader(claims, meaning, value, line)
        return
    # "(crosstool-NG 1.24.0) 9.4.0": the number in brackets is the packager's.
    unbracketed = re.sub(r"^[^(]{0,40}\([^)]*\)\s*(?=\d)", "", value)
    found = (VERSION if meaning.startswith("torch") else NUMBER).search(unbracketed)
    if found and ("." in found[0] or meaning == "gcc.version"):
        claims.add(meaning, found[0].rstrip("."), BY, line)


def _available(claims: Claims, path: str, value: str, line: Line) -> None:
    answer = value.lower().split()[0].strip(".,;")
    if answer in ("true", "false", "yes", "no"):
        claims.add(path, answer in ("true", "yes"), BY, line)


def _text(claims: Claims, path: str, value: str, line: Line) -> None:
    if not value.lower().startswith(ABSENT):
        claims.add(path, value, BY, line)


def _libc(claims: Claims, _: str, value: str, line: Line) -> None:
    found = re.search(r"\d+\.\d+(?:\.\d+)?", value)
    if found:
        claims.add("python.libc", found[0], BY, line)


def _cudnn(claims: Claims, _: str, value: str, line: Line) -> None:
    found = CUDNN.search(value) or re.match(r"v?(\d+\.\d+(?:\.\d+)*)", value)
    if found:
        claims.add("cudnn.version", found[1], BY, line)


def _build(claims: Claims, path: str, value: str, line: Line) -> None:
    if value.lower().startswith(ABSENT):
        claims.add(path, None, BY, line)
    elif found := NUMBER.match(value):
        claims.add(path, found[0], BY, line)


def _torch(claims: Claims, _: str, value: str, line: Line) -> None:
    """Read "2.2.0+cu121 (True)": transformers adds whether CUDA is available."""
    found = re.match(r"v?(\d+\.\d+[A-Za-z0-9.+_-]*)", value)
    if found:
        claims.add("torch.version", found[1].rstrip("."), BY, line)
        available = re.search(r"\((True|False)\)", value[found.end() :])
        if available:
            note_torch(claims, "cuda.is_available", available[1], BY, line)
    elif value.lower().startswith(("n/a", "not installed", "none")):
        claims.add("torch.version", None, BY, line)


def _gpus(found: re.Match[str], claims: Claims, line: Line) -> None:
    name = re.sub(r"\s*\((?:UUID|arch)[^)]*\)?.*$", "", found[3]).strip()
    for index in (found[1], *filter(None, found[2].split(","))):
        if name and not name.startswith(("<", "-")):
            claims.add(f"gpus.{index}.name", name, BY, line)


def _models(claims: Claims, _: str, value: str, line: Line) -> None:
    """Read the value of "GPU models and configuration": a first GPU, or what people write there."""
    first = re.match(r"GPU ?(\d{1,2}):\s*(\S.*)$", value)
    if first:
        claims.add(f"gpus.{first[1]}.name", re.sub(r"\s*\(UUID.*$", "", first[2]).strip(), BY, line)
        return
    many = re.match(r"(\d{1,2})\s*[x\u00d7*]\s*(\S.*)$", value)
    name, count = (many[2], int(many[1])) if many else (value, 1)
    if gpu_by_name(name) is not None:
        for index in range(min(count, 64)):
            claims.add(f"gpus.{index}.name", name, BY, line)


READERS = {
    "torch.cuda": _build,
    "torch.hip": _build,
    "torch.version": _torch,
    "torch_run.available": _available,
    "host.name": _text,
    "platform": _text,
    "gpu": _models,
    "libc": _libc,
    "cudnn": _cudnn,
}
"""What a value means that is more than a version."""
