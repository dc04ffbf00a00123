"""The unit that a drawing is drawn in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median

from ezdxf.document import Drawing

from spongecalc.layers.sources.cad.document import FAILURES
from spongecalc.layers.sources.cad.shapes import place_of
from spongecalc.layers.sources.cad.walk import Drawn
from spongecalc.layers.sources.raw import Note
from spongecalc.project.layer_source import DRAWING_UNITS_M

# Units by their number in $INSUNITS.
_NAMES = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 7: "km", 14: "dm"}
# No grid of any survey has coordinates of so many metres: a zone's number and an easting make 45 million.
MOST_M = 1e8


def metres_of(document: Drawing, places: Iterable[Drawn], stated: str | None) -> tuple[float, tuple[Note, ...]]:
    """Length of a drawing's unit in metres, and what is to be said of it.

    A template's millimetres stand in the header of many a survey that is drawn in metres, so that the coordinates
    decide: numbers too large for metres are in the header's unit, or millimetres where it has none; others are
    metres.

    Parameters
    ----------
    document
        The drawing.
    places
        Its entities, in its own unit.
    stated
        The unit that the project states.
    """
    if stated is not None:
        return DRAWING_UNITS_M[stated], ()
    header = _NAMES.get(int(document.header.get("$INSUNITS", 0) or 0))
    if document.dxfversion <= "AC1009":
        header = None
    far = [max(abs(x), abs(y)) for x, y in _points(places)]
    typical = median(far) if far else 0.0
    if typical > MOST_M:
        unit = header if header not in (None, "m", "km") else "mm"
        return DRAWING_UNITS_M[unit], (Note("drawing.unit_taken", {"unit": unit}),)
    if header not in (None, "m"):
        return 1.0, (Note("drawing.unit_not_taken", {"unit": header}),)
    return 1.0, ()


def _points(places: Iterable[Drawn]) -> Iterable[tuple[float, float]]:
    for drawn in places:
        try:
            place = place_of(drawn)
        except FAILURES:
            continue
        if math.isfinite(place.x + place.y):
            yield place.x, place.y
