"""Ponding as water on a grid of ground: its sites with depth, area, volume, time, buildings and people."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import shapely
from scipy import ndimage

from spongecalc.assess.flooded_nodes import LEAST_FLOOD_M3, flooded_nodes
from spongecalc.assess.limiting import limits_of
from spongecalc.assess.low_spots import BY_GROUND
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.over_ground import all_left_over_ground_m3
from spongecalc.assess.ponding import PONDING_COLUMNS, buildings_near, listed_nodes, within_limits
from spongecalc.ground.depressions import standing_water
from spongecalc.ground.grid import Ground
from spongecalc.ground.water_depths import WaterDepths
from spongecalc.network.sewage_load import residents_of
from spongecalc.project.settings import Settings

LANE_M = 0.15


def lakes(modelled: Modelled, storm_id: str, ground: Ground) -> WaterDepths | None:
    """Level 2: what stands at each node at the worst moment, spread over the ground's depressions.

    The volume is SWMM's largest ponded volume of the node: what has come back into the pipes by then stands
    nowhere. None without a finished run.
    """
    if modelled.finished(storm_id) is None:
        return None
    sources = []
    for node in flooded_nodes(modelled, storm_id).itertuples():
        cell = ground.low_cell(node.geometry.x, node.geometry.y)
        if node.stood_m3 > LEAST_FLOOD_M3 and cell is not None:
            sources.append((*cell, float(node.stood_m3)))
    standing = standing_water(ground.elevation_m, sources, ground.cell_area_m2)
    return WaterDepths(2, ground, standing.depth_m, standing.left_m3)


def raster_sites(
    wet: WaterDepths, modelled: Modelled, storm_id: str, return_period_a: float, settings: Settings
) -> gpd.GeoDataFrame:
    """The sites of a run: areas joined by a side or a corner where water is deep enough, as rows of ponding.csv.

    A site belongs to the community in which its deepest place lies, or the nearest. Buildings are those whose
    wall the water touches; households and residents those of buildings within the project's radius.
    """
    ground, depth = wet.ground, np.where(wet.ground.building, 0.0, wet.depth_m)
    labels, count = ndimage.label(depth >= settings.ponding.site_depth_m, structure=np.ones((3, 3)))
    rows = []
    shapes = _polygons(labels, ground) if count else {}
    flooded = flooded_nodes(modelled, storm_id)
    for number in range(1, count + 1):
        inside = labels == number
        row, column = np.unravel_index(int(np.argmax(np.where(inside, depth, -1))), depth.shape)
        x, y = ground.place(int(row), int(column))
        polygon = shapes[number]
        own = flooded[shapely.distance(flooded.geometry.to_numpy(), polygon) <= 2 * ground.cell_m]
        community = _community(modelled, shapely.Point(x, y))
        frame = modelled.system.buildings
        touched = frame[shapely.distance(frame.geometry.to_numpy(), polygon) <= ground.cell_m / 2]
        near = frame[
            frame["building_id"].isin(buildings_near(modelled, [polygon], settings.ponding.household_radius_m))
        ]
        main = own.sort_values("volume_m3").iloc[-1] if len(own) else None
        ids = tuple(dict.fromkeys(own["node_id"]))
        made = {
            "community_id": community,
            "scenario": modelled.system.scenario,
            "storm_id": storm_id,
            "return_period_a": return_period_a,
            "level": wet.level,
            "node_id": "" if main is None else main["node_id"],
            "site_nodes": listed_nodes(ids),
            "node_count": len(ids),
            "joined_by": BY_GROUND,
            "node_ids": ids,
            "max_depth_m": float(depth[inside].max()),
            "area_m2": int(inside.sum()) * ground.cell_area_m2,
            "lane_area_m2": int((inside & (depth >= LANE_M)).sum()) * ground.cell_area_m2,
            "volume_m3": float(depth[inside].sum()) * ground.cell_area_m2,
            "flooded_m3": float(own["volume_m3"].sum()),
            "peak_l_s": float(own["peak_l_s"].max()) if len(own) else np.nan,
            "max_ponded_m3": float(own["max_ponded_m3"].sum()) if len(own) else np.nan,
            "duration_h": float(own["duration_h"].max()) if len(own) else np.nan,
            "recession_h": np.nan,
            "hazard_m2_s": np.nan,
            "buildings": len(touched),
            "households": float(near["households"].fillna(0).sum()),
            "residents": float(sum(residents_of(b, settings.sewage) for b in near.itertuples())),
            "x_m": x,
            "y_m": y,
            "geometry": polygon,
        }
        if wet.wading_h is not None and wet.last_wet_h is not None and wet.hazard_m2_s is not None:
            last = np.nanmax(np.where(inside, wet.last_wet_h, np.nan))
            made |= {
                "duration_h": float(wet.wading_h[inside].max()),
                "recession_h": max(0.0, float(last) - wet.rain_h),
                "hazard_m2_s": float(wet.hazard_m2_s[inside].max()),
            }
        rows.append(made)
    rows.sort(key=lambda r: (str(r["community_id"]), -float(r["volume_m3"]), float(r["x_m"])))
    counted: dict[str, int] = {}
    for made in rows:
        community = str(made["community_id"])
        counted[community] = counted.get(community, 0) + 1
        made["site_id"] = f"{community}:{counted[community]}"
        made["within_limits"] = within_limits(made, settings.ponding.place)
        made["verdict"] = made["cause"] = ""
    sites = gpd.GeoDataFrame(rows, columns=[*PONDING_COLUMNS, "node_ids", "geometry"], crs=modelled.system.crs)
    found = limits_of(sites, modelled, modelled.finished(storm_id), settings.ponding.search_radius_m)
    return sites.assign(limited_by=found)


def _polygons(labels: np.ndarray, ground: Ground) -> dict[int, shapely.Geometry]:
    parts: dict[int, list[shapely.Geometry]] = {}
    for shape, value in rasterio.features.shapes(labels.astype("int32"), labels > 0, 4, ground.transform):
        parts.setdefault(int(value), []).append(shapely.geometry.shape(shape))
    return {n: shapely.MultiPolygon(p) for n, p in parts.items()}


def _community(modelled: Modelled, place: shapely.Point) -> str:
    frame = modelled.system.boundaries
    return str(frame["community_id"].iloc[int(np.argmin(shapely.distance(frame.geometry.to_numpy(), place)))])


def node_level_row(
    sites: pd.DataFrame, modelled: Modelled, storm_id: str, return_period_a: float
) -> dict[str, object]:
    """Water that stood at the nodes of a model at level 1, and what ran off, as a row of ponding_levels.csv."""
    volume = float(flooded_nodes(modelled, storm_id)["volume_m3"].sum())
    return {
        "model": modelled.model.name,
        "scenario": modelled.system.scenario,
        "storm_id": storm_id,
        "return_period_a": return_period_a,
        "level": 1,
        "sites": len(sites),
        "max_depth_m": float(sites["max_depth_m"].max()) if len(sites) else 0.0,
        "site_area_m2": np.nan,
        "site_volume_m3": float(sites["volume_m3"].sum()),
        "shallow_m3": volume - float(sites["volume_m3"].sum()),
        "ran_off_m3": all_left_over_ground_m3(modelled, storm_id),
    }


def level_row(
    wet: WaterDepths, sites: pd.DataFrame, modelled: Modelled, storm_id: str, return_period_a: float
) -> dict[str, object]:
    """Water that a run left on the ground of a model, site or not, as a row of ponding_levels.csv."""
    depth = np.where(wet.ground.building, 0.0, wet.depth_m)
    volume = float(depth.sum()) * wet.ground.cell_area_m2
    return {
        "model": modelled.model.name,
        "scenario": modelled.system.scenario,
        "storm_id": storm_id,
        "return_period_a": return_period_a,
        "level": wet.level,
        "sites": len(sites),
        "max_depth_m": float(depth.max()),
        "site_area_m2": float(sites["area_m2"].sum()),
        "site_volume_m3": float(sites["volume_m3"].sum()),
        "shallow_m3": volume - float(sites["volume_m3"].sum()),
        "ran_off_m3": wet.left_m3 + (all_left_over_ground_m3(modelled, storm_id) if wet.level < 3 else 0.0),
    }
