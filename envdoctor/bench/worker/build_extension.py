"""Builds the extension, as a process of its own: what it prints is kept, and it can be ended with all compilers.

Usage: build_extension.py PARENT PLAN (a file of JSON). Prints what ninja and the compilers say; the exit code is 0, and
the built file lies in the folder of the plan, or 1.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

INTERVAL = 0.25
GRACE_SECONDS = 1.0


def main(parent: int, plan: dict[str, Any]) -> None:
    """Build with ninja where there is one, else with setuptools alone."""
    if os.name != "nt":
        # ninja puts compilers into groups of their own, and ends them when it is asked to end: so it must be asked.
        os.setpgid(0, 0)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    for name, value in plan["environment"].items():
        os.environ.setdefault(name, value)
    from torch.utils import cpp_extension  # noqa: PLC0415  # slow, and may fail

    ninja = cpp_extension.is_ninja_available()
    print("builder: %s" % ("ninja" if ninja else "setuptools, because there is no ninja"), flush=True)
    if plan["cuda"]:
        _compare_cuda(cpp_extension)
    (_with_ninja if ninja else _with_setuptools)(cpp_extension, plan)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(INTERVAL)
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


def _compare_cuda(cpp_extension: Any) -> None:
    """Let torch compare nvcc with its own CUDA, as for an extension that is installed; `load` leaves it out."""
    check = getattr(cpp_extension, "_check_cuda_version", None)
    if check is not None:
        compiler = os.environ.get("CXX", "c++")
        check(compiler, cpp_extension.get_compiler_abi_compatibility_and_version(compiler)[1])


def _with_ninja(cpp_extension: Any, plan: dict[str, Any]) -> None:
    # Loading it is part of the proof.
    cpp_extension.load(
        plan["name"], plan["sources"], extra_cflags=plan["flags"], extra_cuda_cflags=plan["cuda_flags"],
        build_directory=plan["folder"], with_cuda=plan["cuda"], verbose=True,
    )  # fmt: skip


def _with_setuptools(cpp_extension: Any, plan: dict[str, Any]) -> None:
    from setuptools import Distribution  # noqa: PLC0415  # cpp_extension has imported it

    kind = cpp_extension.CUDAExtension if plan["cuda"] else cpp_extension.CppExtension
    flags = {"cxx": plan["flags"], "nvcc": plan["cuda_flags"]}
    extension = kind(plan["name"], plan["sources"], extra_compile_args=flags)
    builder = cpp_extension.BuildExtension.with_options(use_ninja=False, no_python_abi_suffix=True)
    distribution = Distribution({"name": plan["name"], "ext_modules": [extension], "cmdclass": {"build_ext": builder}})
    command: Any = distribution.get_command_obj("build_ext")
    command.build_lib, command.build_temp = plan["folder"], str(Path(plan["folder"], "objects"))
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    sys.path[0] = ""
    main(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="ascii")))
