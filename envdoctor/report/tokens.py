"""What tokens, keys and passwords look like, whoever issued them.

The forms are those that the issuers publish for scanners of secrets, and names that say of what follows
them that it is secret. Every pattern takes time in proportion to the text.
"""

from __future__ import annotations

import itertools
import re

from envdoctor.report.shape import Shape, shape

_SEPARATOR = r"(?:[\"'\\]{0,3}\s{0,3}(?:[=:]|%3[Dd]|%3[Aa])\s{0,3}[\"'\\]{0,3})"
_NAMED = (
    r"(?:passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|(?:auth|access)[_-]?token)"
    r"\w{0,24}"
)
_VALUE = r"(?:[^\s\"'<>&,;\\]|\\(?![\"'nrt]))+"
_LEFT = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbfv])|(?<=%[0-9A-Fa-f]{2})|(?<=\\x[0-9a-f]{2})|(?<=\\u[0-9a-f]{4}))"
"""Nothing before it belongs to it; an escape of JSON or of a URL does not either."""

LONG = 32
TURNS = 0.4
"""Of a random text of letters and digits about 0.6 of all neighbours are of different kinds; of words, few."""


def _harmless_value(match: re.Match[str]) -> bool:
    """`key=/etc/key.pem` names a file, `pad_token=<pad>` a word: neither is a secret."""
    value = match["value"]
    return value[:1] in "/~." or (not re.search(r"\d", value) and len(value) < 20)  # noqa: PLR2004  # a word


def _no_digit(match: re.Match[str]) -> bool:
    return not re.search(r"\d", match[0])


def _not_random(match: re.Match[str]) -> bool:
    """Tell a name, a mangled symbol or a hash in hexadecimal digits from a text that chance has made."""
    text = match[0]
    if text.startswith(("_Z", "GPU-", "MIG-")) or not (
        re.search(r"[a-z]", text) and re.search(r"[A-Z]", text) and re.search(r"\d", text)
    ):
        return True
    kinds = [2 if c.isdigit() else 1 if c.isupper() else 0 for c in text]
    return sum(a != b for a, b in itertools.pairwise(kinds)) < TURNS * len(text)


def _issued(needs: str, pattern: str) -> Shape:
    return shape("token", needs, pattern, "<token>")


TOKENS = (
    shape(
        "token", "-----begin", r"(?s)-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\Z)", "<key>"
    ),
    shape(
        "token",
        "=",
        r"(?i)([?&;][\w.~-]{0,40}?(?:token|key|sig|secret|passw|auth|credential|session)[\w.~-]{0,40}=)[^&#\s\"'<>]+",
        r"\1<token>",
    ),
    _issued("gho_ ghp_ ghr_ ghs_ ghu_ github_pat_", r"gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,}"),
    _issued(
        "hf_ npm_ glpat- dckr_",
        rf"{_LEFT}hf_[A-Za-z0-9]{{20,}}|npm_[A-Za-z0-9]{{30,}}|gl(?:pat|ptt|rt|dt)-[\w-]{{16,}}|dckr_pat_[\w-]{{16,}}",
    ),
    _issued(
        "pypi- xox xapp- ya29. gocspx-",
        rf"pypi-[A-Za-z0-9][\w-]{{39,}}|pypi-AgE[\w-]{{16,}}|{_LEFT}xox[a-z](?:\.xox[a-z])?-[\w-]{{10,}}|xapp-\d-[\w-]{{16,}}|ya29\.[\w-]{{16,}}|GOCSPX-[\w-]{{20,}}",
    ),
    _issued("hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/[\w/-]+"),
    _issued(
        "akia asia aiza abia acca", rf"{_LEFT}(?:A(?:KIA|SIA|BIA|CCA)[0-9A-Z]{{16}}(?![0-9A-Za-z])|AIza[\w-]{{35}})"
    ),
    _issued(
        "nvapi- sg. sk_ rk_ whsec_",
        rf"nvapi-[\w-]{{20,}}|{_LEFT}SG\.[\w-]{{16,}}\.[\w-]{{16,}}|{_LEFT}(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{{16,}}",
    ),
    _issued(
        "hvs. dop_ shp r8_ gsk_ xai- atatt tskey- lin_api",
        rf"hv[sb]\.[\w-]{{20,}}|do[por]_v1_[0-9a-f]{{32,}}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{{16,}}|{_LEFT}r8_\w{{20,}}|{_LEFT}gsk_\w{{20,}}|{_LEFT}xai-[\w-]{{20,}}|ATATT3[\w=-]{{20,}}|tskey-[\w-]{{16,}}|lin_api_\w{{16,}}",
    ),
    _issued(":aa", r"(?<!\d)\d{8,10}:AA[\w-]{30,}"),
    shape(
        "token",
        "sk-",
        rf"(?:{_LEFT}(?<![\w-])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{{2}}))sk-[\w-]{{20,}}",
        "<token>",
        _no_digit,
    ),
    _issued("eyj", r"eyJ[\w-]{6,}\.[\w-]{4,}\.[\w-]*"),
    shape("token", "bearer", r"(?i)(\bbearer(?:\s{1,3}|%20|\+))[\w.~+/=-]{8,}", r"\1<token>"),
    shape(
        "token",
        "authorization",
        r"(?i)(\bauthorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:basic|digest|token)\s{1,3})[^\s\"'<>]+",
        r"\1<token>",
    ),
    shape("token", "cookie", r"(?i)(\b(?:set-)?cookie[\"']?\s?:\s{0,3}[\"']?)(?![\s\"'<])[^\r\n\"'<>]+", r"\1<token>"),
    shape("token", "pass secret key token", rf"(?i)({_NAMED}{_SEPARATOR}){_VALUE}", r"\1<token>"),
    shape("token", "pass secret key token", rf"(?i)(--{_NAMED}\s{{1,3}})(?!-){_VALUE}", r"\1<token>"),
    shape("token", "--token", rf"(?i)(--token\s{{1,3}})(?!-){_VALUE}", r"\1<token>"),
    shape("token", "login", r"(?i)(\blogin\s{1,3}\S{1,80}\s{1,3}password\s{1,3})[^\s<]\S*", r"\1<token>"),
    shape(
        "token",
        "curl",
        r"(?i)(\bcurl\s(?:[^\r\n]{0,200}?\s)?(?:-u|--user)\s{0,3}[\"']?)[^\s\"'<>:]+:[^\s\"'<>]+",
        r"\1<token>",
    ),
    shape(
        "token",
        "token key cookie auth credential",
        r"(?i)((?:token|key|cookie|auth|credentials?)[\"'\\]{0,3}(?:=|%3[Dd])[\"'\\]{0,3})(?P<value>[^\s\"'<>&,;\\]{8,})",
        r"\1<token>",
        _harmless_value,
    ),
    shape(
        "token",
        "token key cookie auth credential",
        r"(?i)((?:token|key|cookie|auth|credentials?)[\"'\\]{0,3}:\s{0,3}[\"'\\]{0,3})(?P<value>[A-Za-z0-9+/=_-]{20,})(?![\w.])",
        r"\1<token>",
        _harmless_value,
    ),
    shape("token", "", rf"(?<![\w/+.@?$~-])[A-Za-z0-9_+/=-]{{{LONG},}}(?![\w.@$])", "<token>", _not_random),
)
"""In the order of their use: what is inside another comes after it."""
