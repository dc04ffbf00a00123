"""A figure of the page as an SVG file of its own, for PDF and Word: with the page's styles and symbols inside."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import cache
from importlib import resources

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.report.render.cover_style import cover_rules
from spongecalc.report.render.map_svg import WIDTH_PX

FONT = "Noto Sans SC"
# Classes drawn in the map's metres; the page keeps their strokes at their width on the screen, a renderer
# without that gift needs them in metres.
IN_METRES = (".a", ".boundary", ".pipe", ".lateral", ".way", ".swing", ".tank-area", ".area")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SCALED = re.compile(r"(stroke-width|stroke-dasharray):([^;}]+)")
SELECTOR_CLASS = re.compile(r"\.[\w-]+")


def standalone(svg: str, catalogue: Catalogue) -> str:
    """The figure as a whole SVG document; empty where the markup cannot be read.

    Covers are coloured as the catalogue has them. Titles and the page's own attributes are left out, since nobody
    rests a pointer on paper.
    """
    drawn = re.sub(r"<title>.*?</title>", "", svg, flags=re.DOTALL)
    drawn = re.sub(r' data-f="[^"]*"', "", drawn)
    drawn = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", drawn)
    opening = re.search(r"<svg\b[^>]*>", drawn)
    if opening is None:
        return ""
    head = opening[0]
    if "xmlns=" not in head:
        head = head.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    view = re.search(r'class="view"[^>]*viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ', drawn)
    scale = float(view[1]) / WIDTH_PX if view else 1.0
    symbols = _symbols() if 'class="map' in drawn or "<use" in drawn else ""
    whole = f"{head}<style>{_style(scale, catalogue)}</style>{symbols}{drawn[opening.end() :]}"
    try:
        ET.fromstring(whole)
    except ET.ParseError:
        return ""
    return whole


def size_px(svg: str) -> tuple[float, float]:
    """Width and height of a figure by its viewBox; a square where it has none."""
    found = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    return (float(found[1]), float(found[2])) if found else (100.0, 100.0)


def _read(name: str) -> str:
    return (resources.files("spongecalc.report.render") / "templates" / name).read_text(encoding="utf-8")


@cache
def _symbols() -> str:
    found = re.search(r"<defs>.*</defs>", _read("symbols.svg"), flags=re.DOTALL)
    return found[0] if found else ""


@cache
def _rules(catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Selectors and declarations of the map's style, without variables."""
    variables = dict(re.findall(r"(--[\w-]+):([^;}]+)", _read("page.css")))
    return tuple(
        (selectors.strip(), _resolved(body, variables))
        for selectors, body in RULE.findall(f"{_read('map.css')}\n{cover_rules(catalogue)}")
        if "@" not in selectors
    )


def _resolved(body: str, variables: Mapping[str, str]) -> str:
    return re.sub(r"var\((--[\w-]+)(?:,([^()]*))?\)", lambda m: variables.get(m[1], m[2] or "none"), body)


@cache
def _style(scale: float, catalogue: Catalogue) -> str:
    rules = [f"text{{font-family:'{FONT}'}}"]
    for selectors, body in _rules(catalogue):
        if ".k" in SELECTOR_CLASS.findall(selectors) or "vector-effect" in body:
            continue
        metres = all(
            any(c in IN_METRES for c in SELECTOR_CLASS.findall(one)) and ".key" not in one
            for one in selectors.split(",")
        )
        rules.append(f"{selectors}{{{SCALED.sub(lambda m: _times(m, scale), body) if metres else body}}}")
    return "".join(rules).replace("font-family:inherit;", "")


def _times(found: re.Match[str], scale: float) -> str:
    lengths = re.sub(r"[\d.]+", lambda n: f"{float(n[0]) * scale:.4g}", found[2])
    return f"{found[1]}:{lengths}"
