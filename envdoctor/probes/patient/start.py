"""The first lines that run inside the examined Python, whatever its age.

Usage: start.py DESCRIPTOR OPTIONS

Python 2.7 must be able to read this file; everything that is newer stands in `examine.py`.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
STARTED_WITH = frozenset(sys.modules)
"""What the interpreter and its start-up files have imported; all else that is loaded is our doing."""


def main():  # type: () -> None
    path = users_path()
    sys.path[:] = [HERE] + library(path) + path  # noqa: RUF005  # Python 2.7
    import json

    # Windows hands over a handle, others a descriptor.
    channel = int(sys.argv[1])
    if os.name == "nt":
        import msvcrt

        channel = msvcrt.open_osfhandle(channel, os.O_WRONLY)  # type: ignore[attr-defined,unused-ignore]
    pipe = os.fstat(channel)

    def say(**facts):  # type: (object) -> None
        line = (json.dumps(facts, default=str) + "\n").encode("ascii")
        try:
            now = os.fstat(channel)
            # Somebody may have closed it and opened a file in its place; that one is not ours to write to.
            ours = (now.st_dev, now.st_ino) == (pipe.st_dev, pipe.st_ino)
            while ours and line:
                line = line[os.write(channel, line) :]
        except OSError:
            ours = False
        if not ours:
            os.write(2, b"envdoctor cannot be told more: something closed the descriptor that it listens to\n")
            os._exit(1)

    if sys.version_info < (3, 6):
        version = "%d.%d.%d" % sys.version_info[:3]
        executable = sys.executable.decode("utf-8", "replace") if bytes is str else sys.executable  # type: ignore[attr-defined,unused-ignore]
        say(stage="python", python={"version": version, "executable": executable}, done=True)
        return
    import examine

    examine.main(say, json.loads(sys.argv[2]), path, STARTED_WITH)


def users_path():  # type: () -> list[str]
    """Return the search path of `python -c` in the working directory: the user's own try would have it."""
    if getattr(sys.flags, "safe_path", False) or getattr(sys.flags, "isolated", False):
        return sys.path[:]  # our folder is not on it, and the working directory would not be
    return [""] + sys.path[1:]  # noqa: RUF005  # Python 2.7


def library(path):  # type: (list[str]) -> list[str]
    """Return the entries of the standard library: ours come from there, whatever a PYTHONPATH puts before it."""
    home = os.path.dirname(getattr(os, "__file__", None) or "?")
    return [entry for entry in path if str(entry).startswith(home) and "-packages" not in str(entry)]


if __name__ == "__main__":
    main()
