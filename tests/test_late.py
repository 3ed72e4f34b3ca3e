"""A pattern that is compiled late is the pattern."""

import re

import pytest

from envdoctor.late import late


def test_it_finds_what_the_pattern_finds() -> None:
    pattern = late(r"(?P<digit>\d)  # one", re.VERBOSE)
    found = pattern.search("a7")

    assert found is not None
    assert found["digit"] == "7"
    assert pattern.sub("x", "a7") == "ax"
    assert pattern.pattern == r"(?P<digit>\d)  # one"


def test_it_is_compiled_when_it_is_used_and_once() -> None:
    broken = late("(")
    with pytest.raises(re.error):
        broken.search("x")

    pattern = late("x")
    assert pattern.search is pattern.search
