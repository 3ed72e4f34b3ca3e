"""The way to the package index: pip's words of all kinds, then the real pip against servers that fail on purpose."""

import http.server
import importlib.util
import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import Failure, Index, Network, Python, Unknown
from envdoctor.probes import network
from envdoctor.probes.command import Answer, Output, run
from envdoctor.probes.system import System
from tests.systems import answering, still, system

HERE = Python(sys.executable, pip="25.0")
HAS_PIP = importlib.util.find_spec("pip") is not None
SECRET = "https://ada:hunter2@mirror.example/simple?token=abc#x"  # noqa: S105  # made up


def said(text: str, code: int = 1) -> Output:
    return Output(code, "", text)


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("connection error: [Errno -2] Name or service not known')) - skipping", "dns"),
        ("Temporary failure in name resolution", "dns"),
        ("getaddrinfo failed", "dns"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate", "tls"),
        ("Failed to establish a new connection: [Errno 111] Connection refused", "refused"),
        ("403 Client Error: Forbidden for url: https://x/simple/pip/ - skipping", "denied"),
        ("401 Client Error: Unauthorized", "denied"),
        ("ProxyError('Cannot connect to proxy.', NewConnectionError('Connection refused'))", "proxy"),
        ("Read timed out. (read timeout=5.0)", "timeout"),
        ("Failed to establish a new connection: [Errno 101] Network is unreachable", "unreachable"),
        ("The repository located at x is not a trusted or secure host and is being ignored.", "untrusted"),
        ("503 Server Error: Service Unavailable for url", "http"),
        ("ERROR: No matching distribution found for pip", "no page"),
    ],
)
def test_pip_s_words(text: str, reach: str) -> None:
    assert network.understand(said(f"Looking\nCould not fetch URL: {text}"))[0] == reach


@pytest.mark.parametrize(
    "text", ['ERROR: unknown command "index"', "no such option: --retries", "Segmentation fault", ""]
)
def test_what_is_not_understood_is_unknown(text: str) -> None:
    assert isinstance(network.understand(said(text, 2))[0], Unknown)


def test_what_pip_says_on_success_is_success() -> None:
    assert network.understand(said("an extra index: Connection refused", 0)) == ("ok", None)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (SECRET, "https://mirror.example/simple"),
        ("see https://token@x.example/a b", "see https://x.example/a b"),
        ("git+ssh://git@host/x", "git+ssh://host/x"),
        ("https://plain.example/simple/", "https://plain.example/simple/"),
        ("/opt/wheels", "/opt/wheels"),
    ],
)
def test_no_credentials_are_kept(text: str, clean: str) -> None:
    assert network.without_credentials(text) == clean


def test_pip_s_configuration() -> None:
    text = f"global.index-url='{SECRET}'\nglobal.timeout='5'\n:env:.extra-index-url='https://a.example https://b.example'\n"

    assert list(network.configured(text)) == [
        Index("pip", "https://mirror.example/simple", "pip config: global.index-url", mirror=True),
        Index("pip", "https://a.example", "PIP_EXTRA_INDEX_URL", mirror=True),
        Index("pip", "https://b.example", "PIP_EXTRA_INDEX_URL", mirror=True),
    ]


def test_what_uv_and_conda_are_configured_for(tmp_path: Path) -> None:
    files = {
        "/home/ada/.config/uv/uv.toml": '[[index]]\nname = "x"\nurl = "https://u:p@uv.example/simple"\n',
        "/home/ada/project/pyproject.toml": '[project]\nurl = "https://homepage.example"\n',
        "/home/ada/.condarc": "channels:\n  - conda-forge\n  - https://t:k@conda.example/main  # ours\n",
    }
    environment = {
        "UV_INDEX": f"torch={SECRET}",
        "HTTPS_PROXY": "http://u:p@proxy.example",
        "no_proxy": "",
        "HOME": "/home/ada",
    }
    machine = system(tmp_path, files, environment=environment, calls=still(working="/home/ada/project"))
    found = network.probe(machine, Unknown("it does not start"))

    assert found.proxies == ("HTTPS_PROXY",)
    assert [(one.tool, one.url, one.said_by) for one in found.indexes] == [
        ("uv", "https://mirror.example/simple", "UV_INDEX"),
        ("uv", "https://uv.example/simple", "uv.toml"),
        ("conda", "https://conda.example/main", ".condarc"),
    ]
    assert not any(secret in str(found) for secret in ("hunter2", "abc", "u:p", "t:k", "proxy.example"))


@pytest.mark.parametrize(
    "python",
    [
        pytest.param(None, id="none"),
        pytest.param(Unknown("x"), id="not known"),
        pytest.param(Python("/x", pip=None), id="no pip in it"),
        pytest.param(Python("/x", pip="25", failure=Failure("exit", "start", "gone")), id="it does not start"),
    ],
)
def test_without_a_pip_nothing_is_asked(python: Python | None | Unknown, tmp_path: Path) -> None:
    found = network.probe(system(tmp_path), python)

    assert isinstance(found.reach, Unknown)
    assert found.indexes == ()


@given(st.text(max_size=80), st.text(max_size=80), st.integers(-5, 5))
def test_whatever_pip_prints(out: str, error: str, code: int) -> None:
    answers: Mapping[str, Answer] = {"python": Output(code, out, error)}
    found = network.probe(System(run=answering(answers), calls=still()), Python("/usr/bin/python", pip="25"))

    assert isinstance(found, Network)


# --- the real pip --------------------------------------------------------------------------------


class Index403(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        allowed = self.path.startswith("/open/")
        body = b'<a href="pip-99.0-py3-none-any.whl">pip-99.0-py3-none-any.whl</a>'
        self.send_response(200 if allowed else 403)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body) if allowed else 0))
        self.end_headers()
        self.wfile.write(body if allowed else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in the standard library
        del format, args


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index403) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{made.server_address[1]}"
        made.shutdown()


@pytest.mark.slow
@pytest.mark.skipif(not HAS_PIP, reason="this environment has no pip")
@pytest.mark.parametrize(
    ("url", "reach"),
    [
        pytest.param("http://{server}/open/", "ok", id="it answers"),
        pytest.param("http://u:secret@{server}/closed/", "denied", id="it refuses access"),
        pytest.param("https://{server}/open/", "tls", id="no TLS where it should be"),
        pytest.param("http://127.0.0.1:{closed}/simple", "refused", id="nobody listens"),
        pytest.param("https://nowhere.invalid/simple", "dns", id="no such host"),
        pytest.param("http://nowhere.invalid/simple", "untrusted", id="no TLS"),
    ],
)
def test_the_real_pip(url: str, reach: str, server: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    url = url.format(server=server, closed=closed)
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("PIP_", "PYTHON"))}
    kept = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
    kept |= {"PIP_INDEX_URL": url, "PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)}
    machine = System(environment=kept, run=lambda argv, *, seconds=20.0: run(argv, seconds=seconds, environment=kept))
    found = network.probe(machine, HERE)

    assert found.reach == reach, found
    assert found.indexes[0].said_by == "PIP_INDEX_URL"
    assert "secret" not in str(found)
