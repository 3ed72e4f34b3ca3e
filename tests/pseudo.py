"""A language in which every letter of a translated text is as wide as two: what stays narrow was not translated."""

import ast
import re
from pathlib import Path

from envdoctor.report.language import Say
from envdoctor.report.speech import Speech

TOP = Path(__file__).parent.parent
OFFSET = ord("\N{FULLWIDTH LATIN CAPITAL LETTER A}") - ord("A")


def widened(text: str) -> str:
    """Return a text with wide letters; holes stay, and so does what stands between backticks."""
    return re.sub(
        r"`[^`]*`|\{\d+\}|[A-Za-z]+",
        lambda match: match[0] if match[0][0] in "`{" else "".join(chr(ord(one) + OFFSET) for one in match[0]),
        text,
    )


def pseudo() -> Say:
    """Return what says every text of the catalogue in wide letters."""
    return Speech({msgid: widened(msgid) for msgid in msgids()}).say


def msgids() -> list[str]:
    """Return the texts of the template."""
    text = (TOP / "envdoctor/locale/envdoctor.pot").read_text(encoding="utf-8")
    entries = re.findall(r'^msgid ((?:".*"\n)+)', text, re.MULTILINE)
    return [one for entry in entries if (one := "".join(map(ast.literal_eval, entry.splitlines())))]
