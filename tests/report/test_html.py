from __future__ import annotations

import base64
import functools
import hashlib
import itertools
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from envdoctor.facts import Snapshot
from envdoctor.report import html
from envdoctor.report.html import render
from envdoctor.report.identity import Identity
from envdoctor.report.language import CHINESE, speaking
from envdoctor.report.measured import measured
from envdoctor.report.model import Report
from envdoctor.report.private import make_private
from tests.report import samples

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "footer", "script",
    "h1", "h2", "h3", "h4", "p", "span", "code", "pre", "div", "table", "thead", "tbody", "tr", "th", "td", "bdi",
    "strong", "em", "ul", "li", "details", "summary", "figure", "figcaption", "fieldset", "legend", "button",
    "svg", "g", "path", "rect", "text", "tspan", "use", "defs", "clippath",
}  # fmt: skip
VOID = {"meta"}
DEPTH = 3
"""Elements that are open around the content of a part: html, body and its own."""


class Page(HTMLParser):
    """A page taken apart; fails on anything that does not belong there. `texts` are those of the language shown."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.parts: list[dict[str, str | None]] = []
        """One for each language."""
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        self.elements.append((tag, dict(attrs)))
        if dict(attrs).get("class") == "part":
            self.parts.append(dict(attrs))
        if tag not in VOID:
            self._open.append(tag)
            if self._is_shown():
                self.texts.setdefault(tag, []).append("")

    def _is_shown(self) -> bool:
        return not self.parts or "hidden" not in self.parts[-1] or len(self._open) <= DEPTH

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self._open) if self._is_shown() else ():
            self.texts[tag][-1] += data

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data[:80]}")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


EVERY: dict[str, Callable[[], Report]] = {
    **samples.ALL,
    "series": samples.series,
    **{f"hostile {bad[:14]!r}": functools.partial(samples.hostile, bad) for bad in samples.HOSTILE},
}


@pytest.fixture(scope="module", params=list(EVERY.values()), ids=list(EVERY))
def markup(request: pytest.FixtureRequest) -> str:
    return render(request.param())


def test_nothing_becomes_markup_and_nothing_is_loaded(markup: str) -> None:
    page = Page(markup)

    assert len(page.all("script")) == len(page.all("style")) == 1
    assert len(page.all("h1")) == len(page.all("main")) == len(page.parts) == 2
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("style", "src", "action") for name in attributes), (
            tag,
            attributes,
        )
        assert str(attributes.get("href", "#")).startswith("#")
        assert tag == "meta" or not any("://" in str(v) for k, v in attributes.items() if k != "aria-label")
    assert len(markup.encode()) < 3_000_000
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", markup)


def test_the_policy_allows_our_style_and_script_alone(markup: str) -> None:
    page = Page(markup)
    [policy] = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]

    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.texts[tag][0].encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy


def test_can_be_read_aloud(markup: str) -> None:
    page = Page(markup)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    ids = Counter(str(attributes["id"]) for _, attributes in page.elements if "id" in attributes)

    assert levels[0] == 1
    assert levels.count(1) == len(page.parts)
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert set(ids.values()) <= {1}
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all("th"))
    assert all(attributes.get("aria-labelledby") in ids for attributes in page.all("section"))
    assert all(
        attributes.get("aria-label") for _, attributes in page.elements if attributes.get("role") in ("img", "region")
    )
    assert page.all("html")[0]["lang"] == "en"


@pytest.mark.parametrize("bad", ["<script>alert(1)</script>", "]]>", "{{ 7 * 7 }}", "'\" onclick='x'", "&amp;"])
def test_hostile_texts_stand_there_as_they_are(bad: str) -> None:
    page = Page(render(samples.hostile(bad)))

    assert bad in page.texts["h1"][0]
    assert any(bad in text for text in page.texts["td"])
    assert any(bad in text for text in page.texts["pre"])


def test_the_primary_finding_comes_first_with_all_that_mends_it() -> None:
    page = Page(render(samples.broken()))
    first = page.texts["article"][0]

    assert page.texts["h1"][0].startswith("Broken PyTorch 2.15.0+cu132 is built for CUDA 13.2")
    assert page.texts["h2"][0] == "What is wrong"
    for words in (
        "DRV002",
        "driver.version",
        "535.183.01",
        "not there",
        "torch==2.10.0",
        "envdoctor check --select DRV002",
    ):
        assert words in first
    assert "This changes the Python environment." in first
    assert "This follows from DRV002" in page.texts["article"][1]


def test_another_language_is_there_and_hidden() -> None:
    made = render(samples.broken())
    with speaking(CHINESE):
        chinese = render(samples.broken())
    pages = Page(made), Page(chinese)

    assert [(part["lang"], "hidden" in part) for part in pages[0].parts] == [("en", False), ("zh-CN", True)]
    assert [(part["lang"], "hidden" in part) for part in pages[1].parts] == [("zh-CN", False), ("en", True)]
    assert [page.all("html")[0]["lang"] for page in pages] == ["en", "zh-CN"]
    assert pages[0].texts["h2"][0] == "What is wrong"
    assert "What is wrong" not in pages[1].texts["h2"]
    assert {str(part["data-title"]) for part in pages[0].parts} == {str(part["data-title"]) for part in pages[1].parts}


def test_what_needs_no_language_is_there_once() -> None:
    pytest.importorskip("matplotlib")
    made = render(samples.healthy_gpu())

    assert made.count("&#34;arch_list&#34;") == 1
    assert made.count("<svg") == 3
    assert re.findall('<text [^>]*lang="en"[^>]*>step</text>', made)
    assert re.findall('<text [^>]*lang="zh-CN"[^>]*>', made)


def test_a_page_in_the_only_language_has_no_choice_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "languages", lambda: ("en",))
    made = render(samples.broken())

    assert len(Page(made).parts) == 1
    assert "data-language" not in made.partition("<script>")[0]


def test_a_healthy_machine_gets_no_accusation() -> None:
    page = Page(render(samples.healthy_gpu()))

    assert page.texts["h1"][0].startswith("Healthy")
    assert "What is wrong" not in page.texts["h2"]
    assert "article" not in page.texts


def test_says_what_was_removed() -> None:
    made = make_private(samples.broken(), Identity(homes=("/home/ann",)))

    assert "home (9), uuid (3)" in Page(render(made)).texts["footer"][0]
    assert "Nothing was removed" in Page(render(samples.clean_cpu())).texts["footer"][0]


def test_probes_packages_and_facts_are_folded_away() -> None:
    page = Page(render(samples.broken()))
    folded = page.texts["summary"]

    assert folded == ["Not checked (1)", "Probes (4)", "Environment variables (2)", "Packages (9)", "Raw facts (JSON)"]
    assert not any("open" in attributes for attributes in page.all("details"))


def test_measurements_stand_in_a_table_with_and_without_plots() -> None:
    pytest.importorskip("matplotlib")
    page = Page(render(samples.healthy_gpu()))

    assert "41,875" in page.texts["td"]
    assert "71.0% (guessing: 10.0%)" in page.texts["td"]
    assert len(page.all("figure")) == 2 * len(page.all("svg")) == 6
    assert any("synthetic" in text for text in page.texts["p"])


def test_without_matplotlib_the_page_says_how_to_get_plots() -> None:
    made = html._measurements(measured(samples.healthy_gpu()), there=False)

    assert made["plots"] == []
    assert made["plots_available"] is False
    assert 'pip install "torch-envdoctor[bench]"' in html._template("body.html")


def test_a_benchmark_alone_says_nothing_of_the_machine() -> None:
    pytest.importorskip("matplotlib")
    page = Page(render(samples.series()))

    assert "The machine" not in page.texts["h2"]
    assert {"Why each came out as it did", "Where a step goes on cpu"} <= set(page.texts["h3"])
    assert "Times reference" in page.texts["th"]
    assert "Loss" not in page.texts["th"]  # nothing stands in this column
    assert {"Accuracy", "Time", "Training curves", "CPU/GPU utilisation over time"} <= set(page.texts["figcaption"])


def test_nothing_is_said_of_measurements_where_there_are_none() -> None:
    assert "Measurements" not in render(samples.broken())


def test_an_empty_report_is_a_page() -> None:
    empty = msgspec.structs.replace(samples.clean_cpu(), facts=Snapshot(), findings=(), probes=())

    assert Page(render(empty)).texts["h1"]


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark", "print"])
def test_texts_can_be_told_from_their_ground(theme: int) -> None:
    style = files("envdoctor.report").joinpath("templates").joinpath("report.css").read_text("utf-8")
    grounds = re.findall(r":root(?:, :root\[data-theme\]|\[data-theme=\"dark\"\])? \{(.*?)\}", style, re.DOTALL)
    colors = dict(re.findall(r"--(\w+): (#\w{6})", grounds[theme]))

    for text in ("ink", "soft", "link", "error", "warning", "note", "ok", "unknown", "absent"):
        for ground in ("paper", "panel"):
            light, dark = sorted((luminance(colors[text]), luminance(colors[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_dark_is_dark_whether_the_system_or_a_person_asks_for_it() -> None:
    style = files("envdoctor.report").joinpath("templates").joinpath("report.css").read_text("utf-8")
    blocks = re.findall(r":root(?::not\(\[data-theme=.light.\]\)|\[data-theme=.dark.\]) \{(.*?)\}", style, re.DOTALL)
    colors = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in blocks]

    assert len(colors) == 2
    assert colors[0] == colors[1] != {}


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to open the page with")
@pytest.mark.parametrize("sample", ["broken", "healthy_gpu", "hostile"])
def test_a_browser_runs_our_script_and_has_nothing_to_complain_of(sample: str, tmp_path: Path) -> None:
    bad = "<script>document.title='x'</script><img src=x onerror=\"document.title='x'\">"
    report = samples.hostile(bad) if sample == "hostile" else samples.ALL[sample]()
    made = render(report)
    (tmp_path / "page.html").write_text(made, "utf-8")
    flags = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --enable-logging=stderr --dump-dom
    """
    argv = [str(CHROMIUM), *flags.split(), f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "page.html").as_uri()]
    done = subprocess.run(argv, check=True, capture_output=True, encoding="utf-8", timeout=120)

    assert "CONSOLE" not in done.stderr
    assert len(Page(made).parts) * done.stdout.count(">Copy</button>") == made.count('class="commands"')
    assert re.search(r"<title>envdoctor: (Broken|Healthy)</title>", done.stdout)
