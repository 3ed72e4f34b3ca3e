"""Reads pages and parts of files over HTTP. Credentials in an address go into a header, and nowhere else."""

from __future__ import annotations

import base64
import io
import ssl
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

Get = Callable[[str, Mapping[str, str]], bytes]
"""(URL, headers) → body. It raises OSError, or ValueError for what is no web address."""
ONLY_SIZE = "X-Only-Size"
"""As a header: the body is not wanted, but its length, in digits."""
SECONDS = 30.0
LARGEST_PAGE = 64 << 20


def getter(cert: str | None, proxy: str | None) -> Get:
    """Return what asks over HTTP, with a certificate bundle and a proxy where they are set."""
    handlers: list[urllib.request.BaseHandler] = []
    if cert:
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=cert)))
    if proxy:
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    opener = urllib.request.build_opener(*handlers)

    def get(url: str, headers: Mapping[str, str]) -> bytes:
        plain, login = _without_login(url)
        if urllib.parse.urlsplit(plain).scheme not in ("http", "https"):
            raise ValueError("the index is no web address")
        wanted = dict(headers)
        if login:
            wanted["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        only_size = wanted.pop(ONLY_SIZE, None)
        request = urllib.request.Request(plain, headers=wanted, method="HEAD" if only_size else "GET")  # noqa: S310  # checked
        with opener.open(request, timeout=SECONDS) as answer:
            if only_size:
                return str(answer.headers.get("Content-Length", "")).encode()
            body: bytes = answer.read(LARGEST_PAGE)
            return body

    return get


def _without_login(url: str) -> tuple[str, str]:
    parts = urllib.parse.urlsplit(url)
    login, _, host = parts.netloc.rpartition("@")
    return urllib.parse.urlunsplit(parts._replace(netloc=host)), urllib.parse.unquote(login)


def opened(url: str, size: int | None, get: Get) -> zipfile.ZipFile:
    """Open an archive at an address: only what is read of it is fetched.

    Raises:
        ValueError: it is none, or the server does not serve parts.
    """
    try:
        return zipfile.ZipFile(io.BufferedReader(_Remote(url, size, get), _Remote.BLOCK))
    except zipfile.BadZipFile:
        raise ValueError("it is no wheel, or was cut short") from None


class _Remote(io.RawIOBase):
    """A file on the index as something to seek in: read in blocks, by range requests."""

    BLOCK = 1 << 18

    def __init__(self, url: str, size: int | None, get: Get) -> None:
        self._url, self._get = url, get
        self._place, self._blocks = 0, dict[int, bytes]()
        self._size = size if size is not None else int(get(url, {ONLY_SIZE: "1"}))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = start + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        block, inside = divmod(self._place, self.BLOCK)
        if self._place >= self._size:
            return 0
        part = self._block(block)[inside : inside + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            first = number * self.BLOCK
            last = min(first + self.BLOCK, self._size) - 1
            found = self._get(self._url, {"Range": f"bytes={first}-{last}"})
            if len(found) != last - first + 1:
                raise ValueError("the index does not serve parts of files")
            if len(self._blocks) > 16:  # noqa: PLR2004  # a few suffice, reading forward
                self._blocks.clear()
            self._blocks[number] = found
        return self._blocks[number]
