"""No content of any file that a probe reads may make it fail, or yield a fact that a report cannot hold."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envdoctor.facts import Snapshot, from_builtins, to_builtins
from envdoctor.probes import (
    compilers,
    cpu,
    cudnn,
    disks,
    environment,
    host,
    limits,
    memory,
    pci,
    platform,
    shm,
    toolkits,
)
from envdoctor.probes.command import Answer, Output
from envdoctor.probes.system import System
from tests.systems import Tree, names, recorded, still

PROBES: dict[str, Callable[[System], Any]] = {
    "host": host.probe,
    "cpu": cpu.probe,
    "memory": memory.probe,
    "shm": shm.probe,
    "disks": disks.probe,
    "limits": limits.probe,
    "platform": platform.probe,
    "pci_gpus": pci.probe,
    "toolkits": toolkits.probe,
    "compilers": compilers.probe,
    "cudnn": cudnn.probe,
    "environment": environment.probe,
}
MORE = (
    "/usr/lib/os-release",
    "/proc/device-tree/compatible",
    "/proc/device-tree/hypervisor/compatible",
    "/proc/xen/capabilities",
    "/sys/hypervisor/type",
    "/run/systemd/container",
    "/usr/local/cuda/version.json",
    "/usr/local/cuda-2/version.txt",
    "/usr/local/cuda-3/include/cuda.h",
    "/usr/local/cuda-4/include/cuda_runtime_api.h",
    "/usr/local/cuda-3/include/cudnn_version.h",
    "/usr/local/cuda-3/lib64/libcudnn.so.9",
    "/etc/ld.so.conf.d/x.conf",
)
PROGRAMS = ("/bin/nvcc", "/bin/gcc", "/bin/clang")
PATHS = tuple(sorted({*MORE, *(path for name in names() for path in recorded(name).tree.files)}))

RECORDED = {content for name in names() for content in recorded(name).tree.files.values() if content}
SEEDS = (
    *sorted(RECORDED, key=len),
    b'{"cuda_nvcc": {"version": "12.4"}}',
    b"#define CUDA_VERSION 12040",
    b"#!/bin/sh\nexec /bin/nvcc",
    b"max 0",
)


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """Draw a real file's content in which something was replaced: nearer to what breaks parsers than noise."""
    content = draw(st.sampled_from(SEEDS))
    start = draw(st.integers(0, len(content)))
    end = draw(st.integers(start, min(len(content), start + 40)))
    return content[:start] + draw(st.binary(max_size=20) | st.just(b"9" * 5000)) + content[end:]


contents = st.one_of(st.binary(max_size=200), bent(), st.sampled_from((b"", b"\n", b"0", b"-1", b"\xff" * 99)))


def see(root: Path, environment: dict[str, str], answer: Answer) -> dict[str, Any]:
    def run(argv: object, *, seconds: float = 0.0) -> Answer:
        del argv, seconds
        return answer

    system = System(root=root, environment=environment, run=run, calls=still(home="/home", libc=None))
    return {name: probe(system) for name, probe in PROBES.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    files=st.dictionaries(st.sampled_from(PATHS), contents, max_size=len(PATHS)),
    rest=contents,
    said=contents,
    variables=st.dictionaries(
        st.sampled_from(("CUDA_HOME", "CUDA_PATH", "CONDA_PREFIX", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "container")),
        st.text(st.characters(categories=None), max_size=30),
    ),
)
def test_any_content_gives_a_report(
    files: dict[str, bytes], rest: bytes, said: bytes, variables: dict[str, str]
) -> None:
    root = Path(tempfile.mkdtemp())
    try:
        Tree(files=dict.fromkeys(PATHS, rest) | files, programs=dict.fromkeys(PROGRAMS, rest)).write(root)
        text = said.decode("utf-8", "replace")
        found = see(root, {"PATH": "/bin", **variables}, Output(0, text, text))
    finally:
        shutil.rmtree(root)

    assert holds(found)


def holds(found: dict[str, Any]) -> bool:
    """Say whether these facts survive the way through a report."""
    snapshot = Snapshot(**found)
    return from_builtins(msgspec.json.decode(msgspec.json.encode(to_builtins(snapshot)))) == snapshot


@pytest.mark.parametrize("kind", ["folder", "loop", "pipe", "locked"])
def test_files_that_are_no_files(kind: str, tmp_path: Path) -> None:
    kinds: dict[str, Callable[[Path], None]] = {
        "folder": Path.mkdir,
        "loop": lambda path: path.symlink_to(path.name),
        "pipe": _pipe,
        "locked": functools.partial(Path.touch, mode=0),
    }
    for path in PATHS:
        target = tmp_path / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        kinds[kind](target)

    assert holds(see(tmp_path, {"PATH": "/bin"}, None))


def test_an_empty_machine(tmp_path: Path) -> None:
    assert holds(see(tmp_path, {}, None))


def _pipe(path: Path) -> None:
    os.mkfifo(path)
