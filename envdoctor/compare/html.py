"""A comparison as one page that needs nothing else."""

from __future__ import annotations

from envdoctor.compare.sides import Compared, by_level, equal, headline, name_of, told_by_one, value
from envdoctor.report.clean import printable
from envdoctor.report.language import language, spoken

PAGE = """<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ headline }}</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8888; padding: .4rem .6rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
code { font: .9rem ui-monospace, monospace; }
</style>
</head>
<body>
<main>
<h1>{{ headline }}</h1>
<p>A: <code>{{ a.name }}</code>{% if a.created %}, of {{ a.created }}{% endif %}<br>
B: <code>{{ b.name }}</code>{% if b.created %}, of {{ b.created }}{% endif %}</p>
{% for title, rows in levels %}
<h2>{{ title }}</h2>
<div class="wide" role="region" aria-label="{{ title }}" tabindex="0">
<table>
<thead><tr><th scope="col">{{ _("Fact") }}</th><th scope="col">A</th><th scope="col">B</th>
<th scope="col">{{ _("Why it can matter") }}</th><th scope="col">{{ _("Weight") }}</th></tr></thead>
<tbody>
{% for row in rows %}
<tr><th scope="row"><code>{{ row.name }}</code></th><td>{{ row.a }}</td><td>{{ row.b }}</td>
<td>{{ row.reason }}</td><td>{{ row.weight }}</td></tr>
{% endfor %}
</tbody>
</table>
</div>
{% endfor %}
<details><summary>{{ _("What is equal, and what could not be compared") }}</summary>
<p>{{ _("Equal:") }} {{ equal }}.</p>
{% if told %}<p>{{ _("Known on one side only:") }} {{ told }}.</p>{% endif %}
</details>
</main>
</body>
</html>
"""


def render(compared: Compared) -> str:
    """Return the page; nothing from a machine is ever taken for markup."""
    from jinja2 import Environment  # noqa: PLC0415  # slow to import

    levels = [
        (
            spoken(title),
            [
                {
                    "name": printable(name_of(one)),
                    "a": printable(spoken(value(one.a))),
                    "b": printable(spoken(value(one.b))),
                    "reason": spoken(one.reason),
                    "weight": one.weight,
                }
                for one in ones
            ],
        )
        for title, ones in by_level(compared.comparison.differences)
    ]
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(PAGE)
    return (
        page.render(
            _=spoken,
            language=language(),
            headline=spoken(headline(compared)),
            a=compared.a,
            b=compared.b,
            levels=levels,
            equal=equal(compared),
            told=printable(told_by_one(compared)),
        )
        .encode("utf-8", "backslashreplace")
        .decode()
    )
