"""The page in a real browser: it is clicked, sorted, folded, copied, printed, and looked at in three widths."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from envdoctor.report.html import render
from envdoctor.report.identity import Identity
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
BAD = "<script>document.title='x'</script><img src=x onerror=\"document.title='x'\">"
SAMPLES: dict[str, Callable[[], Report]] = {**samples.ALL, "hostile": lambda: samples.hostile(BAD)}


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
    assert browser.evaluate("document.getElementById('said').textContent") == "Sorted by Images/s, descending"


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
    is_open = "[...document.querySelectorAll('details')].map(part => part.open)"

    assert set(browser.evaluate(is_open)) == {False}
    click(browser, "#unfold")
    assert set(browser.evaluate(is_open)) == {True}
    click(browser, "#unfold")
    assert set(browser.evaluate(is_open)) == {False}
    click(browser, "summary")
    assert browser.evaluate(is_open)[0] is True


def test_a_command_is_copied_as_it_stands(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["broken"])
    browser.allow("clipboardReadWrite", "clipboardSanitizedWrite")
    click(browser, ".commands button")
    browser.wait_for("document.querySelector('.commands button').textContent !== 'Copy'")

    assert browser.evaluate("document.querySelector('.commands button').textContent") == "Copied"
    assert browser.evaluate("navigator.clipboard.readText()") == (
        "~/project/.venv/bin/python -m pip install torch==2.10.0 --index-url https://download.pytorch.org/whl/cu128"
    )
    assert browser.evaluate("document.getElementById('said').textContent") == "Copied"


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
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", SAMPLES)
def test_axe_finds_no_fault(browser: Browser, pages: dict[str, Path], name: str, dark: bool) -> None:
    browser.open(pages[name], width=768, dark=dark)
    browser.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    browser.evaluate(Path(str(AXE)).read_text("utf-8") + "; 0")
    faults = browser.evaluate("axe.run().then(found => found.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")

    assert [fault for fault in faults if fault[0] in ("serious", "critical")] == []
