"""What a program that died said last: the lines of its stderr that help, the innermost frame of a stack at the end."""

from __future__ import annotations

import re

LINES = 12
FRAMES = 6
"""Lines of a Python stack among them, at most."""
CHARACTERS = 1_000

STACK = re.compile(r"(Current thread|Thread|Stack)\b.*\(most recent call first\):$")
"""How faulthandler begins the stack of a thread; it writes the innermost frame first, unlike a traceback."""
FRAME = re.compile(r'  (File "|\.\.\.|<)')
DULL_FRAMES = re.compile(r"[/\\]probes[/\\](patient|native)[/\\]|<frozen importlib")
"""Our own and importlib's: they stand below every stack and say nothing."""
DULL = re.compile(r"frame #\d+: |<omitting python frames>|Extension modules: |\(no Python frame\)|\s*\^+$")
"""C++ frames of PyTorch without a name, and the list of all extension modules."""


def last_words(stderr: str) -> tuple[str, ...]:
    """Return the last lines that say something: what was printed, then the stack of the thread that died."""
    said, stack = _divided(stderr.splitlines())
    frames = [line.strip() for line in stack if not DULL_FRAMES.search(line)][:FRAMES]
    words = [line for line in said if line.strip() and not DULL.match(line) and not DULL_FRAMES.search(line)]
    words = [word.strip() for word in words[-(LINES - len(frames)) :]]
    return tuple(line[:CHARACTERS] for line in (*words, *reversed(frames)))


def _divided(lines: list[str]) -> tuple[list[str], list[str]]:
    """Take the stacks that faulthandler wrote out of the lines; return the rest, and the one that counts.

    That is the one of the current thread, which crashed; of several that hang, the last, which is the main thread's.
    """
    said: list[str] = []
    stacks: list[tuple[str, list[str]]] = []
    inside = False
    for line in lines:
        begins = STACK.match(line)
        if begins:
            stacks.append((begins[1], []))
        elif inside and FRAME.match(line):
            stacks[-1][1].append(line)
        else:
            said.append(line)
        inside = bool(begins) or (inside and bool(FRAME.match(line)))
    crashed = [frames for kind, frames in stacks if kind == "Current thread"]
    return said, (crashed or [frames for _, frames in stacks] or [[]])[-1]
