"""The ideas that a complaint is made of, each in the many words that people have for it."""

from __future__ import annotations

import functools
import re

from envdoctor.intake.complaints import parts, slowness

IDEAS = slowness.IDEAS | parts.IDEAS


class Ideas:
    """The ideas in a sentence, or in a whole text; each is looked for once."""

    def __init__(self, text: str) -> None:
        """Nothing is looked for yet."""
        self._text = text
        self._known: dict[str, bool] = {}

    def holds(self, idea: str) -> bool:
        """Say whether the text has this idea."""
        known = self._known.get(idea)
        if known is None:
            known = self._known[idea] = _pattern(idea).search(self._text) is not None
        return known

    def any(self, ideas: str) -> bool:
        """Say whether the text has one of these ideas: "slow|no faster"."""
        return any(self.holds(one) for one in ideas.split("|"))


@functools.cache
def _pattern(idea: str) -> re.Pattern[str]:
    return re.compile(IDEAS[idea], re.IGNORECASE)
