"""Coordinates of a model: of nodes, of the bends of links and of the corners of polygons, and its tags."""

from __future__ import annotations

from collections.abc import Mapping

import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from spongecalc.catalogue.flow_unit import FOOT_M
from spongecalc.layers.sources.swmm.reading import number_of
from spongecalc.layers.sources.swmm.sections import ModelFile

type Place = tuple[float, float]
type Tags = Mapping[tuple[str, str], str]
"""Tag by kind of element and its name in small letters."""


def metres_per_unit(file: ModelFile, crs: str | None) -> float:
    """Metres in one of a model's map: a foot where [MAP] says so and ``crs`` is not in feet itself."""
    units = next((row.word(1).upper() for row in file.of("MAP") if row.words[0].upper() == "UNITS"), "")
    if not units.startswith("FEET"):
        return 1.0
    if crs is not None:
        try:
            axes = CRS.from_user_input(crs).axis_info
        except CRSError:
            axes = []
        if any("foot" in axis.unit_name.lower() for axis in axes):
            return 1.0
    return FOOT_M


def points_of(file: ModelFile, section: str, scale_m: float) -> dict[str, list[Place]]:
    """The points of each object in a section of coordinates, by its name in small letters."""
    found: dict[str, list[Place]] = {}
    for row in file.of(section):
        x, y = number_of(row.word(1)), number_of(row.word(2))
        if x is not None and y is not None:
            found.setdefault(row.words[0].lower(), []).append((x * scale_m, y * scale_m))
    return found


def tags_of(file: ModelFile) -> Tags:
    """The tags of a model."""
    return {(row.words[0].upper(), row.word(1).lower()): row.word(2) for row in file.of("TAGS") if row.word(2)}


def line_of(
    name: str, ends: tuple[str, str], nodes: Mapping[str, list[Place]], bends: Mapping[str, list[Place]]
) -> shapely.LineString | None:
    """The line of a link from node to node over its bends; None where a node has no place."""
    first, last = nodes.get(ends[0].lower()), nodes.get(ends[1].lower())
    if not first or not last:
        return None
    return shapely.LineString([first[-1], *bends.get(name.lower(), []), last[-1]])
