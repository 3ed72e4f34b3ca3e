"""An index, asked over HTTP: its two forms, metadata, single members of wheels, and every way in which it can fail."""

import io
import json
import re
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError

import pytest

from envdoctor.pins.index import JSON, Configured, File, Index, IndexUnavailableError, configured
from envdoctor.pins.remote import Get
from tests.pins.wheels import METADATA, wheel


class Server(ThreadingHTTPServer):
    pages: dict[str, tuple[str, bytes]]
    asked: list[tuple[str, str | None]]
    logins: list[str | None]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        span = self.headers.get("Range")
        self.server.asked.append((self.path, span))
        self.server.logins.append(self.headers.get("Authorization"))
        if self.path not in self.server.pages:
            self.send_error(404)
            return
        kind, content = self.server.pages[self.path]
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", span or "")
        if found:
            content = content[int(found[1]) : int(found[2]) + 1]
        self.send_response(206 if found else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name there
        """Stay silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as one:
        one.pages, one.asked, one.logins = {}, [], []
        thread = threading.Thread(target=one.serve_forever, daemon=True)
        thread.start()
        yield one
        one.shutdown()
        thread.join()


def index(server: Server, login: str = "") -> Index:
    return Index(Configured(f"http://{login}127.0.0.1:{server.server_port}/simple"))


def page(*files: dict[str, Any]) -> tuple[str, bytes]:
    return JSON, json.dumps({"files": list(files)}).encode()


def test_the_json_form(server: Server) -> None:
    entry = {"filename": "x-1-py3-none-any.whl", "url": "../../files/x.whl", "hashes": {"sha256": "ab"}, "size": 7}
    server.pages["/simple/my-x/"] = page(entry | {"yanked": "bad", "core-metadata": True, "requires-python": ">=3.9"})
    [found] = index(server).files("My_x")

    assert found.url == f"http://127.0.0.1:{server.server_port}/files/x.whl"
    assert (found.size, found.yanked, found.has_metadata, found.requires_python) == (7, True, True, ">=3.9")
    assert found.hashes == {"sha256": "ab"}


def test_the_older_form(server: Server) -> None:
    link = '<a href="/f/x-1.tar.gz#sha256=ab" data-requires-python="&gt;=3.8" data-yanked>x</a><a>no address</a>'
    server.pages["/simple/x/"] = ("text/html", link.encode())
    [found] = index(server).files("x")

    assert (found.filename, found.hashes, found.requires_python) == ("x-1.tar.gz", {"sha256": "ab"}, ">=3.8")
    assert found.yanked


def test_a_package_that_is_not_there(server: Server) -> None:
    assert index(server).files("nothing") == ()


def test_metadata_of_their_own(server: Server) -> None:
    server.pages["/x.whl.metadata"] = ("text/plain", METADATA.encode())
    base = f"http://127.0.0.1:{server.server_port}"

    assert index(server).metadata(File(filename="x.whl", url=f"{base}/x.whl", has_metadata=True)) == METADATA


def test_of_a_large_wheel_only_parts_are_read(server: Server) -> None:
    content = wheel({"x/large.bin": bytes(range(256)) * 20_000, "x/small.py": b"cuda = '12.6'"})
    server.pages["/x.whl"] = ("application/zip", content)
    file = File(filename="x.whl", url=f"http://127.0.0.1:{server.server_port}/x.whl")
    one = index(server)

    assert one.member(file, re.compile(r"small\.py$")) == b"cuda = '12.6'"
    assert one.metadata(file) == METADATA
    assert one.member(file, re.compile(r"large"), most=4) == bytes(range(4))
    fetched = [re.fullmatch(r"bytes=(\d+)-(\d+)", span) for _, span in server.asked if span]
    assert 0 < sum(int(one[2]) - int(one[1]) + 1 for one in fetched if one) < len(content)


def test_the_metadata_of_a_source_distribution(server: Server) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo("x-1/PKG-INFO")
        member.size = len(METADATA)
        archive.addfile(member, io.BytesIO(METADATA.encode()))
    server.pages["/x-1.tar.gz"] = ("application/gzip", stream.getvalue())
    file = File(filename="x-1.tar.gz", url=f"http://127.0.0.1:{server.server_port}/x-1.tar.gz")

    assert index(server).source_metadata(file) == METADATA


def test_credentials_go_into_the_header(server: Server) -> None:
    server.pages["/simple/x/"] = page()
    index(server, "anna:s%40cret@").files("x")

    assert server.logins == ["Basic YW5uYTpzQGNyZXQ="]


def broken(error: Exception | bytes) -> Get:
    def get(_url: str, _headers: Mapping[str, str]) -> bytes:
        if isinstance(error, bytes):
            return error
        raise error

    return get


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("slow"),
        ConnectionRefusedError(),
        HTTPError("https://anna:secret@host/x", 503, "down", None, None),  # type: ignore[arg-type]
        ValueError("the index is no web address"),
    ],
    ids=repr,
)
def test_an_index_that_fails_is_one_line_without_its_address(error: Exception) -> None:
    with pytest.raises(IndexUnavailableError) as caught:
        Index(Configured("https://anna:secret@host/simple"), broken(error)).files("x")

    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "host" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no zip at all", wheel({})[:-30]], ids=len)
def test_a_wheel_that_is_none(content: bytes) -> None:
    file = File(filename="x.whl", url="https://host/x.whl", size=len(content))

    with pytest.raises(IndexUnavailableError, match=r"x\.whl"):
        Index(Configured("https://host/simple"), broken(content)).metadata(file)


def test_a_source_distribution_that_is_none() -> None:
    with pytest.raises(IndexUnavailableError, match="cannot be read"):
        Index(Configured("https://host"), broken(b"x")).source_metadata(File(filename="x.tar.gz", url="https://host/x"))


def test_a_server_without_parts_is_not_read_as_a_wheel() -> None:
    file = File(filename="x.whl", url="https://host/x.whl", size=10)

    with pytest.raises(ValueError, match="no wheel"):
        Index(Configured("https://host"), broken(b"all of it, and more")).member(file, re.compile("x"))


@pytest.mark.slow
def test_pip_tells_its_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_NO_INDEX", "0")

    assert configured().index == "https://mirror.example/simple"


@pytest.mark.slow
def test_pip_without_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(IndexUnavailableError, match="PIP_NO_INDEX"):
        configured()


def test_a_python_without_pip() -> None:
    with pytest.raises(IndexUnavailableError, match="pip"):
        configured("/no/such/python")


def test_what_is_opened_is_a_zip() -> None:
    assert zipfile.is_zipfile(io.BytesIO(wheel({})))
