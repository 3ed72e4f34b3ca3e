from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from envdoctor.report.issue import LIMIT, is_repository, link
from tests.report import samples


def fields(url: str) -> dict[str, list[str]]:
    parts = urlsplit(url)

    assert (parts.scheme, parts.netloc, parts.path) == ("https", "github.com", "/pytorch/pytorch/issues/new")
    assert not parts.fragment
    return parse_qs(parts.query, strict_parsing=True)


def test_opens_an_issue_with_the_cause_as_its_title() -> None:
    filled = fields(link(samples.broken(), "pytorch/pytorch", "laptop.json"))

    assert filled.keys() == {"title", "body"}
    assert filled["title"][0].startswith("[DRV002] PyTorch 2.15.0+cu132 is built for CUDA 13.2")
    assert "Attached: `laptop.json`" in filled["body"][0]
    assert "Driver    NVIDIA 535.183.01, up to CUDA 12.2" in filled["body"][0]


@pytest.mark.parametrize("sample", [*samples.ALL.values()], ids=[*samples.ALL])
def test_is_never_too_long(sample: object) -> None:
    assert callable(sample)
    assert len(link(sample(), "pytorch/pytorch")) <= LIMIT


@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_hostile_texts_stay_in_their_field(bad: str) -> None:
    url = link(samples.hostile(bad), "pytorch/pytorch")
    filled = fields(url)
    tokens = MarkdownIt("commonmark").parse(filled["body"][0])

    assert len(url) <= LIMIT
    assert url.isascii()
    assert [token.type for token in tokens].count("fence") == 1
    assert not any(token.type in ("html_block", "heading_open") for token in tokens)


@given(st.text(max_size=3_000))
def test_no_text_makes_it_too_long(text: str) -> None:
    assert len(link(samples.hostile(text), "pytorch/pytorch")) <= LIMIT


@pytest.mark.parametrize("name", ["pytorch/pytorch", "a/b", "my-org/my.repo_2"])
def test_repositories(name: str) -> None:
    assert is_repository(name)


@pytest.mark.parametrize(
    "name",
    ["", "pytorch", "a/b/c", "a/..", "-a/b", "a b/c", "a/b?x=1", "https://github.com/a/b", "a/b\n", "a/é", "é/a"],
)
def test_no_repositories(name: str) -> None:
    assert not is_repository(name)
    with pytest.raises(ValueError, match="no OWNER/NAME"):
        link(samples.broken(), name)
