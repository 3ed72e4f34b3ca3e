"""Which libraries are loaded: by the maps of Linux, and by what macOS and Windows would answer."""

from __future__ import annotations

import ctypes
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from envdoctor.probes import patient


@pytest.fixture(scope="module")
def loaded() -> Iterator[ModuleType]:
    """The module as the examined Python imports it: beside its siblings."""
    folder = str(Path(patient.__path__[0]))
    names = ("installed", "elf", "loaded")
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, folder)
    yield importlib.import_module("loaded")
    sys.path.remove(folder)
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(before)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06", "libcuda"),
        ("/x/nvidia/cu13/lib/libcublasLt.so.13", "libcublasLt"),
        ("/x/nvidia/cudnn/lib/libcudnn_ops.so.9", "libcudnn_ops"),
        ("/x/torch/lib/libgomp-a34b3233.so.1", "libgomp-a34b3233"),
        ("/usr/lib/libstdc++.so.6.0.30", "libstdc++"),
        ("/opt/homebrew/opt/libomp/lib/libomp.dylib", "libomp"),
        ("/x/torch/lib/libc10.dylib", "libc10"),
        ("/x/lib/libiomp5.dylib", "libiomp5"),
        (r"C:\env\Lib\site-packages\torch\lib\cudart64_12.dll", "libcudart"),
        (r"C:\env\Lib\site-packages\torch\lib\cublasLt64_12.dll", "libcublasLt"),
        (r"C:\env\Lib\site-packages\torch\lib\cudnn_ops64_9.dll", "libcudnn_ops"),
        (r"C:\env\Lib\site-packages\torch\lib\cudnn64_9.dll", "libcudnn"),
        (r"C:\env\Lib\site-packages\torch\lib\nvJitLink_120_0.dll", "libnvJitLink"),
        (r"C:\env\Lib\site-packages\torch\lib\torch_cpu.dll", "libtorch_cpu"),
        (r"C:\env\Library\bin\libiomp5md.dll", "libiomp5"),
        (r"C:\Windows\System32\nvcuda.dll", None),
        (r"C:\Windows\System32\kernel32.dll", None),
        ("/usr/lib/libcudart.so.12.bak", None),
        ("/usr/lib/libcurl.so.4", None),
        ("/usr/lib/libcomposite.dylib", None),
        ("", None),
    ],
)
def test_names(loaded: ModuleType, path: str, name: str | None) -> None:
    assert loaded.named([path]) == ({} if name is None else {name: path})


def test_the_first_of_two_counts(loaded: ModuleType) -> None:
    assert loaded.named(["/a/libgomp.so.1", "/b/libgomp.so.1"]) == {"libgomp": "/a/libgomp.so.1"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the maps of Linux")
def test_this_very_process(loaded: ModuleType) -> None:
    assert any("libc.so" in path or "libc-" in path or "ld-musl" in path for path in loaded.paths())


class Function:
    """Something to call that takes the types that are set on it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __call__(self, *values: Any) -> Any:
        return self.answer(*values)


def fake(**more: Any) -> SimpleNamespace:
    """Return a ctypes with a loader of another system."""
    kept = ("c_void_p", "c_uint32", "c_char_p", "c_wchar_p", "sizeof", "byref", "create_unicode_buffer")
    return SimpleNamespace(**{name: getattr(ctypes, name) for name in kept}, **more)


def test_macos(loaded: ModuleType) -> None:
    images = [b"/usr/lib/libSystem.B.dylib", b"/x/libomp.dylib", None, b"/\xff"]
    dyld = SimpleNamespace(_dyld_image_count=Function(lambda: 4), _dyld_get_image_name=Function(images.__getitem__))

    assert loaded.paths("darwin", fake(CDLL=lambda _: dyld)) == [
        "/usr/lib/libSystem.B.dylib", "/x/libomp.dylib", "/\ufffd",
    ]  # fmt: skip


def windows(files: list[str], *, succeeds: bool = True) -> SimpleNamespace:
    def modules(_process: object, handles: Any, _size: int, needed: Any) -> bool:
        for place in range(len(files)):
            handles[place] = place + 1
        needed._obj.value = len(files) * ctypes.sizeof(ctypes.c_void_p)
        return succeeds

    def name(handle: int, text: Any, _length: int) -> int:
        text.value = files[handle - 1]
        return len(text.value)

    kernel = SimpleNamespace(
        GetCurrentProcess=Function(lambda: -1),
        K32EnumProcessModules=Function(modules),
        GetModuleFileNameW=Function(name),
    )
    return fake(WinDLL=lambda _: kernel)


def test_windows(loaded: ModuleType) -> None:
    files = [r"C:\env\python.exe", r"C:\env\torch\lib\cudart64_12.dll"]

    assert loaded.paths("win32", windows(files)) == files


def test_windows_that_refuses(loaded: ModuleType) -> None:
    assert loaded.paths("win32", windows(["x"], succeeds=False)) == []


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_a_system_without_these_functions_tells_nothing(loaded: ModuleType, system: str) -> None:
    assert loaded.paths(system, fake()) == []


def test_other_systems_tell_nothing(loaded: ModuleType) -> None:
    assert loaded.paths("freebsd14", fake()) == []
