"""Reads from a program's or library's own header what the dynamic loader reads: what it needs, and where it looks."""

import os
import stat
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Dict, List, Optional, Tuple

LOAD, DYNAMIC = 1, 2
NEEDED, STRINGS, SONAME, RPATH, RUNPATH = 1, 5, 14, 15, 29
CAP_ENTRIES = 4096
CAP_STRINGS = 1 << 20


class Elf:
    """What a 64-bit little-endian ELF file says of itself."""

    def __init__(self, needed: "List[str]", runpath: "Optional[str]", soname: "Optional[str]") -> None:
        self.needed = needed
        self.runpath = runpath
        """RUNPATH, or the older RPATH; the folders are separated by colons."""
        self.soname = soname


def regular(path: str, flags: int) -> int:
    """Open a file and nothing else: a named pipe that nobody writes to would be waited for, and a device never ends."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ValueError("no regular file")
    return descriptor


def read(path: str) -> "Optional[Elf]":
    """Return what the file says; None: it is no such file, or it is damaged, or it cannot be read."""
    try:
        with open(path, "rb", opener=regular) as file:
            return _read(file)
    except (OSError, ValueError, struct.error, OverflowError):
        return None


def _read(file: "BinaryIO") -> "Optional[Elf]":
    head = file.read(64)
    if head[:6] != b"\x7fELF\x02\x01" or len(head) < 64:  # noqa: PLR2004  # size of the header
        return None
    (table,) = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    segments = []  # type: List[Tuple[int, int, int, int]]
    for index in range(min(count, 256)):
        kind, _, offset, address, _, length = struct.unpack("<IIQQQQ", _at(file, table + index * size, 40))
        segments.append((kind, offset, address, length))
    entries = _dynamic(file, segments)
    if STRINGS not in entries:
        return None
    strings = _at(file, _offset(entries[STRINGS][0], segments), CAP_STRINGS)
    needed = [_string(strings, place) for place in entries.get(NEEDED, [])]
    paths = [_string(strings, place) for kind in (RUNPATH, RPATH) for place in entries.get(kind, [])]
    names = [_string(strings, place) for place in entries.get(SONAME, [])]
    return Elf(needed, paths[0] if paths else None, names[0] if names else None)


def _dynamic(file: "BinaryIO", segments: "List[Tuple[int, int, int, int]]") -> "Dict[int, List[int]]":
    found = {}  # type: Dict[int, List[int]]
    for kind, offset, _, length in segments:
        if kind == DYNAMIC:
            table = _at(file, offset, min(length, 16 * CAP_ENTRIES))
            for place in range(0, len(table) - 15, 16):
                tag, value = struct.unpack_from("<qQ", table, place)
                found.setdefault(tag, []).append(value)
    return found


def _offset(address: int, segments: "List[Tuple[int, int, int, int]]") -> int:
    """Turn an address in memory into a place in the file."""
    for kind, offset, start, length in segments:
        if kind == LOAD and start <= address < start + length:
            return address - start + offset
    raise ValueError(address)


def _at(file: "BinaryIO", place: int, length: int) -> bytes:
    file.seek(place)
    return file.read(length)


def _string(strings: bytes, place: int) -> str:
    return strings[place : strings.index(b"\0", place)].decode("utf-8", "replace")
