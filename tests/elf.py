"""Shared libraries for tests: an ELF header, one segment and a dynamic section, and nothing to run."""

from __future__ import annotations

import struct
from collections.abc import Iterable

NEEDED, STRTAB, SONAME, RPATH, RUNPATH = 1, 5, 14, 15, 29
BASE = 0x10000
"""Where the file is mapped: places in it and addresses must not be mixed up."""


def library(needed: Iterable[str] = (), *, runpath: str = "", rpath: str = "", soname: str = "") -> bytes:
    """Return a 64-bit library that needs these others."""
    strings, entries = b"\0", []
    names = [(NEEDED, name) for name in needed]
    for tag, text in (*names, (RUNPATH, runpath), (RPATH, rpath), (SONAME, soname)):
        if text:
            entries.append((tag, len(strings)))
            strings += text.encode() + b"\0"
    dynamic_at = 64 + 2 * 56
    strings_at = dynamic_at + 16 * (len(entries) + 2)
    entries += [(STRTAB, BASE + strings_at), (0, 0)]
    size = strings_at + len(strings)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, BASE, BASE, size, size, 0x1000)
    dynamic = struct.pack("<IIQQQQQQ", 2, 6, dynamic_at, BASE + dynamic_at, 0, 16 * len(entries), 0, 8)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    return head + load + dynamic + b"".join(struct.pack("<qQ", *entry) for entry in entries) + strings
