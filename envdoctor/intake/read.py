"""From the bytes of a paste to a snapshot."""

from __future__ import annotations

from envdoctor.facts import Message, Snapshot
from envdoctor.intake import complaints
from envdoctor.intake.assemble import assemble
from envdoctor.intake.claims import Claims
from envdoctor.intake.clean import Page, clean
from envdoctor.intake.readers import listing, nvidia_smi, packages, tools, variables, words
from envdoctor.intake.signs import find

READERS = (nvidia_smi, listing, tools, packages, variables, words)
"""In the order of their weight: what the first says of a fact counts before what the next says."""
LONGEST = 300
"""Characters of a message that are kept."""
MOST = 60
"""Messages that are kept; complaints of slowness come on top of them."""


def read(data: bytes) -> Snapshot:
    """Return what a text says about the machine that it is about. Never fails, whatever the bytes are."""
    page = clean(data)
    claims = Claims()
    for reader in READERS:
        reader.read(page.lines, claims)
    return assemble(claims, messages_of(page))


def messages_of(page: Page) -> tuple[Message, ...]:
    """Return the messages that are recognised in a text, in its order."""
    found: list[Message] = []
    for place in find(page.flow)[:MOST]:
        line = page.line_at(place.start)
        text = page.flow[place.start : place.end][:LONGEST]
        found.append(Message(sign=place.sign, text=text, values=place.values, output=line.output, line=line.number))
    for place, unit in complaints.find(page):
        text = unit.text[place.start : place.end][:LONGEST]
        found.append(Message(sign=place.sign, text=text, values=place.values, output=False, line=unit.line.number))
    return tuple(found)
