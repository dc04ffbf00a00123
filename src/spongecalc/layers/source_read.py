"""The amount that a source holds, counted where it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely

LINES, AREAS = (1, 5), (3, 6)


@dataclass(frozen=True)
class Amount:
    """An amount of features: their number, the metres of their lines and the square metres of their polygons."""

    count: int = 0
    length_m: float = 0.0
    area_m2: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.count + other.count, self.length_m + other.length_m, self.area_m2 + other.area_m2)


@dataclass(frozen=True)
class SourceRead:
    """One source of one layer: all that it holds, what the project's filter leaves, and why it was refused.

    ``refused`` is the rule by which it was; a source that could not even be opened holds nothing that is known.
    ``crs`` is the coordinate reference system it says it is in ("EPSG:4542"), "" where it says none.
    ``rounding_m`` is how far its metres may move when its coordinates are put on the millimetre.
    ``unread`` are numbers of things that no feature was made of, by the rule that says why; ``held`` has none of
    them.
    """

    layer: str
    file: str
    held: Amount
    filtered: Amount = Amount()
    refused: str = ""
    crs: str = ""
    rounding_m: float = 0.0
    unread: Mapping[str, int] = field(default_factory=dict)


def amount_of(frame: gpd.GeoDataFrame) -> Amount:
    """The amount of features in a frame whose CRS is in metres; a shape that has no length or area adds none."""
    length, area = sizes_of(frame)
    return Amount(len(frame), float(length.sum()), float(area.sum()))


def sizes_of(frame: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Length in m of each line and area in m2 of each polygon; 0 for what is neither, or lies at no place."""
    shapes = frame.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    with np.errstate(invalid="ignore"):
        length = np.where(np.isin(kinds, LINES), shapely.length(shapes), 0.0)
        area = np.where(np.isin(kinds, AREAS), shapely.area(shapes), 0.0)
    # A vertex without coordinates (NaN, or infinite) leaves no length and no area to speak of.
    return np.where(np.isfinite(length), length, 0.0), np.where(np.isfinite(area), area, 0.0)
