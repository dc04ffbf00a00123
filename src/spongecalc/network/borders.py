"""Lines cut where they cross the border of a community: the pieces of a line add up to its whole."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

# A survey is kept to the millimetre: what is shorter than that on the other side of a border is no piece.
SHORTEST_PIECE_M = 0.001


def pieces(lines: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, *, split: bool) -> pd.DataFrame:
    """Each line as the pieces that lie in one community each.

    What lies in another community's area than the line's own belongs to that one; what lies in no
    community's area (the street) stays with the line's own. Where areas overlap, the line's own counts
    first, then the first by id.

    Parameters
    ----------
    lines
        Lines with a column ``community_id``, in a projected CRS in metres.
    communities
        Polygons with ``community_id``.
    split
        False leaves every line whole, with its own community.

    Returns
    -------
    Columns ``at`` (position of the line in ``lines``), ``community_id``, ``length_m`` (plan length of the
    piece; those of a line add up to its length), ``share`` (of the line's length) and ``counted`` (1 for a
    line's longest piece and 0 for its others, so that counts add up too).
    """
    whole = shapely.length(lines.geometry.to_numpy())
    own = lines["community_id"].astype(object).where(lines["community_id"].notna(), "").tolist()
    lengths: list[dict[str, float]] = [{} for _ in range(len(lines))]
    if split and len(lines) and len(communities):
        _lengths_elsewhere(lines, communities, own, lengths)
    rows = []
    for at, elsewhere in enumerate(lengths):
        mine = float(whole[at]) - sum(elsewhere.values())
        parts = [(own[at], mine if mine >= SHORTEST_PIECE_M or not elsewhere else 0.0), *elsewhere.items()]
        parts = [p for p in parts if p[1] > 0 or len(parts) == 1]
        if parts[0][0] != own[at]:  # what rounding leaves of the line's own side goes with the first piece
            parts[0] = (parts[0][0], parts[0][1] + mine)
        longest = max(range(len(parts)), key=lambda i: parts[i][1])
        for i, (community, length) in enumerate(parts):
            share = length / float(whole[at]) if whole[at] > 0 else 1.0
            rows.append((at, community, length, share, int(i == longest)))
    return pd.DataFrame(rows, columns=["at", "community_id", "length_m", "share", "counted"])


def _lengths_elsewhere(
    lines: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    own: list[str],
    lengths: list[dict[str, float]],
) -> None:
    """Fill in how much of each line lies in which other community's area."""
    areas = communities.dropna(subset=["community_id"]).sort_values("community_id")
    areas = areas.drop_duplicates("community_id")
    ids, shapes = areas["community_id"].tolist(), areas.geometry.to_numpy()
    by_id = dict(zip(ids, shapes, strict=True))
    geometries = lines.geometry.to_numpy()
    homes = np.array([by_id.get(c) for c in own], dtype=object)
    inside = np.zeros(len(lines), dtype=bool)
    known = np.array([h is not None for h in homes])
    inside[known] = shapely.covered_by(geometries[known], homes[known])
    out = np.flatnonzero(~inside)
    if not len(out):
        return
    tree = shapely.STRtree(shapes)
    line_at, area_at = tree.query(geometries[out], predicate="intersects")
    order = np.lexsort((area_at, line_at))
    left: dict[int, shapely.Geometry] = {}
    for position, area in zip(out[line_at[order]].tolist(), area_at[order].tolist(), strict=True):
        if ids[area] == own[position]:
            continue
        if position not in left:
            home = by_id.get(own[position])
            line = geometries[position]
            left[position] = line if home is None else shapely.difference(line, home)
        piece = shapely.intersection(left[position], shapes[area])
        length = float(shapely.length(piece))
        if length >= SHORTEST_PIECE_M:
            lengths[position][str(ids[area])] = length
            left[position] = shapely.difference(left[position], shapes[area])
