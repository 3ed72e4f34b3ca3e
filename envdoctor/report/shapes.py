"""What secrets and addresses look like, whoever they belong to: patterns, nothing else.

Every pattern takes time in proportion to the text, whatever the text is: a repetition is bounded, or
begins where none of its characters stands before.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

import msgspec


class Shape(msgspec.Struct, frozen=True):
    """A pattern, the kind of thing that it finds, and what stands in its place."""

    kind: str
    """The key under which removals are counted."""
    pattern: re.Pattern[str]
    replacement: str
    """A template, as for `re.sub`."""
    needs: tuple[str, ...] = ("",)
    """One of these (in small letters) stands in every match: a quick look that saves most of the work."""
    keep: Callable[[re.Match[str]], bool] | None = None
    """Says of a match that it is harmless."""


def _shape(
    kind: str,
    needs: str,
    pattern: str,
    replacement: str,
    keep: Callable[[re.Match[str]], bool] | None = None,
) -> Shape:
    return Shape(kind, re.compile(pattern), replacement, tuple(needs.split()), keep)


def _harmless_value(match: re.Match[str]) -> bool:
    """`key=/etc/key.pem` names a file, `pad_token=<pad>` a word: neither is a secret."""
    value = match["value"]
    return value[:1] in "/~." or (not re.search(r"\d", value) and len(value) < 20)  # noqa: PLR2004  # a word


def _no_digit(match: re.Match[str]) -> bool:
    return not re.search(r"\d", match[0])


def _symbol(match: re.Match[str]) -> bool:
    """`cudaMalloc@libcudart.so` is how the linker writes a symbol and its library."""
    return match[0].endswith((".so", ".py"))


def _harmless_ipv4(match: re.Match[str]) -> bool:
    """Tell a version of four numbers from an address: by what stands around it, then by its first number.

    Versions of CUDA's parts begin with 7 to 14 and so do few addresses that people have, but for 10.
    """
    try:
        address = ipaddress.IPv4Address(match[0])
    except ValueError:  # 450.80.2.1, 10.0.0.01: a version
        return True
    before, after = (
        match.string[max(0, match.start() - 60) : match.start()],
        match.string[match.end() : match.end() + 2],
    )
    if address.is_loopback or int(address) in (0, 0xFFFFFFFF) or VERSIONED.search(before):
        return True
    addressed = re.match(r"[:/]\d", after) or ADDRESSED.search(before)
    return not addressed and address.packed[0] < 20 and address.packed[0] != 10  # noqa: PLR2004  # see above


def _harmless_ipv6(match: re.Match[str]) -> bool:
    """`c10::Error` and `12:30:45` are none: an address of IPv6 begins with a prefix that is in use."""
    try:
        address = ipaddress.IPv6Address(match[0].partition("%")[0])
    except ValueError:
        return True
    first = int(address) >> 112
    in_use = first >> 13 == 1 or first >> 9 == 0x7E or first >= 0xFE80  # noqa: PLR2004  # 2000::/3, fc00::/7, fe80::
    return not (in_use or address.ipv4_mapped is not None)


def _nobody(match: re.Match[str]) -> bool:
    return not match[0].strip("0:-")


VERSIONED = re.compile(
    r"(?i)(?:version|release|driver|toolkit|build|cudnn|cublas|cuda|nccl|tensorrt|rocm|nvidia-[\w-]{1,30}|-cu\d\d)"
    r"[\w.]{0,10}[\"'`]?\s{0,2}[:=(,]{0,2}\s{0,2}[\"'`(]?$"
)
"""What stands before four numbers with points that are a version: "cuDNN 9.10.2.21", "nvidia-curand-cu12 10.3.9.90"."""

ADDRESSED = re.compile(
    r"(?i)(?:://|@|\b(?:host|addr|address|ip|inet|connect|to|from|via|peer|server|at|proxy)\b[\"'`]?\s{0,2}[:=(]?\s{0,2}[\"'`\[(]?|_addr=)$"
)
"""What stands before an address."""

_SEPARATOR = r"[\"']?\s{0,3}[=:]\s{0,3}[\"']?"
_NAMED = (
    r"(?:passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|(?:auth|access)[_-]?token)\w{0,24}"
)

SHAPES = (
    _shape(
        "token", "-----begin", r"(?s)-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\Z)", "<key>"
    ),
    _shape("credentials", "://", r"(?<=://)(?!git@|<credentials>@)[^\s/?#]*@", "<credentials>@"),
    _shape(
        "token",
        "=",
        r"(?i)([?&;][\w.~-]{0,40}?(?:token|key|sig|secret|passw|auth|credential|session)[\w.~-]{0,40}=)[^&#\s\"'<>]+",
        r"\1<token>",
    ),
    _shape("token", "gh", r"(?<![A-Za-z0-9])(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,})", "<token>"),
    _shape(
        "token",
        "hf_ npm_ glpat-",
        r"(?<![A-Za-z0-9])(?:hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|glpat-[\w-]{16,})",
        "<token>",
    ),
    _shape(
        "token",
        "pypi- xox ya29.",
        r"(?<![A-Za-z0-9])(?:pypi-AgE[\w-]{16,}|xox[a-z]-[\w-]{10,}|ya29\.[\w-]{16,})",
        "<token>",
    ),
    _shape(
        "token",
        "akia asia aiza",
        r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])|AIza[\w-]{35})",
        "<token>",
    ),
    _shape("token", "sk-", r"(?<![\w-])sk-[\w-]{20,}", "<token>", _no_digit),
    _shape("token", "eyj", r"(?<![\w-])eyJ[\w-]{6,}\.[\w-]{4,}\.[\w-]*", "<token>"),
    _shape("token", "bearer", r"(?i)(\bbearer\s{1,3})[\w.~+/=-]{8,}", r"\1<token>"),
    _shape(
        "token",
        "authorization",
        r"(?i)(\bauthorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:basic|digest|token)\s{1,3})[^\s\"'<>]+",
        r"\1<token>",
    ),
    _shape("token", "pass secret key token", rf"(?i)({_NAMED}{_SEPARATOR})[^\s\"'<>&,;]+", r"\1<token>"),
    _shape("token", "pass secret key token", rf"(?i)(--{_NAMED}\s{{1,3}})(?!-)[^\s\"'<>&,;]+", r"\1<token>"),
    _shape("token", "--token", r"(?i)(--token\s{1,3})(?!-)[^\s\"'<>&,;]{8,}", r"\1<token>"),
    _shape(
        "token",
        "token key cookie auth credential",
        r"(?i)((?:token|key|cookie|auth|credentials?)[\"']?=[\"']?)(?P<value>[^\s\"'<>&,;]{8,})",
        r"\1<token>",
        _harmless_value,
    ),
    _shape(
        "token",
        "token key cookie auth credential",
        r"(?i)((?:token|key|cookie|auth|credentials?)[\"']?:\s{0,3}[\"']?)(?P<value>[A-Za-z0-9+/=_-]{20,})(?![\w.])",
        r"\1<token>",
        _harmless_value,
    ),
    _shape(
        "serial",
        "serial",
        r"(?i)(\bserial(?:[ _-]?(?:number|no\.?|#))?[\"']?\s{0,9}[:=#]\s{0,9}[\"']?)(?=[A-Z-]{0,40}\d)[\w-]{5,}",
        r"\1<serial>",
    ),
    _shape(
        "mac",
        ": -",
        r"(?i)(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4,18}[0-9a-f]{2}(?![\w:-])",
        "<mac>",
        _nobody,
    ),
    _shape("ip", "ip-", r"(?i)(?<![\w-])ip(?:-\d{1,3}){4}(?:\.[a-z][a-z0-9-]{0,60}){0,6}", "<ip>"),
    _shape(
        "ip",
        ":",
        r"(?i)(?<![\w:.])(?=[0-9a-f]{0,4}:[0-9a-f]{0,4}:)[0-9a-f:]{2,39}(?:(?:\.\d{1,3}){3})?(?:%\w{1,15})?(?![\w:])",
        "<ip>",
        _harmless_ipv6,
    ),
    _shape(
        "ip",
        ".",
        r"(?<![\w.-])(?<![=<>!~]=)(?:\d{1,3}\.){3}\d{1,3}(?![\w=]|\.\d|\.whl|-\d{1,2}(?![\d.]))",
        "<ip>",
        _harmless_ipv4,
    ),
    _shape(
        "email",
        "@",
        r"(?<![\w.+-])(?!git@)[\w.+-]+@(?!lib)(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@])",
        "<email>",
        _symbol,
    ),
)
"""In the order of their use: what is inside another comes after it."""

UUID = re.compile(r"(?i)(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])")
GPU_UUID = re.compile(r"(?i)(?<![0-9a-z])((?:MIG-)?(?:GPU|MIG)-)([0-9a-f]{4,8}(?:-[0-9a-f]{1,12}){0,4})(?![0-9a-z])")
"""Also cut short, as CUDA_VISIBLE_DEVICES allows."""
SECRET_VARIABLE = re.compile(
    r"(?:^|[._])(?:\w*_)?(?:TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|(?:API|ACCESS|PRIVATE)_?KEY|KEY|CREDENTIALS?|COOKIE|AUTH)(?:_\w*)?$"
)
"""A variable of this name holds a secret, whatever its value looks like."""
USER_VARIABLE = re.compile(r"(?:^|\.)(?:USER|USERNAME|LOGNAME)$")
SERIAL_KEY = re.compile(r"(?i)(?:^|[._])serial(?:_?number|_?no)?$")

OTHER_HOME = re.compile(
    r"(?i)(?:(?<![\w.~/\\])|(?<=-[A-Za-z]))(?:[a-z]:)?(?:[/\\][\w.+-]{1,64}){0,8}?[/\\]{1,3}(?:home\d?|homes|users)[/\\]{1,2}"
    r"(?!(?:public|shared|default|linuxbrew)\b)"
    r"(?:[^\\/:*?\"<>|\r\n]{1,64}(?=\\)|[^\s\\/:*?\"'`<>|;,)\]}]{0,64}[\w$-])"
)
"""Somebody's home folder, on Linux, macOS, Windows, wherever it is mounted."""
