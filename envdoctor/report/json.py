"""The report as JSON: what scripts read, and what `--from` reads back."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec

from envdoctor.facts import from_builtins
from envdoctor.report.model import SCHEMA, Report

READ = (SCHEMA,)
"""The versions of the schema that `load` understands."""


class BadReport(Exception):  # noqa: N818  # said to people as "bad report"
    """A text is no report that this version can read. The message is one line that says why."""


def render(report: Report) -> str:
    """Return the report as JSON: keys in the order of their declaration, valid UTF-8, no NaN."""
    return json.dumps(plain(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it.

    Halves of characters (from undecodable file names) are spelt out. A number that JSON does not know
    (NaN: a loss that diverged) becomes what "could not tell" looks like: `{"unknown": "nan"}`.
    """
    return _plain(msgspec.to_builtins(value))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"unknown": str(value)}
    return value


def load(text: str | bytes) -> Report:
    """Read a report that `render` wrote. Fields that this version does not know are left out.

    Raises:
        BadReport: it is none.
    """
    return from_object(decoded_object(text))


def from_object(saved: dict[str, Any]) -> Report:
    """Make a report of the JSON object that `render` wrote.

    Raises:
        BadReport: it is none.
    """
    if "schema" not in saved:
        raise BadReport(f'not an envdoctor report: it has no "schema" (this version reads {", ".join(READ)})')
    if saved["schema"] not in READ:
        raise BadReport(f'its "schema" is {_brief(saved["schema"])}; this version reads {", ".join(READ)}')
    fields = [field for field in msgspec.structs.fields(Report) if _wanted(field, saved)]
    report = Report(**{field.name: _field(field, saved[field.name]) for field in fields})
    _check_sense(report)
    return report


def decoded_object(text: str | bytes) -> dict[str, Any]:
    """Return the JSON object in a file, whatever program of whatever system saved it.

    Raises:
        BadReport: there is none.
    """
    return _object(_decoded(text))


def _decoded(text: str | bytes) -> str:
    """Decode a file's bytes. PowerShell's `>` writes UTF-16, and other programs of Windows a mark before UTF-8."""
    if isinstance(text, bytes):
        encoding = "utf-16" if text.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
        try:
            text = text.decode(encoding)
        except UnicodeDecodeError as error:
            raise BadReport(f"not a text in UTF-8: byte {error.start} does not belong there") from None
    return text.removeprefix("\ufeff")


def _object(text: str) -> dict[str, Any]:
    try:
        saved = msgspec.json.decode(text.encode("utf-8", "backslashreplace"))
    except msgspec.MsgspecError as error:
        raise BadReport(f"not JSON: {error}") from None
    except RecursionError:
        raise BadReport("not a report: it is nested too deeply") from None
    if not isinstance(saved, dict):
        raise BadReport(f"not a report: a JSON object is expected, this is {_brief(saved)}")
    return saved


def _wanted(field: msgspec.structs.FieldInfo, saved: dict[str, Any]) -> bool:
    """Say whether a field is there. One without a default must be."""
    if field.required and field.name not in saved:
        raise BadReport(f'the field "{field.name}" is missing')
    return field.name in saved


def _field(field: msgspec.structs.FieldInfo, value: Any) -> Any:
    try:
        if field.name == "facts":
            return from_builtins(msgspec.convert(value, dict[str, Any]))
        return msgspec.convert(value, field.type)
    except msgspec.ValidationError as error:
        raise BadReport(_path(field.name, str(error))) from None
    except RecursionError:
        raise BadReport(f"{field.name}: nested too deeply") from None


def _path(name: str, message: str) -> str:
    """Turn "Expected `str`, got `int` - at `$[0].code`" into "findings[0].code: Expected `str`, got `int`"."""
    what, _, where = message.partition(" - at `$")
    prefix, colon, rest = what.partition(": ")
    if colon and prefix.startswith(f"{name}."):
        name, what = prefix, rest
    return f"{name}{where.rstrip('`')}: {what}"


def _check_sense(report: Report) -> None:
    """Refuse what no version writes and what formats rely on."""
    if report.primary is not None and (not report.findings or report.findings[0].code != report.primary):
        raise BadReport(f"primary: {_brief(report.primary)} is not the first of the findings")
    if report.verdict not in ("healthy", "attention", "broken"):
        raise BadReport(f"verdict: {_brief(report.verdict)} is none of healthy, attention, broken")


def _brief(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004
