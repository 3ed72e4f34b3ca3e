"""Writes what the code knows better than a person into the documentation.

Usage: update_docs.py            rewrite README.md, docs/checks.md, docs/schemas/ and samples in reports/
       update_docs.py --check    say what is stale, and exit 1

README.md shows the text that the saved reports in reports/ give with today's code; docs/checks.md is made from the
docstrings of the checks, docs/schemas/ from the types of what is written. reports/sample.json and each
reports/bench-*.json are rendered in every other format.
"""

from __future__ import annotations

import json as plain_json
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from envdoctor import lock
from envdoctor.compare import markdown
from envdoctor.compare.differences import compare
from envdoctor.compare.sides import Compared, Side
from envdoctor.files import write_atomically
from envdoctor.findings import Check
from envdoctor.groups import GROUPS, rank
from envdoctor.registry import load_checks
from envdoctor.report import json, render, text
from envdoctor.schema import SCHEMAS

TOP = Path(__file__).parent.parent
OUTPUTS = {"broken": "reports/broken.json", "sound": "reports/sound.json"}
ENDINGS = {"txt": "text", "md": "markdown", "html": "html", "junit.xml": "junit", "github.txt": "github"}
"""Ending of a sample → its format."""
WIDTH = 96


def readme(current: str) -> str:
    """Put today's text of the saved reports after their markers."""
    for name, source in OUTPUTS.items():
        shown = text.render(json.load((TOP / source).read_bytes()), width=WIDTH)
        pattern = rf"(<!-- output: {name} -->\n```text\n).*?(```\n)"
        current, count = re.subn(pattern, lambda m: m[1] + shown + m[2], current, flags=re.DOTALL)  # noqa: B023
        if count != 1:
            raise LookupError(f"README.md has no place for the output {name!r}")
    return current


def catalogue() -> str:
    """Return the page of all checks."""
    ours = {code: check for code, check in load_checks().items() if code[:3] in GROUPS}
    lines = [
        "# The checks",
        "",
        f"{len(ours)} checks, from the bottom of the stack to its top. Made from the code by `tools/update_docs.py`;",
        "`envdoctor explain CODE` prints the same in a terminal.",
    ]
    for group, title in GROUPS.items():
        members = sorted((code for code in ours if code.startswith(group)), key=rank)
        if members:
            lines += ["", f"## {group}: {title}"]
            lines += [line for code in members for line in _entry(ours[code])]
    return "\n".join([*lines, ""])


def sample_lock() -> str:
    """Return the lock of the sound machine in reports/."""
    report = json.load((TOP / OUTPUTS["sound"]).read_bytes())
    created = datetime.strptime(report.created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return lock.render(lock.make_lock(report, now=created))


def sample_diff() -> str:
    """Return what differs between the sound and the broken machine in reports/."""
    sound, broken = (json.load((TOP / OUTPUTS[name]).read_bytes()) for name in ("sound", "broken"))
    sides = {"a": Side("sound.json", sound.created), "b": Side("broken.json", broken.created)}
    return markdown.render(Compared(**sides, comparison=compare(sound.facts, broken.facts)))


def rendered(name: str = "sample.json") -> dict[str, str]:
    """Return a saved report in every other format: name of the file → content."""
    report = json.load((TOP / "reports" / name).read_bytes())
    stem = name.removesuffix(".json")
    return {f"{stem}.{ending}": render(report, format_) for ending, format_ in ENDINGS.items()}


def benchmarks() -> dict[str, str]:
    """Return each saved benchmark in every other format, as `envdoctor bench --format` writes it."""
    from envdoctor.bench import csv, table  # noqa: PLC0415  # only where there is a benchmark
    from envdoctor.bench.explain import report_of  # noqa: PLC0415  # same
    from envdoctor.bench.result import Series  # noqa: PLC0415  # same

    pages: dict[str, str] = {}
    for path in sorted((TOP / "reports").glob("bench-*.json")):
        document = plain_json.loads(path.read_bytes())
        series = msgspec.convert(document, Series)
        report = msgspec.structs.replace(report_of(series), created=document["created"], removed=document["removed"])
        pages |= {
            f"{path.stem}.csv": csv.render(series),
            f"{path.stem}.txt": table.render(series, width=WIDTH),
            f"{path.stem}.md": render(report, "markdown"),
            f"{path.stem}.html": render(report, "html"),
        }
    return pages


def comparable(page: str) -> str:
    """Return a page without its plots, which another matplotlib draws otherwise, and without its translation.

    Translators change that every day; the page is stale when what it says in English is.
    """
    if not page.startswith("<!DOCTYPE html>"):
        return page
    return re.sub(r"<figure.*?</figure>|<div class=\"part\"[^>]* hidden>.*?(?=<script>)", "", page, flags=re.DOTALL)


def schema_page(name: str) -> str:
    """Return a JSON Schema as `envdoctor schema` prints it."""
    return f"{plain_json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False)}\n"


def _entry(check: Check) -> list[str]:
    after = f" Follows from: {', '.join(check.because_of)}." if check.because_of else ""
    reads = ", ".join(f"`{name}`" for name in check.facts)
    return [
        "",
        f"### {check.code} `{check.name}`",
        "",
        check.doc,
        "",
        f"Severity: {check.severity.value}. Cause: `{check.cause}`. Reads: {reads}.{after}",
    ]


def _same(one: str, other: str) -> bool:
    return comparable(one) == comparable(other)


def main() -> None:
    """Rewrite, or say what is stale."""
    pages = {
        TOP / "README.md": readme((TOP / "README.md").read_text(encoding="utf-8")),
        TOP / "docs" / "checks.md": catalogue(),
        TOP / "reports" / "sample.lock.json": sample_lock(),
        TOP / "reports" / "sample.diff.md": sample_diff(),
        **{TOP / "reports" / name: page for name, page in {**rendered(), **benchmarks()}.items()},
        **{TOP / "docs" / "schemas" / f"{name}.json": schema_page(name) for name in SCHEMAS},
    }
    stale = [path for path, page in pages.items() if not path.exists() or not _same(path.read_bytes().decode(), page)]
    if "--check" in sys.argv[1:]:
        names = ", ".join(path.relative_to(TOP).as_posix() for path in stale)
        sys.exit(f"stale: {names}; run tools/update_docs.py" if stale else 0)
    for path in stale:
        write_atomically(path, pages[path])


if __name__ == "__main__":
    main()
