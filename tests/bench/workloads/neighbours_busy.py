"""cpu-busy: Two other programs eat the CPUs."""

import atexit
import subprocess
import sys

from common import loader, net, train

EATS = "import os, time\nparent, end = os.getppid(), time.monotonic() + 150\n"
EATS += "while os.getppid() == parent and time.monotonic() < end: sum(range(10**5))"

if __name__ == "__main__":
    for _ in range(2):
        eater = subprocess.Popen([sys.executable, "-c", EATS], start_new_session=True)
        atexit.register(eater.kill)
    train(net(24), loader())
