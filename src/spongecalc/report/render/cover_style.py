"""Rules of the page's and figures' style sheets for covers, from the catalogue."""

from __future__ import annotations

from functools import cache

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.cover import Cover

PLAIN = "plain"


@cache
def cover_rules(catalogue: Catalogue) -> str:
    """Style rules for areas of each cover: their colour, or the pattern of symbols.svg, and their line."""
    covers = list(catalogue.covers.values())
    # The legend's signs are drawn in pixels, the map in metres: each has a pattern of its own.
    signs = [f".key .a.{c.cover}{{fill:url(#legend-{c.map_pattern})}}" for c in covers if c.map_pattern != PLAIN]
    return "\n".join(("".join(_rule(c) for c in covers), "".join(signs)))


def _rule(cover: Cover) -> str:
    if cover.map_pattern == PLAIN:
        return f".a.{cover.cover}{{fill:{cover.map_fill};stroke:{cover.map_line}}}"
    return f".a.{cover.cover}{{fill:url(#{cover.map_pattern});stroke:{cover.map_line};stroke-width:1}}"
