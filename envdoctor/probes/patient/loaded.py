"""Says which libraries are loaded into this process: as the kernel, the loader of macOS or Windows tells it."""

import re
import sys

import installed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List

NAMES = re.compile(
    r"[/\\](?:lib)?"
    r"(cuda|nvidia-ml|cudart|cudnn\w*?|cublas(?:Lt)?|cufft|cufile|cupti|curand|cusolver|cusparse(?:Lt)?|nccl|nvJitLink"
    r"|nvrtc|nvshmem_host|gomp|iomp5|omp|stdc\+\+|torch_cuda|torch_cpu|c10)"
    r"(-\w+)?"
    r"(?:\.so[.\d]*|[.\d]*\.dylib|(?:md)?(?:64)?(?:_\d+)*\.dll)$",
    re.IGNORECASE,
)
"""On Windows "cudart64_12.dll" and "libiomp5md.dll" are what elsewhere is called libcudart and libiomp5."""
MOST = 4096
LONGEST = 32768
"""Characters of a path on Windows."""


def libraries() -> "Dict[str, str]":
    """Return name -> path of those that matter. What this system does not tell is left out."""
    return named(paths())


def named(loaded: "Iterable[str]") -> "Dict[str, str]":
    """Return those of these files that are CUDA libraries, OpenMP runtimes or PyTorch's own, by name."""
    found = {}  # type: Dict[str, str]
    for path in loaded:
        match = NAMES.search(path)
        if match:
            found.setdefault("lib" + match.group(1) + (match.group(2) or ""), path)
    return found


def paths(platform: str = sys.platform, ctypes: "Any" = None) -> "List[str]":
    """Return the files of all modules of this process; none where nobody tells.

    Args:
        platform: as `sys.platform`.
        ctypes: the module of that name; tests hand in another.
    """
    if platform.startswith("linux"):
        lines = installed.read("/proc/self/maps").splitlines()
        return ["/" + line.partition("/")[2] for line in lines if "/" in line]
    if ctypes is None:
        import ctypes
    try:
        return _of_windows(ctypes) if platform == "win32" else _of_macos(ctypes) if platform == "darwin" else []
    except Exception:  # another Windows or macOS than the documented ones
        return []


def _of_macos(ctypes: "Any") -> "List[str]":
    """Ask dyld. Source: dyld(3), _dyld_image_count and _dyld_get_image_name."""
    dyld = ctypes.CDLL(None)
    name = dyld._dyld_get_image_name  # noqa: SLF001  # it is called so
    name.restype = ctypes.c_char_p
    name.argtypes = [ctypes.c_uint32]
    count = min(int(dyld._dyld_image_count()), MOST)  # noqa: SLF001  # same
    return [text.decode("utf-8", "replace") for text in map(name, range(count)) if text]


def _of_windows(ctypes: "Any") -> "List[str]":
    """Ask the kernel. Source: Microsoft, EnumProcessModules and GetModuleFileNameW."""
    kernel = ctypes.WinDLL("kernel32")
    enumerate_modules, file_name = kernel.K32EnumProcessModules, kernel.GetModuleFileNameW
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    enumerate_modules.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p]
    file_name.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32]
    handles, needed = (ctypes.c_void_p * MOST)(), ctypes.c_uint32()
    size = ctypes.sizeof(handles)
    if not enumerate_modules(ctypes.c_void_p(kernel.GetCurrentProcess()), handles, size, ctypes.byref(needed)):
        return []
    text = ctypes.create_unicode_buffer(LONGEST)
    count = min(needed.value // ctypes.sizeof(ctypes.c_void_p), MOST)
    return [text.value for handle in handles[:count] if file_name(handle, text, LONGEST)]
