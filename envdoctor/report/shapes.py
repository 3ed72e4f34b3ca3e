"""What addresses, serial numbers and identifiers look like, whoever they belong to.

Every pattern takes time in proportion to the text, whatever the text is: a repetition is bounded, or
begins where none of its characters stands before.
"""

from __future__ import annotations

import re

from envdoctor.late import late
from envdoctor.report.hosts import HOSTS
from envdoctor.report.shape import shape
from envdoctor.report.tokens import TOKENS


def _symbol(match: re.Match[str]) -> bool:
    """`cudaMalloc@libcudart.so` is how the linker writes a symbol and its library."""
    return match[0].endswith((".so", ".py"))


def _harmless_ipv4(match: re.Match[str]) -> bool:
    """Tell a version of four numbers from an address: by what stands around it, then by its first number.

    Versions of CUDA's parts begin with 7 to 14 and so do few addresses that people have, but for 10.
    """
    import ipaddress  # noqa: PLC0415  # few texts look like an address

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
    first = address.packed[0]
    addressed = re.match(r"[:/]\d", after) or ADDRESSED.search(before)
    return not addressed and (first == 0 or (7 <= first <= 14 and first != 10))  # noqa: PLR2004  # see above


def _harmless_ipv6(match: re.Match[str]) -> bool:
    """`c10::Error` and `12:30:45` are none: an address of IPv6 begins with a prefix that is in use."""
    import ipaddress  # noqa: PLC0415  # few texts look like an address

    try:
        address = ipaddress.IPv6Address(match[0].partition("%")[0])
    except ValueError:
        return True
    first = int(address) >> 112
    in_use = first >> 13 == 1 or first >> 9 == 0x7E or first >= 0xFE80  # noqa: PLR2004  # 2000::/3, fc00::/7, fe80::
    return not (in_use or address.ipv4_mapped is not None)


def _nobody(match: re.Match[str]) -> bool:
    return not match[0].strip("0:-")


VERSIONED = late(
    r"(?i)(?:version|release|driver|toolkit|build|cudnn|cublas|cuda|nccl|tensorrt|rocm|opencv[\w-]{0,30}|nvidia-[\w-]{1,30}|-cu\d\d)"
    r"[\w.]{0,10}[\"'`]?\s{0,2}[:=(,]{0,2}\s{0,2}[\"'`(]?$"
)
"""What stands before four numbers with points that are a version: "cuDNN 9.10.2.21", "nvidia-curand-cu12 10.3.9.90"."""

ADDRESSED = late(
    r"(?i)(?:://|@|\b(?:host|addr|address|ip|inet|connect|to|from|via|peer|server|at|proxy)\b[\"'`]?\s{0,2}[:=(]?\s{0,2}[\"'`\[(]?|_addr=)$"
)
"""What stands before an address."""

ADDRESSES = (
    shape(
        "serial",
        "serial",
        r"(?i)(\bserial(?:[ _-]?(?:number|no\.?|#))?[\"'\\]{0,3}\s{0,9}[:=#]"
        r"\s{0,9}[\"'\\]{0,3})(?=[A-Z-]{0,40}\d)[\w-]{5,}",
        r"\1<serial>",
    ),
    shape(
        "serial",
        "guid pdi",
        r"(?i)(\b(?:(?:node|port|sys(?:tem)?[ _]image)[ _]guid|gpu pdi)[\"']?\s{0,40}[:=]\s{0,9}[\"']?)"
        r"(?:0x)?[0-9a-f:]{12,23}",
        r"\1<serial>",
    ),
    shape(
        "mac",
        ": -",
        r"(?i)(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4,18}[0-9a-f]{2}(?![\w:-])",
        "<mac>",
        _nobody,
    ),
    shape("mac", ".", r"(?i)(?<![\w.-])(?=[0-9.]{0,13}[a-f])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.-])", "<mac>"),
    shape("ip", "ip-", r"(?i)(?<![\w-])ip(?:-\d{1,3}){4}(?:\.[a-z][a-z0-9-]{0,60}){0,6}", "<ip>"),
    shape(
        "ip",
        ":",
        r"(?i)(?<![\w:.])(?=[0-9a-f]{0,4}:[0-9a-f]{0,4}:)[0-9a-f:]{2,39}(?:(?:\.\d{1,3}){3})?(?:%\w{1,15})?(?![\w:])",
        "<ip>",
        _harmless_ipv6,
    ),
    shape(
        "ip",
        ".",
        r"(?<![\w.-])(?<![=<>!~]=)(?:\d{1,3}\.){3}\d{1,3}(?![\w=]|\.\d|\.whl|-\d{1,2}(?![\d.]))",
        "<ip>",
        _harmless_ipv4,
    ),
    shape(
        "email",
        "@ %40",
        r"(?<![\w.+-])(?!git@)[\w.+-]{1,64}(?:@|%40)(?!lib)(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@])",
        "<email>",
        _symbol,
    ),
)
"""In the order of their use: what is inside another comes after it."""

SHAPES = (TOKENS[0], *HOSTS, *TOKENS[1:], *ADDRESSES)
"""A key goes first, whatever is in it; then what stands in an address of the network; then the rest."""

SECRETS = (HOSTS[0], HOSTS[1], *TOKENS)
"""What lets somebody in: credentials in URLs, tokens, keys and passwords."""

UUID = late(r"(?i)(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])")
GPU_UUID = late(r"(?i)(?<![0-9a-z])((?:MIG-)?(?:GPU|MIG)-)([0-9a-f]{4,8}(?:-[0-9a-f]{1,12}){0,4})(?![0-9a-z])")
"""Also cut short, as CUDA_VISIBLE_DEVICES allows."""
SECRET_VARIABLE = late(
    r"(?:^|[._])(?:\w*_)?(?:TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|(?:API|ACCESS|PRIVATE)_?KEY|KEY|CREDENTIALS?|COOKIE|AUTH)(?:_\w*)?$"
)
"""A variable of this name holds a secret, whatever its value looks like."""
USER_VARIABLE = late(r"(?:^|\.)(?:USER|USERNAME|LOGNAME)$")
SERIAL_KEY = late(r"(?i)(?:^|[._])serial(?:_?number|_?no)?$")

OTHER_HOME = late(
    r"(?i)(?:(?<![\w.~/\\])|(?<=-[A-Za-z])|(?<=\\[nrt])|(?<=file:/)|(?<=file://))(?:[a-z]:)?(?:[/\\][\w.+-]{1,64}){0,8}?"
    r"[/\\]{1,4}(?:home\d?|homes|users)[/\\]{1,4}"
    r"(?!(?:public|shared|default|linuxbrew)\b)"
    r"(?:[^\\/:*?\"<>|\r\n]{1,64}(?=\\)|[^\s\\/:*?\"'`<>|;,)\]}]{0,64}[\w$-])"
)
"""Somebody's home folder, on Linux, macOS, Windows, wherever it is mounted."""
QUOTED_HOME = late(
    r"(?i)(?:[a-z](?::|%3a))?(?:(?:%2f|%5c)mnt(?:%2f|%5c)[a-z])?(?:%2f|%5c|\\u002f){1,3}(?:home\d?|homes|users)(?:%2f|%5c|\\u002f)"
    r"(?!(?:public|shared|default|linuxbrew)\b)(?:[^\s%\\/:*?\"'`<>|;,)\]}&]|%(?!2f|5c)[0-9a-f]{2}){1,200}"
)
"""The same in a URL's or JSON's spelling."""
