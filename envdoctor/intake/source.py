"""What `--from` is given: a report of ours, a text that holds one, or what somebody pasted."""

from __future__ import annotations

import json
import re

import msgspec

from envdoctor.facts import Snapshot
from envdoctor.intake.clean import decode
from envdoctor.intake.read import read
from envdoctor.report.json import BadReport, load
from envdoctor.report.model import Probe, Report

OURS = re.compile(r'\{\s*"schema":\s*"envdoctor/')
MOST_CONTROLS = 0.3
"""A file of which more than this part are control characters is no text."""
BLANKS = "\ufeff \t\r\n"


class Source(msgspec.Struct, frozen=True):
    """Facts that were not probed now."""

    facts: Snapshot
    probes: tuple[Probe, ...] = ()
    """How the probes went when the report was made; a pasted text has none."""


def understand(data: bytes) -> Source:
    """Return the facts that a file holds.

    Raises:
        BadReport: it is a damaged report, one of an unknown version, or no text at all. One line, with the cure.
    """
    text = decode(data)
    report = _saved(text, data)
    if report is not None:
        return Source(report.facts, report.probes)
    if not text.strip(BLANKS):
        raise BadReport("it is empty; paste the issue, the error, or what `python -m torch.utils.collect_env` prints")
    if _is_binary(text):
        raise BadReport("it is no text; give an issue, a log, or a report that --json has written")
    return Source(read(data))


def _saved(text: str, data: bytes) -> Report | None:
    """Return the report that a file is, or that an issue holds in a block of code; None: there is none."""
    found = OURS.search(text)
    if text.lstrip(BLANKS).startswith("{") and (found is None or not text[: found.start()].strip(BLANKS)):
        return load(data)
    if found is None:
        return None
    try:
        saved, _ = json.JSONDecoder().raw_decode(text, found.start())
    except (ValueError, RecursionError):
        return None  # it was cut off; what is left of it is read as text
    return load(json.dumps(saved))


def _is_binary(text: str) -> bool:
    sample = text[:20_000]
    strange = sum(letter == "\ufffd" or (letter < " " and letter not in "\t\r\n\x1b\x0c\b") for letter in sample)
    return strange > MOST_CONTROLS * len(sample)
