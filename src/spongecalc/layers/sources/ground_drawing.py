"""Ground out of a drawing: spot heights, contours, breaklines and the faces of a TIN, each with its level."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from ezdxf.document import Drawing

from spongecalc.layers.number_text import numbers_of
from spongecalc.layers.sources.cad.blocks import SYMBOL_M, BlockSizes, is_reference_to_file
from spongecalc.layers.sources.cad.document import FAILURES, open_drawing
from spongecalc.layers.sources.cad.drawing_unit import metres_of
from spongecalc.layers.sources.cad.features import is_text
from spongecalc.layers.sources.cad.shapes import LINES, PLACES, faces_of, is_mesh, line_of, place_of
from spongecalc.layers.sources.cad.walk import Drawn, Opens, drawn_in, name_matcher
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError, source_entrance
from spongecalc.project.layer_source import LayerSource

# CAD layers of CASS: spot heights, contours, the triangles of its TIN.
CASS_LAYERS = "GCD|DGX|SJW"
# An attribute of a spot height's symbol that holds its level, as CASS names it.
HEIGHTS = ("HEIGHT", "ELEV", "ELEVATION", "高程")
FACES = ("3DFACE", "MESH")


def read_ground_drawing(path: Path, source: LayerSource) -> RawLayer:
    """Points, lines and faces of a drawing with their levels as Z.

    Parameters
    ----------
    path
        A .dxf.
    source
        Its ``layer`` names CAD layers, with ``*`` for any letters and ``|`` between several; without one those of
        CASS are read (``GCD``, ``DGX``, ``SJW``).

    Raises
    ------
    SourceRefusedError
        It is no drawing, or has nothing on such layers.
    """
    with source_entrance(path, "drawing", "dem"):
        return _read(path, source)


def _read(path: Path, source: LayerSource) -> RawLayer:
    opened = open_drawing(path, source.encoding)
    document = opened.document
    in_units = (d for d in drawn_in(document, 1.0, lambda _: False) if not is_text(d))
    metres, unit_notes = metres_of(document, in_units, source.drawing_unit)
    matches = name_matcher(source.layer or CASS_LAYERS)
    shapes: list[shapely.Geometry] = []
    names: set[str] = set()
    left = 0
    for drawn in drawn_in(document, metres, _opener(document)):
        names.add(drawn.layer)
        if is_text(drawn) or drawn.opened or matches.fullmatch(drawn.layer) is None:
            continue
        if drawn.hidden and source.hidden == "left_out":
            left += 1
            continue
        try:
            made = _shapes(drawn)
        except FAILURES:
            made = []
        shapes.extend(made)
        left += not made
    if not shapes:
        raise SourceRefusedError(
            "layer.missing", layer=source.layer or CASS_LAYERS, available=", ".join(sorted(names)) or "-"
        )
    notes = (Note("dem.drawing_left", {"count": left}),) if left else ()
    return RawLayer(gpd.GeoDataFrame(geometry=shapes), notes=(*opened.notes, *unit_notes, *notes))


def _opener(document: Drawing) -> Opens:
    sizes = BlockSizes(document)

    def opens(drawn: Drawn) -> bool:
        """Blocks as large as a piece of ground are taken apart; a smaller one is a spot height's symbol."""
        if is_reference_to_file(document, drawn.entity) is not None:
            return False
        return sizes.reach_m(drawn.entity, drawn.matrix) > SYMBOL_M

    return opens


def _shapes(drawn: Drawn) -> list[shapely.Geometry]:
    """Levels that one entity tells of the ground; nothing where it tells none."""
    if drawn.kind in FACES or is_mesh(drawn):
        return [shapely.Polygon(face) for face in faces_of(drawn)]
    if drawn.kind in LINES:
        line = line_of(drawn)
        return [] if line is None else [line]
    if drawn.kind in PLACES:
        place = place_of(drawn)
        level = _written(drawn)
        return [shapely.Point(place.x, place.y, place.z if math.isnan(level) else level)]
    return []


def _written(drawn: Drawn) -> float:
    """The level in m that a symbol's attribute states; NaN where none does."""
    for tag, words in drawn.attributes.items():
        if tag.upper() in HEIGHTS:
            return float(numbers_of(pd.Series([words], dtype=object), "m")[0].iloc[0])
    return math.nan
