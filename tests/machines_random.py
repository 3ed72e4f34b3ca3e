"""Snapshots that no machine ever had, for hypothesis: any value where a fact may have one."""

from __future__ import annotations

import functools
import sys
import types
import typing
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from envdoctor.facts import Snapshot, Unknown
from tests.machines_broken import BROKEN
from tests.machines_snapshots import HEALTHY

WORDS = (
    "", "linux", "windows", "darwin", "x86_64", "aarch64", "glibc", "musl", "2.17", "2.39",
    "docker", "kubernetes", "vmware", "hyper-v", "kvm", "10de", "15ad", "1002", "0405", "2204",
    "nvidia", "nouveau", "vfio-pci", "535.183.01", "580.65.06", "13.2", "12.4", "11", "10.2",
    "2.15.0+cu132", "2.13.0+cpu",
    "sm_86", "compute_90", "8.6", "prohibited", "exclusive_process", "temporary", "home", "gcc", "14.2.0",
    "PATH", "LD_LIBRARY_PATH", "CUDA_HOME", "/usr/local/cuda/bin", "/usr/local/cuda/lib64/stubs", "/x/CPUTI/lib64",
    "GPU is lost", "Error 802: system not yet initialized", "no answer in 10 s", "SIGSEGV", "import torch",
    "ImportError: /lib/libc.so.6: version `GLIBC_2.28' not found", "No CUDA GPUs are available", "torch", "numpy",
)  # fmt: skip
KEYS = (
    "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "CUDA_HOME", "CUDA_PATH", "PATH",
    "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF", "OMP_NUM_THREADS", "CUDA_LAUNCH_BLOCKING", "LD_LIBRARY_PATH",
    "torch", "numpy", "pynvml", "nvidia-ml-py", "libcuda", "libcudart", "libcudnn", "import torch",
)  # fmt: skip
TEXT = st.deferred(lambda: st.sampled_from(WORDS) | st.text(max_size=12))
PRIMITIVES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    bool: st.booleans(),
    int: st.sampled_from((0, 1, 2, 9, 18, 34, 46, 100, 802, 803, 804, 999)) | st.integers(-(2**40), 2**40),
    float: st.floats(allow_nan=False, allow_infinity=False, width=32),
    type(None): st.none(),
    Any: st.none() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | st.just([1.0, {"batch": 4}]),
}


@functools.cache
def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of an annotation."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in PRIMITIVES:
        return PRIMITIVES[kind]
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values(one) for one in inner])
    if origin is tuple:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(st.sampled_from(KEYS) | TEXT, values(inner[1]), max_size=4)
    assert issubclass(kind, Struct), kind
    # Deferred, because hypothesis writes out what a strategy is made of, which would be some 100 kB.
    return st.deferred(lambda: st.builds(kind, **{name: values(hint) for name, hint in hints(kind).items()}))


def hints(kind: type[Struct]) -> dict[str, Any]:
    """Return the annotations of a fact's fields, resolved."""
    return typing.get_type_hints(kind, vars(sys.modules[kind.__module__]))


@st.composite
def machines(draw: st.DrawFn) -> Snapshot:
    """Draw a sound or broken machine with some or all of its facts replaced by anything."""
    machine = ALL[draw(st.sampled_from(list(ALL)))]
    names = draw(st.frozensets(st.sampled_from(Snapshot.__struct_fields__), min_size=1))
    return replace(machine, **{name: draw(values(hints(Snapshot)[name])) for name in sorted(names)})


ALL = {name: make() for name, make in HEALTHY.items()} | BROKEN
UNKNOWN = Unknown("nobody could look")
