"""Writes what the code knows better than a person into the documentation.

Usage: update_docs.py            rewrite README.md and docs/checks.md
       update_docs.py --check    say what is stale, and exit 1

README.md shows the text that the saved reports in reports/ give with today's code; docs/checks.md is made from the
docstrings of the checks.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from envdoctor.files import write_atomically
from envdoctor.findings import Check
from envdoctor.groups import GROUPS, rank
from envdoctor.registry import load_checks
from envdoctor.report import json, text

TOP = Path(__file__).parent.parent
OUTPUTS = {"broken": "reports/broken.json", "sound": "reports/sound.json"}
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


def main() -> None:
    """Rewrite, or say what is stale."""
    pages = {
        TOP / "README.md": readme((TOP / "README.md").read_text(encoding="utf-8")),
        TOP / "docs" / "checks.md": catalogue(),
    }
    stale = [path for path, page in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != page]
    if "--check" in sys.argv[1:]:
        names = ", ".join(path.relative_to(TOP).as_posix() for path in stale)
        sys.exit(f"stale: {names}; run tools/update_docs.py" if stale else 0)
    for path in stale:
        write_atomically(path, pages[path])


if __name__ == "__main__":
    main()
