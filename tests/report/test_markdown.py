from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from envdoctor.facts import Snapshot
from envdoctor.report.gfm import bar, block, code, prose, size, table
from envdoctor.report.markdown import LIMIT, render
from tests.report import samples

TAGS = {
    "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "code", "pre", "ul", "li", "details",
    "summary", "sub",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser sees."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.headings: list[str] = []
        self.text = ""
        self.cells: list[int] = []
        self._heading = False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert all(name in ("class", "style") for name, _ in attrs), attrs
        self.tags.append(tag)
        self._heading = tag in ("h1", "h2", "h3", "h4")
        if self._heading:
            self.headings.append("")
        if tag == "tr":
            self.cells.append(0)
        if tag in ("td", "th"):
            self.cells[-1] += 1

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._heading:
            self.headings[-1] += data

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._heading = False

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data[:80]}")


def page(markdown: str) -> Page:
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


@pytest.mark.parametrize("sample", samples.ALL.values(), ids=samples.ALL)
def test_is_what_it_should_be_on_github(sample: Any) -> None:
    shown = page(render(sample()))

    assert set(shown.tags) <= TAGS
    assert shown.headings[1:] == [h for h in shown.headings[1:] if h in HEADINGS]


HEADINGS = ("The machine", "Findings", "Other findings", "Measurements", "Versions that fit this machine")


def test_the_primary_finding_comes_first_and_whole() -> None:
    text = render(samples.broken())

    assert text.startswith("## ❌ Broken: PyTorch 2.15.0+cu132 is built for CUDA 13.2 and needs NVIDIA driver 580")
    head = text.partition("### The machine")[0]
    assert "`torch.cuda.is_available()` is False" in head
    assert "| `driver.version` | `535.183.01` |" in head
    assert "```bash\n/home/ann/project/.venv/bin/python -m pip install torch==2.10.0" in head
    assert "```bash\nenvdoctor check --select DRV002\n```" in head


def test_a_healthy_machine_gets_no_accusation() -> None:
    text = render(samples.healthy_gpu())

    assert "Healthy" in text
    assert "How to mend it" not in text
    assert "Error" not in text


def test_synthetic_images_are_called_so() -> None:
    assert "**synthetic**" in render(samples.healthy_gpu())
    assert "synthetic" not in render(samples.broken())


@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_nothing_becomes_markup(bad: str) -> None:
    text = render(samples.hostile(bad))
    shown = page(text)

    assert size(text) <= LIMIT
    assert set(shown.tags) <= TAGS
    assert len([h for h in shown.headings if h in HEADINGS]) == len(shown.headings) - 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert not re.search(
        r"@(?=everyone)|(?<!\w)#(?=1 )|GH-2", re.sub(r"`[^`]*`|<code>.*?</code>|```.*?```", "", text, flags=re.DOTALL)
    )


@pytest.mark.parametrize("bad", [bad for bad in samples.HOSTILE if len(bad) < 100 and "\x1b" not in bad])
def test_what_is_escaped_can_be_read(bad: str) -> None:
    shown = page(f"{prose(bad)}\n\n{table(('a', 'b'), [(prose(bad), code(bad))])}")
    words = re.sub(r"[`\s\u200b]+|\\x..|\\u....", "", shown.text)

    assert words.count(re.sub(r"[`\s\x00-\x1f]|[^\x20-\x7e]|\\x..|\\u....", "", bad)[:12]) >= 2
    assert set(shown.cells) == {2}


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from("`*_[]()<>!|\\#@-+=~&;:.1a\n \t$\"'{}/^"), max_size=30))
def test_prose_and_code_are_texts_whatever_they_hold(text: str) -> None:
    cells = [(prose(text), code(text)), (code(text), prose(text))]
    shown = page(f"{prose(text)}\n\n{table(('a', 'b'), cells)}\n\n- {prose(text)}")

    assert set(shown.tags) <= {"p", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
    assert shown.cells == [2, 2, 2]
    without = re.sub(r"`[^`\n]+`", " ", " ".join(text.split()))
    for word in re.findall(r"[a1]+", without):
        assert shown.text.count(word) >= 4


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("`~a\n <"), max_size=40))
def test_a_block_is_a_block_whatever_it_holds(text: str) -> None:
    assert page(block(text)).tags == ["pre", "code"]


def test_fits_with_64_gpus_and_600_packages() -> None:
    text = render(samples.huge())

    assert size(text) <= LIMIT
    assert re.search(r"Raw facts \(without .*?gpus|Left out to stay within", text)
    assert "64 x NVIDIA H100 80GB HBM3" in text
    assert "DRV002" in text.partition("### The machine")[0]


def test_the_least_useful_is_left_out_first() -> None:
    whole = render(samples.huge(), limit=1_000_000)
    dropped = []
    for limit in (120_000, 90_000, 65_536, 40_000, 25_000):
        text = render(samples.huge(), limit=limit)
        assert size(text) <= limit
        said = re.search(r"Left out to stay within .*?: (.*?)\. The", text)
        dropped.append(set(said[1].split(", ")) if said else set())

    assert "Left out" not in whole
    assert all(fewer <= more for fewer, more in itertools.pairwise(dropped))
    assert "the machine" not in dropped[-1]


def test_packages_that_matter_stay_longest() -> None:
    packages = {f"filler-{i:05}": "1.0" for i in range(5_000)} | {"torch": "2.15.0", "nvidia-cublas": "13.2"}
    text = render(msgspec.structs.replace(samples.broken(), facts=samples.snapshot(packages=packages)))

    assert "torch==2.15.0\n" in text
    assert "Packages (5002, 2 of them shown)" in text
    assert "filler" not in text


@pytest.mark.parametrize("length", [10_000, 100_000])
def test_even_a_primary_finding_of_any_length_fits(length: int) -> None:
    text = render(samples.hostile("|" * length))

    assert size(text) <= LIMIT
    assert "DRV002" in text


def test_an_empty_report_is_a_report() -> None:
    empty = msgspec.structs.replace(
        samples.clean_cpu(), facts=Snapshot(), findings=(), probes=(), tool=samples.broken().tool
    )

    assert page(render(empty)).headings[0].startswith("✅ Healthy")


def test_bars() -> None:
    assert bar(1.0, 4) == "████"
    assert bar(0.5, 4) == "██"
    assert bar(0.0) == ""
    assert bar(0.51, 4) == "██"
    assert bar(0.6, 4) == "██▍"
    assert bar(7.0, 4) == "████"
