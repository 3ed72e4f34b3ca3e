"""Names the cause of a failed build, by the signs by which pasted texts are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envdoctor.intake.signs import Sign, all_signs, find
from envdoctor.report.clean import line

OWN = (
    Sign("build-compiler-missing", "not found",
         r"sh: (?:line )?(?:\d+: )?(?P<compiler>\S*(?:c\+\+|g\+\+|gcc|clang\+?\+?|cc)): (?:command )?not found",
         "/bin/sh: 1: c++: not found"),
    Sign("build-compiler-missing", "no such file",
         r"No such file or directory: '(?P<compiler>\S*(?:c\+\+|g\+\+|gcc|clang\+?\+?|cc))'",
         "FileNotFoundError: [Errno 2] No such file or directory: 'g++'"),
    Sign("nvcc-differs", "detected cuda version (%s)",
         r"detected CUDA version \(%s\) mismatches[^!]{0,200}?', '(?P<nvcc>[\d.]+)', '(?P<torch>[\d.]+)'",
         "RuntimeError: ('The detected CUDA version (%s) mismatches the version that was used to compile PyTorch (%s)."
         "', '11.8', '13.2')"),
    Sign("setuptools-missing", "no module named", r"No module named '(?P<module>setuptools|distutils)\b",
         "ModuleNotFoundError: No module named 'setuptools'"),
    Sign("build-killed", "killed signal", r"Killed signal terminated program|signal 9",
         "c++: fatal error: Killed signal terminated program cc1plus"),
    Sign("build-disk-full", "no space left", r"No space left on device", "fatal error: error writing: No space left "
         "on device"),
    Sign("build-linker-missing", "cannot find 'ld'", r"cannot find 'ld'", "collect2: fatal error: cannot find 'ld'"),
    Sign("build-too-slow", "no end after", r"no end after \d+ s", "no end after 48 s"),
)  # fmt: skip
"""What a build says that nobody pastes."""

CAUSES: dict[str, str] = {
    "setuptools-missing": "setuptools is not installed in the examined Python; torch.utils.cpp_extension needs it",
    "build-compiler-missing": "there is no C++ compiler ({compiler}): install g++, or name one with CXX",
    "build-linker-missing": "there is no linker: install binutils",
    "python-header-missing": "the headers of this Python are missing (Python.h): install python3-dev, or its like",
    "ninja-missing": "there is no ninja",
    "nvcc-differs": "nvcc is of CUDA {nvcc}, and torch of {torch}: point CUDA_HOME at a toolkit of torch's CUDA",
    "compiler-refused": "the host compiler is not one that this nvcc accepts: name an older one with CXX and CC",
    "compiler-headers-refused": "nvcc cannot read the host compiler's headers: name an older compiler with CXX and CC",
    "compiler-too-old": "the host compiler is too old for PyTorch's headers",
    "nvcc-lacks-gpu": "nvcc does not know this GPU: use a newer toolkit",
    "nvcc-too-old": "nvcc is too old for PyTorch's headers: use a newer toolkit",
    "cuda-header-missing": "the CUDA toolkit lacks a header ({header}): it is not complete, or CUDA_HOME is wrong",
    "cuda-library-missing": "the linker finds no library {library} of CUDA: CUDA_HOME is wrong, or not complete",
    "cuda-home-unset": "no CUDA toolkit was found: set CUDA_HOME",
    "nvcc-missing": "there is no nvcc where CUDA_HOME says",
    "toolkit-not-found": "no CUDA toolkit was found: set CUDA_HOME",
    "build-killed": "a compiler was killed (often: the system ran out of memory): set MAX_JOBS=1",
    "build-disk-full": "the disk is full",
    "build-too-slow": "the compilers took too long: give --timeout, or free the CPUs",
}
"""Sign → the cause, in the words of its message. The first that stands in the log counts."""


def cause_of(text: str) -> str | None:
    """Return why a build failed, as its log says; None: it bears no sign that we know."""
    known = tuple(sign for sign in all_signs() if sign.name in CAUSES)
    places = find(" ".join(text.split()), (*OWN, *known))
    for place in places:
        return CAUSES[place.sign].format_map(_Values(place.values))
    return None


def explained(reason: str, lines: Sequence[str]) -> str:
    """Put the cause of a failed build before its first line of error."""
    # The lines begin shortly before that one, and may say more: a message can go over several.
    cause = cause_of("\n".join(lines)) or cause_of(reason)
    if cause is None:
        return reason
    return line(reason.replace("the build failed:", f"the build failed: {cause}. It said:", 1), 900)


class _Values(dict[str, str]):
    """Values of a message; what it does not say is named by its name."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)

    def __missing__(self, name: str) -> str:
        return {"nvcc": "another release", "torch": "another", "compiler": "c++"}.get(name, name)
