"""What names a machine, an index or a mirror in somebody's own network; public ones stay.

A reader needs to know that an installation came from PyPI or from PyTorch's own index. Where it came from
a place that not everybody knows, that it did so is enough.
"""

from __future__ import annotations

import re

from envdoctor.report.shape import Shape, shape

PUBLIC = {
    "org": "anaconda apache archlinux conda-forge debian docker fedoraproject freedesktop gnu jupyter kernel llvm "
    "man7 mozilla numpy openmp pypa pypi python pytorch scipy sourceware w3 wikipedia",
    "com": "amd anaconda docker github githubusercontent gitlab google intel microsoft nvidia pytorch "
    "redhat stackoverflow ubuntu visualstudio",
    "net": "launchpad sourceforge pytorch",
    "io": "conda docker ghcr github kubernetes nvcr pypa quay readthedocs",
    "co": "huggingface hf",
    "ai": "lightning",
    "sh": "astral",
    "dev": "jax",
    "edu": "toronto",
}
"""Top-level domain → names below it that everybody can reach, and that say nothing about who did."""

COMMON_HOSTS = frozenset({"localhost", "localhost.localdomain", "host.docker.internal", "metadata.google.internal"})
PRIVATE_ENDINGS = "corp lan intra intranet internal local localdomain home private"
"""Top-level domains that no public name has (RFC 6762, appendix G, and ICANN's list of collisions)."""
ENDINGS = f"com org net edu gov mil cloud cn de uk fr jp kr ch nl se eu au br tw hk sg ru pl example {PRIVATE_ENDINGS}"
"""What a name of a machine may end with in the middle of a text; `torchvision.io` is a module."""

_NAME = r"[\w-]+(?:\.[\w-]+)*"


def is_public(host: str) -> bool:
    """Say whether a name is one of those that everybody knows, or this machine's own."""
    labels = host.lower().rstrip(".").split(".")
    if ".".join(labels) in COMMON_HOSTS:
        return True
    return len(labels) > 1 and labels[-2] in PUBLIC.get(labels[-1], "").split()


def _is_loopback(host: str) -> bool:
    import ipaddress  # noqa: PLC0415  # few texts look like an address

    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _known(match: re.Match[str]) -> bool:
    return is_public(match["host"]) or _is_loopback(match["host"])


def _known_or_word(match: re.Match[str]) -> bool:
    """Tell a name of a machine from a word after "host:": it has a digit, a hyphen or a point, or stands after `=`.

    After pip's option nothing else can stand.
    """
    host = match["host"]
    if "--trusted-host" in match[0].lower():
        return _known(match)
    return (
        _known(match)
        or not (re.search(r"[\d.-]", host) or "=" in match[0])
        or re.fullmatch(r"[\d.]+", host) is not None
    )


def _known_or_module(match: re.Match[str]) -> bool:
    """`threading.local` and `self.net` are Python; `nexus.corp` and `a.b.example.com` are machines."""
    host, _, ending = match["host"].rpartition(".")
    python = (
        "." not in host
        and host.replace("_", "").isalpha()
        and ending in ("net", "local", "internal", "home", "private")
    )
    return _known(match) or python or host.lower().startswith(("self.", "torch.", "numpy.", "ip-"))


HOSTS: tuple[Shape, ...] = (
    shape("credentials", "://", r"(?<=://)(?!git@|<credentials>@)[^\s/?#\"'<>]*@", "<credentials>@"),
    shape("credentials", "%3a%2f%2f", r"(?i)(?<=%3a%2f%2f)(?!%3c)[^\s/?#\"'<>]{1,300}?(?:%40|@)", "<credentials>@"),
    # All that follows goes too: the path on a private server names repositories and teams.
    shape(
        "host",
        "://",
        rf"(?i)(?<!file)(://(?!git@<)(?:<credentials>@|git@)?)(?P<host>{_NAME}|\[[0-9a-f:.]{{2,45}}\])(:\d{{1,5}}(?!\d))?"
        r"(?:[/?#][^\s\"'<>`|\\^{}]*[^\s\"'<>`|\\^{}.,;:)\]!?])?",
        r"\1<host>\3",
        _known,
    ),
    shape(
        "host",
        "git@",
        rf"(?i)(?:(?<![\w.+-])|(?<=\\[nrt]))(git@)(?P<host>{_NAME}):[^\s\"'<>`|\\^{{}}]+",
        r"\1<host>",
        _known,
    ),
    shape(
        "host",
        "host resolve addr= server",
        r"(?i)((?:--(?:trusted-)?host[ =]|\bresolve(?: host)?:? |"
        r"\b(?:host(?:name)?|master_addr|server)[\"'\\]{0,2}\s?[=:]\s{0,2})[\"'\\]{0,2})"
        rf"(?P<host>{_NAME})(?![\w(@]|\.\w)",
        r"\1<host>",
        _known_or_word,
    ),
    shape(
        "host",
        ".",
        rf"(?i)(?:(?<![\w@./\\<%-])|(?<=\\[nrt]))(?P<host>(?:[a-z0-9_](?:[a-z0-9_-]{{0,61}}[a-z0-9])?\.){{1,8}}(?:{'|'.join(ENDINGS.split())}))"
        r"(?![\w(=-]|\.\w)",
        "<host>",
        _known_or_module,
    ),
    # A shell's prompt and the target of scp; `cudaMalloc@libcudart.so:` is how the linker writes a symbol.
    shape(
        "host",
        "@",
        rf"(?<![\w.+/@-])(?!git@)\w[\w.-]{{0,63}}@(?!lib|GLIBC)(?P<host>{_NAME})(?=:[~/]|\s[~/])",
        "<user>@<host>",
    ),
)
"""In the order of their use."""
