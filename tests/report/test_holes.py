"""What may fill a hole of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.report.holes import hidden, is_balanced, template


@pytest.mark.parametrize(
    ("text", "balanced"),
    [
        pytest.param("torch 2.15", True, id="a value"),
        pytest.param("torch (2.15 [a])", True, id="brackets within brackets"),
        pytest.param("2.15), a toolkit (13.0", False, id="it closes first"),
        pytest.param("torch (2.15", False, id="not closed"),
        pytest.param("(a]", False, id="closed by another"),
        pytest.param("“a (b”", True, id="one within a quotation"),
        pytest.param("says “a", False, id="half a quotation"),
        pytest.param("`a", False, id="half of code"),
        pytest.param("the CPU's", True, id="an apostrophe"),
    ],
)
def test_brackets_and_quotations_end_where_they_begin(text: str, balanced: bool) -> None:
    assert is_balanced(text) is balanced


@pytest.mark.parametrize(
    ("english", "text", "filled"),
    [
        pytest.param("{1} ({2})", "a (b)", {"1": "a", "2": "b"}, id="plain"),
        pytest.param("{1} ({2})", "a (b) (c)", {"1": "a (b)", "2": "c"}, id="the last bracket is the template's"),
        pytest.param("{1} ({2})", "a (b), c (d)", None, id="the next item of a list is another"),
        pytest.param("({1})", "(a) and (b)", None, id="two brackets are not one"),
        pytest.param("says “{1}”", "says “a (b”", {"1": "a (b"}, id="a quotation holds anything"),
        pytest.param("says “{1}”", "says “a” and “b”", None, id="but for its end"),
        pytest.param("{1}: {2}", "a “b: c”: d", {"1": "a “b: c”", "2": "d"}, id="nothing is taken out of a quotation"),
    ],
)
def test_fits(english: str, text: str, filled: dict[str, str] | None) -> None:
    assert template(english, english).fit(text) == filled


@given(st.text(st.sampled_from("ab`“”\"'()[] "), max_size=60))
def test_what_is_hidden_keeps_its_length(text: str) -> None:
    assert len(hidden(text)) == len(text)


@given(st.text(st.sampled_from("ab (),“”"), max_size=60))
def test_what_fits_makes_the_text_again(text: str) -> None:
    filled = template("{1} ({2}), {3}", "").fit(text)

    assert filled is None or f"{filled['1']} ({filled['2']}), {filled['3']}" == text


def test_hostile_brackets_end_soon() -> None:
    text = "(“`'" * 1_000

    assert not is_balanced(text)
    assert template("{1} ({2}) {3}", "").fit(f"{text} ({text}) x") is None
