"""The page in a real browser: it is clicked, sorted, folded, copied, printed, and looked at in three widths."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from envdoctor.report.html import render
from envdoctor.report.identity import Identity
from envdoctor.report.language import CHINESE, LANGUAGES, speaking
from envdoctor.report.model import Report
from envdoctor.report.private import make_private
from tests.report import samples

pytest.importorskip("websockets", reason="websockets is not installed: it drives the browser")
from tests.report.browser import CHROMIUM, Browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to open the page with"),
]
AXE = os.environ.get("ENVDOCTOR_AXE")
"""The file axe.min.js of the npm package axe-core."""
WIDTHS = (320, 768, 1920)
SAID = "document.querySelector('.part:not([hidden]) .said').textContent"
BAD = "<script>document.title='x'</script><img src=x onerror=\"document.title='x'\">"
SAMPLES: dict[str, Callable[[], Report]] = {
    **samples.ALL,
    "series": samples.series,
    "hostile": lambda: samples.hostile(BAD),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name, sample in SAMPLES.items():
        made[name] = folder / f"{name}.html"
        made[name].write_text(render(make_private(sample(), Identity(homes=("/home/ann",)))), "utf-8")
    return made


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with contextlib.closing(Browser(tmp_path_factory.mktemp("browser"))) as started:
        yield started


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_is_asked_for_said_or_wider_than_the_window(
    browser: Browser, pages: dict[str, Path], name: str, width: int, dark: bool
) -> None:
    browser.open(pages[name], width=width, dark=dark)
    browser.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")

    assert browser.complaints == []
    assert browser.requests == []
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.evaluate("document.title").startswith("envdoctor: ")


def column(browser: Browser, table: str, number: int) -> list[str]:
    rows = f"[...document.querySelector({json.dumps(table)}).tBodies[0].rows]"
    cells: list[str] = browser.evaluate(f"{rows}.map(row => row.cells[{number}].textContent.trim())")
    return cells


def head(browser: Browser, table: str, number: int) -> Any:
    return browser.evaluate(
        f"document.querySelector({json.dumps(table)}).tHead.rows[0].cells[{number}].getAttribute('aria-sort')"
    )


def click(browser: Browser, selector: str) -> None:
    browser.evaluate(f"document.querySelector({json.dumps(selector)}).click()")


def test_tables_sort_by_numbers_not_by_letters(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["healthy_gpu"])
    before = column(browser, "table.numbers", 2)
    click(browser, "table.numbers thead th:nth-child(3) button")
    once, ascending = column(browser, "table.numbers", 2), head(browser, "table.numbers", 2)
    click(browser, "table.numbers thead th:nth-child(3) button")

    assert sorted(before) == sorted(once)
    assert once == ["3,210", "41,875"]
    assert ascending == "ascending"
    assert column(browser, "table.numbers", 2) == ["41,875", "3,210"]
    assert head(browser, "table.numbers", 2) == "descending"
    assert browser.evaluate(SAID) == "Sorted by Images/s, descending"


def test_devices_sort_by_the_number_in_them(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["huge"])
    click(browser, "table.numbers thead th:nth-child(1) button")
    shown = [cell.split(":")[1].split()[0].rstrip(",") for cell in column(browser, "table.numbers", 0)]

    assert shown == [str(number) for number in range(64)]


def test_the_keyboard_reaches_and_works_what_the_mouse_does(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["healthy_gpu"])
    reached = set()
    for _ in range(60):
        browser.press("Tab", 9)
        reached.add(browser.evaluate("document.activeElement.textContent.trim()"))
        if browser.evaluate("document.activeElement.className") == "sort":
            break
    browser.press("Enter", 13)

    assert {"As the system", "Light", "Dark", "Open all details"} <= reached
    assert head(browser, "table.numbers", 0) == "ascending"
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_colours_follow_the_system_until_one_chooses(browser: Browser, pages: dict[str, Path], dark: bool) -> None:
    browser.open(pages["broken"], dark=dark)
    paper = "getComputedStyle(document.body).backgroundColor"
    light, night = "rgb(255, 255, 255)", "rgb(18, 23, 30)"

    assert browser.evaluate(paper) == (night if dark else light)
    click(browser, "[data-theme-choice=dark]")
    assert browser.evaluate(paper) == night
    assert browser.evaluate("document.querySelector('[data-theme-choice=dark]').ariaPressed") == "true"
    click(browser, "[data-theme-choice=light]")
    assert browser.evaluate(paper) == light
    click(browser, "[data-theme-choice='']")
    assert browser.evaluate(paper) == (night if dark else light)


def test_everything_folded_opens_and_closes_at_once(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["broken"])
    is_open = "[...document.querySelectorAll('.part:not([hidden]) details')].map(part => part.open)"

    assert set(browser.evaluate(is_open)) == {False}
    click(browser, ".unfold")
    assert set(browser.evaluate(is_open)) == {True}
    click(browser, ".unfold")
    assert set(browser.evaluate(is_open)) == {False}
    click(browser, "summary")
    assert browser.evaluate(is_open)[0] is True


def chinese(browser: Browser) -> None:
    click(browser, ".part:not([hidden]) [data-language=zh-CN]")


def test_the_language_is_chosen_in_the_page(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["broken"])
    shown = "document.querySelector('.part:not([hidden]) h2').textContent"
    english, title = browser.evaluate(shown), browser.evaluate("document.title")
    click(browser, "summary")
    click(browser, "[data-theme-choice=dark]")
    chinese(browser)

    assert english == "What is wrong"
    assert re.search("[\u4e00-\u9fff]", browser.evaluate(shown))
    assert browser.evaluate("document.documentElement.lang") == "zh-CN"
    assert re.search("[\u4e00-\u9fff]", browser.evaluate("document.title"))
    assert browser.evaluate("document.activeElement.textContent") == "\u4e2d\u6587"
    assert browser.evaluate("document.activeElement.ariaPressed") == "true"
    assert browser.evaluate("document.querySelector('.part:not([hidden]) details').open") is True
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 30)"
    click(browser, ".part:not([hidden]) [data-language=en]")
    assert (browser.evaluate(shown), browser.evaluate("document.title")) == (english, title)
    assert browser.evaluate("document.querySelectorAll('.part:not([hidden])').length") == 1
    assert browser.complaints == []


def test_plots_and_facts_go_along_into_another_language(browser: Browser, pages: dict[str, Path]) -> None:
    pytest.importorskip("matplotlib")
    browser.open(pages["healthy_gpu"])
    plots = "document.querySelectorAll('.part:not([hidden]) figure svg').length"
    facts = "document.querySelector('.part:not([hidden]) .facts').textContent.length"
    seen = "[...document.querySelectorAll('figure text')].filter(one => one.checkVisibility())"
    words = f"{seen}.map(one => one.getAttribute('lang') || '')"
    before = browser.evaluate(plots), browser.evaluate(facts)
    assert set(browser.evaluate(words)) == {"", "en"}
    chinese(browser)

    assert (browser.evaluate(plots), browser.evaluate(facts)) == before
    assert before[0] == 3
    assert before[1] > 1000
    assert set(browser.evaluate(words)) == {"", "zh-CN"}


def test_what_is_said_and_sorted_is_in_the_language_shown(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["healthy_gpu"])
    chinese(browser)
    click(browser, ".part:not([hidden]) table.numbers thead th:nth-child(3) button")

    assert browser.evaluate("document.querySelector('[aria-sort]').closest('.part').lang") == "zh-CN"
    assert re.search("[\u4e00-\u9fff]", browser.evaluate(SAID))


def test_a_page_without_scripts_is_in_the_language_that_was_asked_for(browser: Browser, tmp_path: Path) -> None:
    with speaking(CHINESE):
        made = render(SAMPLES["broken"]())
    (tmp_path / "page.html").write_text(re.sub("(?s)<script>.*</script>", "", made), "utf-8")
    browser.open(tmp_path / "page.html")
    shown = browser.evaluate(
        "[...document.querySelectorAll('main, .tools')].filter(one => one.checkVisibility()).length"
    )

    assert shown == 1
    assert browser.evaluate("document.querySelector('main').checkVisibility()") is True
    assert browser.evaluate("document.querySelector('.part').lang") == "zh-CN"


def test_one_language_is_printed(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["broken"])
    browser.medium("print")
    visible = browser.evaluate(
        "[...document.querySelectorAll('main, .tools')].filter(one => one.checkVisibility()).length"
    )
    browser.medium("")

    assert visible == 1


def test_a_command_is_copied_as_it_stands(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["broken"])
    browser.allow("clipboardReadWrite", "clipboardSanitizedWrite")
    click(browser, ".commands button")
    browser.wait_for("document.querySelector('.commands button').textContent !== 'Copy'")

    assert browser.evaluate("document.querySelector('.commands button').textContent") == "Copied"
    assert browser.evaluate("navigator.clipboard.readText()") == (
        "~/project/.venv/bin/python -m pip install torch==2.10.0 --index-url https://download.pytorch.org/whl/cu128"
    )
    assert browser.evaluate(SAID) == "Copied"


def test_is_printed_in_full_and_in_light_colours(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["broken"], dark=True)
    click(browser, "[data-theme-choice=dark]")
    printed = browser.printed()

    assert printed.startswith(b"%PDF-")
    assert len(printed) > 20_000
    assert set(browser.evaluate("[...document.querySelectorAll('details')].map(part => part.open)")) == {False}


def test_what_the_machine_says_never_runs(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["hostile"])

    assert browser.evaluate("document.images.length") == 0
    assert browser.evaluate("document.scripts.length") == 1
    assert browser.evaluate("document.title") == "envdoctor: Broken"
    assert BAD in browser.evaluate("document.querySelector('h1').textContent")
    ran = browser.evaluate(
        "(() => { const s = document.createElement('script'); s.textContent = 'document.title = 1'; "
        "document.body.append(s); return document.title; })()"
    )
    assert ran == "envdoctor: Broken"
    assert any("Content Security Policy" in complaint for complaint in browser.complaints)


@pytest.mark.skipif(AXE is None, reason="ENVDOCTOR_AXE names no axe.min.js (npm install axe-core)")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SAMPLES)
def test_axe_finds_no_fault(
    browser: Browser, pages: dict[str, Path], name: str, width: int, dark: bool, language: str
) -> None:
    browser.open(pages[name], width=width, dark=dark)
    if language == CHINESE:
        chinese(browser)
    browser.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    browser.evaluate(Path(str(AXE)).read_text("utf-8") + "; 0")
    faults = browser.evaluate("axe.run().then(found => found.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")

    assert [fault for fault in faults if fault[0] in ("serious", "critical")] == []


def test_a_word_that_marks_a_line_stands_in_one(browser: Browser, tmp_path: Path) -> None:
    one = {**samples.measurement(), "parts": [{"name": "half precision", "verdict": "PASS", "what": "8 steps"}]}
    made = render(msgspec.structs.replace(samples.healthy_gpu(), measurements=(one,)))
    (tmp_path / "page.html").write_text(made, "utf-8")
    browser.open(tmp_path / "page.html", width=320)

    assert browser.evaluate("document.querySelector('.mark.word').getBoundingClientRect().height") < 40
