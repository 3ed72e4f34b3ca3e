import subprocess
import sys

LOST = """
import os, signal, weakref
from envdoctor import interrupt
interrupt.listen()

class Thing: pass

thing = Thing()
# What a callback raises is printed and dropped: as in the import system's own.
keep = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT) or [None for _ in range(100000)])
del thing
try:
    interrupt.check()
except KeyboardInterrupt:
    print("not lost")
"""


def run(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], check=False, capture_output=True, text=True, timeout=30)
    return done.stdout.strip()


def test_a_dropped_interrupt_is_remembered() -> None:
    assert run(LOST) == "not lost"


def test_nothing_happens_without_one() -> None:
    assert run("from envdoctor import interrupt\ninterrupt.listen(); interrupt.check(); print('went on')") == "went on"


def test_a_handler_of_somebody_else_stays() -> None:
    source = """
import signal
from envdoctor import interrupt
mine = lambda *_: None
signal.signal(signal.SIGINT, mine)
interrupt.listen()
print(signal.getsignal(signal.SIGINT) is mine)
"""
    assert run(source) == "True"
