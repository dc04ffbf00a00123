"""Earthworks of new pipes: excavation, bedding, backfill, spoil, and the surface to be made good."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.network.depth import UNKNOWN
from spongecalc.network.trench import TrenchRules, bottom_width_m, trench_volumes
from spongecalc.standards.materials import family_of
from spongecalc.standards.tables import table

# What stays of the ground after the works is restored; what is paved anew anyway is counted as paving.
RESTORED, REPAVED = "surface_restoration", "surface_repaved"


def outer_size_m(pipes: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Outer width and outer cross section of pipes, their wall and their bedding, in m and m2.

    Wall and bedding are those of the material's family in ``pipe_walls.csv``; an unknown material takes
    those of concrete.
    """
    walls = table("pipe_walls").set_index("family")
    family = [family_of(m if isinstance(m, str) else None) or "concrete" for m in pipes["material"]]
    ratio = walls["wall_ratio"].reindex(family).to_numpy(float)
    bedding = walls["bedding_mm"].reindex(family).to_numpy(float) / 1000
    diameter = pipes["diameter_mm"].to_numpy(float) / 1000
    width = pipes["width_mm"].to_numpy(float) / 1000
    height = pipes["height_mm"].to_numpy(float) / 1000
    round_pipe = pipes["shape"].isna().to_numpy() | (pipes["shape"] == "circular").to_numpy()
    # An egg is two thirds as wide as it is high, and has about 0.77 of the box around it (SWMM's egg: 0.5105 h2).
    egg = (pipes["shape"] == "egg").to_numpy()
    width = np.where(egg & np.isnan(width), height * 2 / 3, width)
    inner = np.where(round_pipe, diameter, width)
    wall = inner * ratio
    outer = inner + 2 * wall
    box = outer * (height + 2 * wall)
    area = np.where(round_pipe, np.pi / 4 * outer**2, np.where(egg, 0.77 * box, box))
    return outer, area, wall, bedding


def earthwork_rows(
    pipes: gpd.GeoDataFrame,
    surfaces: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    at: np.ndarray,
    share: np.ndarray,
    depth_up_m: np.ndarray,
    depth_down_m: np.ndarray,
    rules: TrenchRules,
) -> pd.DataFrame:
    """Rows of the ledger for the trenches of proposed pipes.

    Parameters
    ----------
    pipes
        The layer.
    surfaces
        The layer; those that stand after the works decide what is restored.
    rows
        The pipes' own rows of the ledger; row i is a piece of the pipe at ``at[i]`` with ``share[i]`` of it.
    at, share
        See ``rows``.
    depth_up_m, depth_down_m
        Depths to the invert at the ends, per pipe of the layer.
    rules
        How trenches are dug.
    """
    new = (rows["status"] == "proposed").to_numpy()
    if not new.any():
        return pd.DataFrame()
    outer, area, wall, bedding = outer_size_m(pipes)
    family = np.array([family_of(m if isinstance(m, str) else None) or "concrete" for m in pipes["material"]])
    bottom = bottom_width_m(outer, np.isin(family, ["concrete", "clay", "masonry"]))
    below = wall + bedding
    volumes = trench_volumes(
        shapely.length(pipes.geometry.to_numpy()),
        depth_up_m + below,
        depth_down_m + below,
        bottom,
        bedding,
        area,
        rules,
    )
    common = rows[new].drop(columns=["length_m", "true_length_m"]).assign(count=0)
    parts = []
    for item, whole in (
        ("trench_excavation", volumes.excavation_m3),
        ("trench_bedding", volumes.bedding_m3),
        ("trench_backfill", volumes.backfill_m3),
        ("trench_spoil", volumes.spoil_m3),
    ):
        parts.append(common.assign(item=item, volume_m3=(whole[at] * share)[new]))
    opened = (volumes.opened_m2[at] * share)[new]
    parts.append(_restored(pipes, surfaces, common, at[new], opened))
    return pd.concat(parts, ignore_index=True)


def _restored(
    pipes: gpd.GeoDataFrame, surfaces: gpd.GeoDataFrame, common: pd.DataFrame, at: np.ndarray, opened: np.ndarray
) -> pd.DataFrame:
    """The opened area by what covers it after the works, in proportion to the length under each cover."""
    shares = cover_shares(pipes, surfaces[surfaces["status"].isin(["existing", "proposed"])])
    out = []
    for position, (row, area) in zip(
        at.tolist(), zip(common.to_dict("records"), opened, strict=True), strict=True
    ):
        for (cover, status), part in shares[position].items():
            item = REPAVED if status == "proposed" else RESTORED
            out.append({**row, "item": item, "material": cover, "area_m2": area * part})
    return pd.DataFrame(out)


def cover_shares(lines: gpd.GeoDataFrame, surfaces: gpd.GeoDataFrame) -> list[dict[tuple[str, str], float]]:
    """For each line the share of its length under each (cover, status); they add up to 1.

    What no surface covers is (unknown, existing). Where surfaces overlap, the first by id counts.
    """
    geometries = lines.geometry.to_numpy()
    whole = shapely.length(geometries)
    ordered = surfaces.sort_values("surface_id").reset_index(drop=True)
    shapes = ordered.geometry.to_numpy()
    shares: list[dict[tuple[str, str], float]] = [{} for _ in range(len(lines))]
    if len(shapes):
        line_at, shape_at = shapely.STRtree(shapes).query(geometries, predicate="intersects")
        order = np.lexsort((shape_at, line_at))
        line_at, shape_at = line_at[order], shape_at[order]
        lengths = shapely.length(shapely.intersection(geometries[line_at], shapes[shape_at]))
        sums = np.bincount(line_at, lengths, minlength=len(lines))
        overlapping = sums > whole * (1 + 1e-9) + 1e-6
        left: dict[int, shapely.Geometry] = {}
        kinds = list(zip(ordered["cover"], ordered["status"], strict=True))
        for line, shape, length in zip(line_at.tolist(), shape_at.tolist(), lengths.tolist(), strict=True):
            covered = length
            if overlapping[line]:
                rest = left.get(line, geometries[line])
                covered = float(shapely.length(shapely.intersection(rest, shapes[shape])))
                left[line] = shapely.difference(rest, shapes[shape])
            if covered > 0 and whole[line] > 0:
                kind = kinds[shape]
                shares[line][kind] = shares[line].get(kind, 0.0) + covered / float(whole[line])
    for own in shares:
        rest = 1.0 - sum(own.values())
        if rest > 1e-9 or not own:
            key = (UNKNOWN, "existing")
            own[key] = own.get(key, 0.0) + rest
    return shares
