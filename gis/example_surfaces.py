"""Covers of the worked example: tiles that fill each community before and after, with a wanted share of green."""

from __future__ import annotations

import numpy as np
import shapely
from example_layout import Layout, Row
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

MIN_TILE_M2 = 0.5


def polygons(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons in a geometry, largest first, slivers left out."""
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area > MIN_TILE_M2]
    return sorted(parts, key=lambda p: -p.area)


def cut_area(region: BaseGeometry, wanted_m2: float, width_m: float, from_far: bool) -> BaseGeometry:
    """The part of a region beyond a line across it that has the wanted area, from its far or near end."""
    _, low, _, high = region.bounds
    near, far = low, high
    for _ in range(60):
        middle = (low + high) / 2
        part = region.intersection(
            box(-1, middle, width_m + 1, far + 1) if from_far else box(-1, near - 1, width_m + 1, middle)
        )
        if (part.area > wanted_m2) == from_far:
            low = middle
        else:
            high = middle
    return part


def surfaces(layout: Layout, converted_m2: float, green_m2: float, random: np.random.Generator) -> list[Row]:
    """Rows of the surfaces layer of one community, in its own frame.

    ``converted_m2`` of yard become green by the works; ``green_m2`` were green before and stay.
    """
    houses = shapely.union_all(list(layout.buildings))
    lanes = layout.lanes.intersection(layout.outline).difference(houses)
    rest = layout.outline.difference(houses).difference(lanes)
    green = cut_area(rest, green_m2, layout.width_m, from_far=True)
    yard = rest.difference(green)
    converted = cut_area(yard, converted_m2, layout.width_m, from_far=layout.number % 3 == 0)
    kept = yard.difference(converted)
    paving = {
        "surface_mm": 180.0,
        "base_mm": float(random.choice([200.0, 250.0, 300.0])),
        "porosity_percent": float(random.choice([16.0, 18.0, 20.0])),
        "base_porosity_percent": 40.0,
        "permeability_mm_s": float(random.choice([0.5, 0.8, 1.2])),
        "subgrade_mm_h": float(random.choice([2.0, 4.0, 8.0])),
        "laid": f"{layout.phase.year}-10" if layout.phase.year else None,
    }
    new_green = str(random.choice(["green", "sunken_green"], p=[0.7, 0.3]))
    old_yard = str(random.choice(["concrete", "bare_soil"], p=[0.75, 0.25]))
    rows: list[Row] = []
    for region, cover, status, more in (
        (lanes, "concrete", "removed", {}),
        (lanes, "permeable_concrete", "proposed", paving),
        (converted, old_yard, "removed", {}),
        (converted, new_green, "proposed", {}),
        (green, "green", "existing", {}),
        (kept, "concrete", "existing", {}),
    ):
        for tile in polygons(region):
            rows.append(
                {
                    "surface_id": f"{layout.community_id}-D{len(rows) + 1:02d}",
                    "cover": cover,
                    "status": status,
                    "community_id": layout.community_id,
                    "geometry": tile,
                    **more,
                }
            )
    return rows
