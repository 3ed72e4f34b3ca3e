"""The first lines of a benchmark inside the examined Python, whatever its age.

Usage: start.py DESCRIPTOR OPTIONS

Python 2.7 must be able to read this file. The rest of the folder is loaded as a package under a name
of its own, so that nothing of envdoctor's environment comes onto the examined Python's search path.

Processes that multiprocessing does not fork (Windows, macOS, Linux from Python 3.14) read this file once more,
as `__mp_main__`, before they unpickle what they shall do: they find the package by that name as well.
"""

import json
import os
import sys
import types

NAME = "envdoctor_bench_worker"
OLDEST = (3, 8)


def know_package():  # type: () -> None
    package = types.ModuleType(NAME)
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules[NAME] = package


def watched(target, options):  # type: (object, object) -> object
    # Called in processes that a watched script starts: what they shall do comes back, watched.
    know_package()
    import importlib

    return importlib.import_module(NAME + ".children").Watched(target, options)


def main():  # type: () -> None
    # Windows hands over a handle, others a descriptor.
    channel = int(sys.argv[1])
    if os.name == "nt":
        import msvcrt

        channel = msvcrt.open_osfhandle(channel, os.O_WRONLY)  # type: ignore[attr-defined,unused-ignore]

    def say(**facts):  # type: (object) -> None
        line = (json.dumps(facts) + "\n").encode("ascii")
        try:
            while line:
                line = line[os.write(channel, line) :]
        except OSError:
            # Nobody listens any more: envdoctor is gone, and so must we be.
            os._exit(1)

    if sys.version_info < OLDEST:
        version = "%d.%d.%d" % sys.version_info[:3]
        say(refused="--python: the benchmark needs Python 3.8 or newer; %s is %s" % (sys.executable, version))
        say(stage="end", done=True)
        return
    know_package()
    # From here on the search path is that of `python -c`, as the user's own try would have it.
    sys.path[0] = ""
    import importlib

    importlib.import_module(NAME + ".main").main(say, json.loads(sys.argv[2]))


if __name__ == "__main__":
    main()
elif __name__ == "__mp_main__":
    know_package()
