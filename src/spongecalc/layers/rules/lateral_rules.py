"""Laterals whose line begins elsewhere than at the inlet or the building that they are said to come from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.pipe_ends import ON_PIPE_M
from spongecalc.layers.rules.findings_at_rows import found_at, numbers

# Laterals are drawn from the wall, from a downpipe's foot or from a trap in the yard.
FROM_WALL_M = 5.0


def check_lateral_sources(layers: LayerSet, tolerance_m: float) -> list[Finding]:
    """Laterals drawn from another place than that of the source they name.

    Parameters
    ----------
    layers
        Complete layers.
    tolerance_m
        How far from a node a line may end that is drawn to its edge. From a building's outline it may be 5 m.

    Returns
    -------
    One finding for each lateral neither end of which lies at its source: the inlet was moved or is drawn at a
    wrong place, the lateral is, or one of the ids is wrong; and a note of each that ends beside its inlet within
    the tolerance. Sources that are not drawn have findings of their
    own, and which end is the lower one is told at ``to_node``.
    """
    laterals = layers["connections"]
    if laterals.empty:
        return []
    places: dict[object, tuple[shapely.Geometry, float]] = {}
    for layer, column, reach_m in (
        ("buildings", "building_id", FROM_WALL_M),
        ("nodes", "node_id", tolerance_m),
    ):
        frame = layers[layer]
        drawn = frame[frame[column].notna() & frame.geometry.notna() & ~frame.geometry.is_empty]
        drawn = drawn.drop_duplicates(column)
        places.update(
            (i, (shape, reach_m)) for i, shape in zip(drawn[column], drawn.geometry.to_numpy(), strict=True)
        )
    sources = laterals["source"].to_numpy(object)
    shapes = np.array([places.get(s, (None, 0.0))[0] for s in sources], dtype=object)
    allowed_m = np.array([places.get(s, (None, 0.0))[1] for s in sources])
    lines = laterals.geometry.to_numpy()
    begin_m, end_m = (shapely.distance(shapely.get_point(lines, vertex), shapes) for vertex in (0, -1))
    gap_m = np.fmin(begin_m, end_m)
    gap_m = np.nan_to_num(gap_m)
    far = gap_m > allowed_m
    # A house is left anywhere along its walls; an inlet's place decides which ground is its.
    near = ~far & (gap_m > ON_PIPE_M) & (shapely.get_type_id(shapes) == shapely.GeometryType.POINT)
    about = {"source": sources, "gap": numbers(gap_m, 2)}
    return [
        *found_at("lateral.far_from_source", "connections", laterals, far, **about),
        *found_at("lateral.near_source", "connections", laterals, near, **about),
    ]


def check_underdrains(layers: LayerSet) -> Iterator[Finding]:
    """Underdrains of paving whose base has none, or does not say what it has."""
    laterals, surfaces = layers["connections"], layers["surfaces"]
    drain = (laterals["kind"] == "underdrain").to_numpy()
    if not drain.any():
        return
    own = (
        surfaces.dropna(subset=["surface_id"]).drop_duplicates("surface_id").set_index("surface_id")["base_kind"]
    )
    known = laterals["source"].isin(own.index).to_numpy() & drain
    base = laterals["source"].map(own)
    words = {"surface": laterals["source"].to_numpy(object)}
    full = known & (base == "full").to_numpy()
    yield from found_at("underdrain.full_base", "connections", laterals, full, **words)
    yield from found_at(
        "underdrain.base_assumed", "connections", laterals, known & base.isna().to_numpy(), **words
    )
