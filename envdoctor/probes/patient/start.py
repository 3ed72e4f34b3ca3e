"""The first lines that run inside the examined Python, whatever its age.

Usage: start.py DESCRIPTOR OPTIONS

Python 2.7 must be able to read this file; everything that is newer stands in `examine.py`.
"""

import json
import os
import sys


def main():  # type: () -> None
    # Windows hands over a handle, others a descriptor.
    channel = int(sys.argv[1])
    if os.name == "nt":
        import msvcrt

        channel = msvcrt.open_osfhandle(channel, os.O_WRONLY)  # type: ignore[attr-defined,unused-ignore]

    def say(**facts):  # type: (object) -> None
        os.write(channel, (json.dumps(facts) + "\n").encode("ascii"))

    if sys.version_info < (3, 6):
        version = "%d.%d.%d" % sys.version_info[:3]
        say(stage="python", python={"version": version, "executable": sys.executable}, done=True)
        return
    import examine

    # From here on the search path is that of `python -c`, as the user's own try would have it.
    sys.path[0] = ""
    examine.main(say, json.loads(sys.argv[2]))


if __name__ == "__main__":
    main()
