"""Only on request: whether the examined Python's pip reaches its index, by pip's own configuration.

Nothing is asked of the network that pip would not ask: pip itself asks for one page of its index. Values of
proxy variables are never read out, and credentials in addresses are removed before anything is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from envdoctor.facts import Index, Network, Python, Unknown
from envdoctor.probes.command import Output
from envdoctor.probes.reading import printable
from envdoctor.probes.system import System

SECONDS = 12.0
"""For pip to start, and to give up on an index that does not answer."""
PATIENCE_SECONDS = 5
"""That pip waits for the network."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "PIP_PROXY")
WHERE = ("index-url", "extra-index-url", "find-links")
DEFAULT = "import pip._internal.models.index as i; print(i.PyPI.simple_url)"
ASK = ("index", "versions", "pip")
OPTIONS = ("--disable-pip-version-check", "--no-input", "--no-color", "--retries", "0")
LOUD = "-vv"
"""Pip tells only then why it skips an index."""
UV = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL")
CONDA_FILES = (".condarc", ".mambarc", ".config/conda/.condarc")
SIGNS = (
    # What pip and the libraries below it say → what it means. The first that fits counts.
    ("untrusted", r"is not a trusted or secure host"),
    ("proxy", r"ProxyError|Cannot connect to proxy|Tunnel connection failed|Missing dependencies for SOCKS"),
    ("dns", (r"Name or service not known|name resolution|getaddrinfo failed|nodename nor servname|NameResolutionError"
        r"|No address associated")),
    ("tls", (r"CERTIFICATE_VERIFY_FAILED|SSLError|confirming the ssl certificate|ssl module.*not available|TLS CA"
        r"|CertificateError|WRONG_VERSION_NUMBER")),
    ("refused", r"Connection refused|actively refused"),
    ("denied", r"\b40[1379]\b (?:Client )?Error|HTTP error 40[137]|\b40[137] (?:Forbidden|Unauthorized)"),
    ("timeout", r"timed out|ConnectTimeout|ReadTimeout"),
    ("unreachable", (r"Network is unreachable|No route to host|Failed to establish a new connection|Connection aborted"
        r"|Connection reset|RemoteDisconnected|[Nn]ewConnectionError")),
    ("http", r"\b[45]\d\d\b (?:Client |Server )?Error|HTTP error [45]\d\d"),
)  # fmt: skip


def probe(system: System, python: Python | None | Unknown) -> Network:
    """Read who is configured, and let pip ask its index once."""
    proxies = sorted({name for name in system.environment if name.upper() in PROXIES and system.environment[name]})
    indexes = [*_of_pip(system, python), *_of_uv(system), *_of_conda(system)]
    reach, message = _reached(system, python)
    return Network(proxies=tuple(proxies), indexes=tuple(indexes), reach=reach, message=message)


def _pip(system: System, python: Python | None | Unknown, *words: str) -> Output | Unknown:
    if not isinstance(python, Python) or python.failure is not None:
        return Unknown("the examined Python does not start")
    if not isinstance(python.pip, str):
        return Unknown("there is no pip in the examined Python to ask")
    answer = system.run([python.executable, *words], seconds=SECONDS)
    return answer or Unknown("the examined Python is not there any more")


def _of_pip(system: System, python: Python | None | Unknown) -> Iterator[Index]:
    said = _pip(system, python, "-m", "pip", *OPTIONS, "config", "list")
    if isinstance(said, Unknown):
        return
    found = list(configured(said.stdout))
    yield from found
    if not any(one.said_by == "PIP_INDEX_URL" or one.said_by.endswith(".index-url") for one in found):
        default = _pip(system, python, "-c", DEFAULT)
        url = default.stdout.strip() if isinstance(default, Output) else ""
        if url.startswith("http"):
            yield Index("pip", without_credentials(url), "pip's own default")


def configured(text: str) -> Iterator[Index]:
    """Understand `pip config list`: lines like "global.index-url='https://…'", variables as ":env:.index-url"."""
    for section, name, value in re.findall(r"^(\S+?)\.([a-z-]+)=(.*)$", text, re.MULTILINE):
        if name not in WHERE:
            continue
        variable = f"PIP_{name.upper().replace('-', '_')}"
        said_by = variable if section == ":env:" else f"pip config: {section}.{name}"
        for url in re.split(r"\\n|\s+", value.strip("'\"")):
            if url:
                yield Index("pip", without_credentials(url), said_by, mirror=True)


def _of_uv(system: System) -> Iterator[Index]:
    for name in UV:
        for url in system.environment.get(name, "").split():
            # A name may stand before it: "torch=https://…".
            yield Index("uv", without_credentials(re.sub(r"^[\w.-]+=", "", url)), name, mirror=True)
    home, working = system.environment.get("HOME") or system.calls.home(), system.calls.working()
    files = [f"{home}/.config/uv/uv.toml"] if home else []
    files += [f"{working}/{name}" for name in ("uv.toml", "pyproject.toml")] if isinstance(working, str) else []
    for path in files:
        text = system.text(path) or ""
        if path.endswith("pyproject.toml") and "[tool.uv" not in text and "[[tool.uv" not in text:
            continue
        for url in re.findall(r"^\s*(?:url|index-url|default-index)\s*=\s*[\"']([^\"'\n]+)[\"']", text, re.MULTILINE):
            yield Index("uv", without_credentials(url), path.rpartition("/")[2], mirror=True)


def _of_conda(system: System) -> Iterator[Index]:
    home = system.environment.get("HOME") or system.calls.home()
    for name in CONDA_FILES if home else ():
        text = system.text(f"{home}/{name}") or ""
        for url in re.findall(r"^\s*(?:-|\w+:)\s*[\"']?(https?://[^\s\"'#]+)", text, re.MULTILINE):
            yield Index("conda", without_credentials(url), name, mirror=True)


def _reached(system: System, python: Python | None | Unknown) -> tuple[str | Unknown, str | None]:
    said = _pip(system, python, "-m", "pip", *OPTIONS, LOUD, "--timeout", str(PATIENCE_SECONDS), *ASK)
    if isinstance(said, Unknown):
        return said, None
    return understand(said)


def understand(said: Output) -> tuple[str | Unknown, str | None]:
    """Say by pip's words what became of its question, and which of them tell."""
    if said.exit_code == 0:
        return "ok", None
    text = without_credentials(said.stderr + "\n" + said.stdout)
    if "unknown command" in text or "no such option" in text:
        return Unknown("this pip is too old to ask its index"), None
    for kind, pattern in SIGNS:
        line = next((line for line in text.splitlines() if re.search(pattern, line)), None)
        if line is not None:
            return kind, printable(line.strip())[:300]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any("No matching distribution" in line for line in lines):
        return "no page", printable(lines[-1])[:300]
    last = printable(lines[-1])[:200] if lines else "no word"
    return Unknown(f"pip ended with exit code {said.exit_code}: {last}"), None


def without_credentials(text: str) -> str:
    """Remove user names, passwords and queries from the addresses in a text."""
    text = re.sub(r"(\w+://)[^/\s@'\"]*@", r"\1", text)
    return printable(re.sub(r"(\w+://[^\s?#'\"]*)[?#][^\s'\"]*", r"\1", text))
