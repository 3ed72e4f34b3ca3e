"""Asks the package index that pip is set up for: which files it has, their metadata, and single members of wheels.

The address comes from pip itself, so that a mirror, a proxy or a certificate that is configured for pip holds here too.
Addresses may hold credentials: they are sent to the index, and never shown.
"""

from __future__ import annotations

import html.parser
import io
import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
from typing import Any

import msgspec

from envdoctor.pins.remote import Get, getter, opened

JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
SECONDS = 30.0
ASK_PIP = """
import json
from pip._internal.commands import create_command
options, _ = create_command("download").parse_args([])
print(json.dumps([options.index_url, options.extra_index_urls, options.cert, options.proxy, options.no_index]))
"""
"""pip's own reading of its files, of PIP_* and of its defaults (pip 19.3 and newer)."""


class IndexUnavailableError(RuntimeError):
    """The index did not answer, or not in a form that is understood. One line, with the cure, without the address."""


class Configured(msgspec.Struct, frozen=True):
    """Where pip looks for packages."""

    index: str
    """May hold credentials: not for showing."""
    extra: tuple[str, ...] = ()
    cert: str | None = None
    proxy: str | None = None


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a package on the index (PEP 691)."""

    filename: str
    url: str
    hashes: dict[str, str] = {}
    requires_python: str | None = None
    size: int | None = None
    yanked: bool = False
    has_metadata: bool = False
    """Its metadata can be had as a file of its own (PEP 658)."""


def configured(python: str = sys.executable) -> Configured:
    """Return where the pip of an interpreter looks for packages.

    Raises:
        IndexUnavailableError: there is no pip, it is too old to tell, or it may not use an index.
    """
    argv = [python, "-I", "-c", ASK_PIP]
    try:
        done = subprocess.run(argv, check=True, capture_output=True, encoding="utf-8", timeout=SECONDS)
        index, extra, cert, proxy, none = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        raise IndexUnavailableError(
            "pip does not tell its index; install pip 19.3 or newer beside envdoctor, or work without the index"
        ) from None
    if none:
        raise IndexUnavailableError("pip is told to use no index (--no-index); set PIP_NO_INDEX=0 to ask it")
    return Configured(index, tuple(extra), cert, proxy or None)


class Index:
    """An index, asked over HTTP."""

    def __init__(self, where: Configured, get: Get | None = None) -> None:
        self._where = where
        self._get = get or getter(where.cert, where.proxy)

    def files(self, name: str) -> tuple[File, ...]:
        """Return all files of a package; none: the index does not have it.

        Raises:
            IndexUnavailableError: it did not answer.
        """
        project = re.sub(r"[-_.]+", "-", name).lower()
        base = urllib.parse.urljoin(f"{self._where.index.rstrip('/')}/", f"{project}/")
        try:
            page = self._get(base, {"Accept": ACCEPT})
        except urllib.error.HTTPError as error:
            if error.code == 404:  # noqa: PLR2004  # HTTP: not found
                return ()
            raise IndexUnavailableError(f"pip's index answers {error.code} for {project}; try again later") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise IndexUnavailableError(
                f"pip's index cannot be reached ({type(reason).__name__}); check the network, or leave the option out"
            ) from None
        return _files(page, base)

    def metadata(self, file: File) -> str:
        """Return the METADATA of a wheel: its own file, or the member of the wheel.

        Raises:
            IndexUnavailableError: it did not answer.
        """
        try:
            if file.has_metadata:
                return self._get(f"{file.url}.metadata", {}).decode(errors="replace")
            return self.member(file, re.compile(r"^[^/]+\.dist-info/METADATA$")).decode(errors="replace")
        except (OSError, ValueError, LookupError) as error:
            raise IndexUnavailableError(
                f"the metadata of {file.filename} cannot be had ({type(error).__name__}); try again later"
            ) from None

    def source_metadata(self, file: File) -> str:
        """Return the PKG-INFO of a source distribution, which is read as a whole; "" if there is none.

        Raises:
            IndexUnavailableError: it did not answer.
        """
        import tarfile  # noqa: PLC0415  # seldom needed

        try:
            with tarfile.open(fileobj=io.BytesIO(self._get(file.url, {})), mode="r:gz") as archive:
                names = [one for one in archive.getnames() if one.count("/") == 1 and one.endswith("/PKG-INFO")]
                member = archive.extractfile(names[0]) if names else None
                return "" if member is None else member.read().decode(errors="replace")
        except (OSError, tarfile.TarError, EOFError) as error:
            raise IndexUnavailableError(
                f"{file.filename} cannot be read ({type(error).__name__}); try again later"
            ) from None

    def member(self, file: File, name: re.Pattern[str], most: int | None = None) -> bytes:
        """Return a member of a wheel, of which only the directory and this member are read.

        Args:
            file: the wheel.
            name: matches the member's path.
            most: so many bytes of it suffice; None: all.

        Raises:
            LookupError: it has no such member.
            OSError, ValueError: the index did not answer, or not in parts.
        """
        with opened(file.url, file.size, self._get) as archive:
            found = next((one for one in archive.namelist() if name.search(one)), None)
            if found is None:
                raise LookupError(name.pattern)
            with archive.open(found) as member:
                return member.read() if most is None else member.read(most)


def _files(page: bytes, base: str) -> tuple[File, ...]:
    if page.lstrip()[:1] == b"{":
        return tuple(_of_json(entry, base) for entry in json.loads(page)["files"])
    links = _Links(base)
    links.feed(page.decode(errors="replace"))
    return tuple(links.files)


def _of_json(entry: dict[str, Any], base: str) -> File:
    return File(
        filename=entry["filename"],
        url=urllib.parse.urljoin(base, entry["url"]),
        hashes=entry.get("hashes") or {},
        requires_python=entry.get("requires-python"),
        size=entry.get("size"),
        yanked=bool(entry.get("yanked")),
        has_metadata=bool(entry.get("core-metadata") or entry.get("dist-info-metadata")),
    )


class _Links(html.parser.HTMLParser):
    """Reads the older form of an index (PEP 503): links."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.files: list[File] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag != "a" or not values.get("href"):
            return
        url, _, fragment = urllib.parse.urljoin(self._base, values["href"] or "").partition("#")
        kind, _, value = fragment.partition("=")
        self.files.append(
            File(
                filename=urllib.parse.unquote(url.rpartition("/")[2]),
                url=url,
                hashes={kind: value} if value else {},
                requires_python=values.get("data-requires-python"),
                yanked="data-yanked" in values,
                has_metadata=bool(values.get("data-core-metadata") or values.get("data-dist-info-metadata")),
            )
        )
