"""The first lines of a benchmark inside the examined Python, whatever its age.

Usage: start.py DESCRIPTOR OPTIONS

Python 2.7 must be able to read this file. The rest of the folder is loaded as a package under a name
of its own, so that nothing of envdoctor's environment comes onto the examined Python's search path.
"""

import json
import os
import sys
import types

NAME = "envdoctor_bench_worker"
OLDEST = (3, 8)


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
    folder = os.path.dirname(os.path.abspath(__file__))
    # From here on the search path is that of `python -c`, as the user's own try would have it.
    sys.path[0] = ""
    package = types.ModuleType(NAME)
    package.__path__ = [folder]
    sys.modules[NAME] = package
    import importlib

    importlib.import_module(NAME + ".main").main(say, json.loads(sys.argv[2]))


if __name__ == "__main__":
    main()
