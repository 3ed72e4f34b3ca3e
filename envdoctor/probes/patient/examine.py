"""What is asked inside the examined Python, stage by stage. Standard library only; Python 3.6 and newer.

Each stage is announced before it is entered, so that a death tells where it happened. Facts are
told as soon as they are known. Nothing is printed: stdout belongs to the patient.
"""

import faulthandler
import os
import platform
import struct
import sys
import sysconfig
from typing import Any, Callable, Dict

import installed
import torch_run


def main(say: "Callable[..., None]", options: "Dict[str, Any]") -> None:
    """Examine this interpreter; see `torch_run` for what needs PyTorch."""
    _leave_a_trace(options)
    say(stage="python", python=_python())
    say(stage="packages", **installed.look())
    torch = installed.find("torch")
    say(stage="find torch", **installed.torch_and_companions(torch))
    if torch is not None and options.get("import_torch", True):
        torch_run.run(say, options)
    say(stage="end", done=True)
    # No atexit handlers: a driver that hangs while a process ends must not count as a hang.
    os._exit(0)


def _leave_a_trace(options: "Dict[str, Any]") -> None:
    """Let a crash or a hang tell its Python stack on stderr."""
    try:
        faulthandler.enable()
        if options.get("trace_after"):
            faulthandler.dump_traceback_later(options["trace_after"])
    except Exception:  # noqa: S110  # stderr may be closed
        pass


def _python() -> "Dict[str, Any]":
    prefix, base = sys.prefix, getattr(sys, "base_prefix", sys.prefix)
    return {
        "version": "%d.%d.%d" % sys.version_info[:3] + _suffix(),
        "executable": sys.executable,
        "implementation": sys.implementation.name,
        "kind": _kind(prefix, base),
        "prefix": prefix,
        "base_prefix": base,
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "bits": struct.calcsize("P") * 8,
        "machine": platform.machine(),
        "externally_managed": _externally_managed(prefix, base),
        "pip": installed.version_of("pip"),
        "path": [""] + [str(entry) for entry in sys.path[1:]],
    }


def _suffix() -> str:
    level = sys.version_info.releaselevel
    return "" if level == "final" else {"alpha": "a", "beta": "b", "candidate": "rc"}[level] + str(sys.version_info[4])


def _kind(prefix: str, base: str) -> str:
    if os.path.isdir(os.path.join(prefix, "conda-meta")):
        return "conda"
    if prefix != base:
        return "uv" if "\nuv = " in "\n" + installed.read(os.path.join(prefix, "pyvenv.cfg")) else "venv"
    if "/.pyenv/versions/" in prefix.replace(os.sep, "/"):
        return "pyenv"
    if prefix in ("/usr", "/usr/local", "/System/Library/Frameworks/Python.framework"):
        return "system"
    return "other"


def _externally_managed(prefix: str, base: str) -> bool:
    if prefix != base:
        return False
    stdlib = sysconfig.get_path("stdlib")
    return bool(stdlib) and os.path.exists(os.path.join(stdlib, "EXTERNALLY-MANAGED"))
