"""Makes matplotlib's SVG fit to stand inside a page: only what is known to be harmless comes through.

A page with a strict content policy takes no `style` attributes. The properties that matplotlib writes
there may as well be attributes of their own. Black becomes the text's colour, so that a plot can be
read on a dark page.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from envdoctor.report.language import translations

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
ELEMENTS = frozenset(
    {"svg", "g", "path", "rect", "text", "tspan", "use", "defs", "clipPath", "circle", "line", "polyline"}
)
ATTRIBUTES = frozenset(
    """
    viewBox d x y x1 y1 x2 y2 cx cy r width height points transform id clip-path fill fill-opacity fill-rule stroke
    stroke-width stroke-linejoin stroke-linecap stroke-opacity stroke-dasharray stroke-dashoffset stroke-miterlimit
    opacity text-anchor font-size
    """.split()  # noqa: SIM905  # a list of one word a line would be longer
)
BLACK = frozenset({"#000000", "#000", "black"})


def inline(document: str, prefix: str) -> str:
    """Return the `<svg>` element of a document, rebuilt from harmless parts.

    Args:
        document: as matplotlib writes it, with text as text (`svg.fonttype: none`).
        prefix: put before its ids, which must not meet those of another plot in the same page.
    """
    root = ET.fromstring(document)  # noqa: S314  # matplotlib's own output, without a DTD that defines entities
    made = _rebuilt(root, prefix)
    if made is None:
        raise ValueError(f"not an SVG document: {root.tag}")
    made.attrib.pop("width", None)
    made.attrib.pop("height", None)
    # The picture is described where it stands.
    made.set("aria-hidden", "true")
    made.set("focusable", "false")
    return ET.tostring(made, encoding="unicode")


def _rebuilt(element: ET.Element, prefix: str) -> ET.Element | None:
    tag = element.tag.removeprefix(SVG) if isinstance(element.tag, str) else ""
    if tag not in ELEMENTS:
        return None
    made = ET.Element(tag, _attributes(element, tag, prefix))
    if tag in ("text", "tspan"):
        made.text = element.text
    for child in element:
        part = _rebuilt(child, prefix)
        if part is not None:
            made.append(part)
    return _said(made) if tag == "text" else made


def _said(made: ET.Element) -> ET.Element:
    """Return a text in every language, of which the style shows the page's."""
    said = translations(made.text or "")
    if len(made) or len(set(said.values())) == 1:
        return made
    group = ET.Element("g")
    for language, text in said.items():
        one = ET.SubElement(group, "text", {**made.attrib, "lang": language})
        one.text = text
    return group


def _attributes(element: ET.Element, tag: str, prefix: str) -> dict[str, str]:
    given = {**{name: value for name, value in element.attrib.items() if name != "style"}, **_style(element)}
    kept = {name: _value(value, prefix) for name, value in given.items() if name in ATTRIBUTES}
    # Others than of what is drawn by reference are names of matplotlib's, the same in every plot.
    if kept.pop("id", None) and tag in ("path", "clipPath"):
        kept["id"] = f"{prefix}-{element.get('id')}"
    link = element.get(LINK) or element.get("href")
    if tag == "use" and link and link.startswith("#"):
        kept["href"] = f"#{prefix}-{link[1:]}"
    if tag == "text" and "fill" not in kept:
        kept["fill"] = "currentColor"
    return kept


def _style(element: ET.Element) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").split(";"))
    style = {name.strip(): value.strip() for name, _, value in pairs if value.strip()}
    size = re.search(r"([\d.]+)px", style.pop("font", ""))  # "11px 'DejaVu Sans'"
    return {**style, "font-size": size[1]} if size else style


def _value(value: str, prefix: str) -> str:
    if value.lower() in BLACK:
        return "currentColor"
    local = re.fullmatch(r"url\(#([\w-]+)\)", value)
    if local:
        return f"url(#{prefix}-{local[1]})"
    return "none" if "url(" in value.lower() else value
