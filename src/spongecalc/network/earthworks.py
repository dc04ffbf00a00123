"""Earthworks of new pipes: excavation, bedding, backfill, spoil, and the surface to be made good."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_section import PipeSections, barrels_of
from spongecalc.layers.newer_ground import counting_order
from spongecalc.network.depth import UNKNOWN
from spongecalc.network.pipe_length import pipe_lengths_m
from spongecalc.network.trench import TrenchRules, bottom_width_m, trench_volumes

# What stays of the ground after the works is restored; what is paved anew anyway is counted as paving.
RESTORED, REPAVED = "surface_restoration", "surface_repaved"


@dataclass(frozen=True)
class LaidPipes:
    """Pipes as they lie in a trench: outer width and cross section, wall and bedding, in m and m2, by pipe.

    Of several side by side, which the survey does not place, width and section are those of all together.
    ``rigid`` pipes are laid on a base, which takes the wider working space.
    """

    outer_m: np.ndarray
    area_m2: np.ndarray
    wall_m: np.ndarray
    bedding_m: np.ndarray
    rigid: np.ndarray


def laid_pipes(pipes: gpd.GeoDataFrame, catalogue: Catalogue) -> LaidPipes:
    """Pipes with their own walls, else those of their material, and its bedding; an unknown one is concrete."""
    sections = PipeSections.of(pipes)
    materials = [catalogue.material_or_assumed(m) for m in pipes["material"]]
    wall = sections.inner_width_m * np.array([m.wall_ratio for m in materials], dtype=float)
    if "wall_mm" in pipes.columns:
        given = pipes["wall_mm"].to_numpy(float) / 1000
        wall = np.where(np.isnan(given), wall, given)
    beside = barrels_of(pipes)
    return LaidPipes(
        sections.outer_width_m(wall) * beside,
        sections.outer_area_m2(wall) * beside,
        wall,
        np.array([m.bedding_mm for m in materials], dtype=float) / 1000,
        np.array([m.is_rigid for m in materials], dtype=bool),
    )


def earthwork_rows(
    pipes: gpd.GeoDataFrame,
    surfaces: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    at: np.ndarray,
    share: np.ndarray,
    depth_up_m: np.ndarray,
    depth_down_m: np.ndarray,
    rules: TrenchRules,
    catalogue: Catalogue,
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
    catalogue
        The materials: their walls and bedding.
    """
    new = (rows["status"] == "proposed").to_numpy()
    if not new.any():
        return pd.DataFrame()
    laid = laid_pipes(pipes, catalogue)
    bottom = bottom_width_m(laid.outer_m, laid.rigid)
    below = laid.wall_m + laid.bedding_m
    volumes = trench_volumes(
        pipe_lengths_m(pipes),
        depth_up_m + below,
        depth_down_m + below,
        bottom,
        laid.bedding_m,
        laid.area_m2,
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

    What no surface covers is (unknown, existing). Where surfaces overlap, the newer one counts
    (:func:`~spongecalc.layers.newer_ground.counting_order`).
    """
    geometries = lines.geometry.to_numpy()
    whole = shapely.length(geometries)
    ordered = surfaces.iloc[counting_order(surfaces)].reset_index(drop=True)
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
