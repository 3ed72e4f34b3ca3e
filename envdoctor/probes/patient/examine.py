"""What is asked inside the examined Python, stage by stage. Standard library only; Python 3.6 and newer.

Each stage is announced before it is entered, so that a death tells where it happened. Facts are
told as soon as they are known. Nothing is printed: stdout belongs to the patient.
"""

import faulthandler
import os
import platform
import signal
import struct
import sys
import sysconfig

import installed
import shadows
import torch_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, FrozenSet, List, Optional

SPARE_SECONDS = 5
"""So long after the deadline the kernel ends us, if nobody else did: whoever started us may be gone."""


def main(
    say: "Callable[..., None]", options: "Dict[str, Any]", path: "List[str]", started_with: "FrozenSet[str]"
) -> None:
    """Examine this interpreter; see `torch_run` for what needs PyTorch.

    Args:
        say: tells facts.
        options: what to do, and until when.
        path: the search path that the user's own programs get.
        started_with: the modules that were loaded before ours.
    """
    _leave_a_trace(options)
    say(stage="python")
    say(python=_python(path))
    # From here on the user's path counts, and imports must go as they go without us.
    sys.path[:] = path
    say(stage="packages")
    shadows.forget(started_with)
    say(shadowing=shadows.look(), **installed.look())
    say(stage="find torch")
    try:
        torch = installed.find("torch")
    except installed.CannotTellError as error:
        say(torch={"unknown": str(error)})
        torch = "torch"
    else:
        say(**installed.torch_and_companions(torch))
    if torch is not None and options.get("import_torch", True):
        torch_run.run(say, options)
    say(stage="end", done=True)
    # No atexit handlers: a driver that hangs while a process ends must not count as a hang.
    os._exit(0)


def _leave_a_trace(options: "Dict[str, Any]") -> None:
    """Let a crash or a hang tell its Python stack on stderr, and leave nothing else behind."""
    if hasattr(signal, "alarm") and options.get("seconds"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(options["seconds"]) + SPARE_SECONDS)
    try:
        import resource

        # A crash inside torch would write gigabytes into the working directory.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except Exception:  # noqa: S110  # Windows has none
        pass
    try:
        faulthandler.enable()
        if options.get("trace_after"):
            faulthandler.dump_traceback_later(options["trace_after"])
    except Exception:  # noqa: S110  # stderr may be closed
        pass


def _python(path: "List[str]") -> "Dict[str, Any]":
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
        # Older releases of platform start a program to answer.
        "machine": os.uname().machine if hasattr(os, "uname") else platform.machine(),
        "externally_managed": _externally_managed(prefix, base),
        "pip": installed.version_of("pip"),
        "headers": _headers(),
        "path": [str(entry) for entry in path],
    }


def _headers() -> "Optional[str]":
    """Return the folder with Python.h, or None. Where Debian's paths are those of /usr/local, the variable is right."""
    for folder in (sysconfig.get_config_var("INCLUDEPY"), sysconfig.get_path("include")):
        if folder and os.path.isfile(os.path.join(folder, "Python.h")):
            return str(folder)
    return None


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
