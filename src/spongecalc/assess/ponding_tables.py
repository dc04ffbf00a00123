"""Ponding of all communities, scenarios and storms: the tables, the outlines and the rasters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.assess.modelled import Modelled
from spongecalc.assess.ponding import PONDING_COLUMNS, ponding_sites, with_verdicts
from spongecalc.assess.ponding_area import lakes, level_row, node_level_row, raster_sites
from spongecalc.assess.ponding_causes import TABLE as CAUSES
from spongecalc.assess.ponding_causes import with_causes
from spongecalc.assess.review import DepthRaster
from spongecalc.ground.grid import Ground
from spongecalc.ground.water_depths import WaterDepths
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.identifiers import folder_name

LEVEL_COLUMNS = [
    "model",
    "scenario",
    "storm_id",
    "return_period_a",
    "level",
    "sites",
    "max_depth_m",
    "site_area_m2",
    "site_volume_m3",
    "shallow_m3",
    "ran_off_m3",
]
RECORD_COLUMNS = [
    "community_id",
    "record_id",
    "answer",
    "level",
    "storm_id",
    "rainfall_mm",
    "storm_depth_mm",
    "site_id",
    "distance_m",
    "observed_depth_m",
    "modelled_depth_m",
    "observed_duration_h",
    "modelled_duration_h",
    "x_m",
    "y_m",
]


@dataclass(frozen=True)
class Ponding:
    """Results of the assessment of ponding: tables, areas and depths."""

    tables: Mapping[str, pd.DataFrame]
    areas: gpd.GeoDataFrame
    depths: tuple[DepthRaster, ...]


@dataclass(frozen=True)
class PondingFound:
    """Sites at the level of the project; where a community has no ground for it, at the level that is possible.

    Filled model by model. ``grounds`` holds the ground of each model by its name and scenario, ``flows`` the
    coupled runs that are on disk and belong to the layers, by run id. At level 3 storms that were not run so are
    of level 2; at another level they stand in a table of their own. ``chosen`` and ``beside`` are the sites at
    the level of the project and of that table, by community, scenario and storm.
    """

    storms: Sequence[Storm]
    settings: Settings
    grounds: Mapping[tuple[str, str], Ground]
    flows: Mapping[str, WaterDepths]
    chosen: dict[tuple[str, str, str], pd.DataFrame] = field(default_factory=dict)
    beside: dict[tuple[str, str, str], pd.DataFrame] = field(default_factory=dict)
    levels: list[dict[str, object]] = field(default_factory=list)
    depths: list[DepthRaster] = field(default_factory=list)

    def add(self, one: Modelled) -> None:
        """Look at the runs of one model."""
        storms, settings, grounds, flows = self.storms, self.settings, self.grounds, self.flows
        chosen, beside, levels, depths = self.chosen, self.beside, self.levels, self.depths
        wanted = settings.ponding.level
        name, scenario = one.model.name, one.system.scenario
        for storm in storms:
            if one.finished(storm.storm_id) is None:
                continue
            about = (storm.storm_id, storm.return_period_a)
            run_id = f"{name}/{scenario}/{storm.storm_id}"
            ground = grounds.get((name, scenario)) if wanted > 1 else None
            wet = lakes(one, storm.storm_id, ground) if ground is not None else None
            flow = flows.get(run_id)
            found: dict[int, gpd.GeoDataFrame] = {}
            for water in (wet, flow):
                if water is None:
                    continue
                found[water.level] = raster_sites(water, one, *about, settings)
                levels.append(level_row(water, found[water.level], one, *about))
                if (water.depth_m >= settings.ponding.site_depth_m).any():
                    file = f"{folder_name(name)}_{scenario}_{storm.storm_id}_level{water.level}"
                    shown = np.where(water.ground.building, 0.0, water.depth_m)
                    depths.append(DepthRaster(file, shown, water.ground.transform, water.hazard_m2_s))
            if wanted == 1:
                nodes = [ponding_sites(one, c, *about, settings.ponding) for c in one.system.communities]
                levels.append(node_level_row(pd.concat(nodes, ignore_index=True), one, *about))
            for community in one.system.communities:
                key = (community, scenario, storm.storm_id)
                own = {level: f[f["community_id"] == community] for level, f in found.items()}
                best = max((level for level in own if level <= wanted), default=1)
                chosen[key] = own[best] if best > 1 else ponding_sites(one, community, *about, settings.ponding)
                if 3 in own and best != 3:
                    beside[key] = own[3]

    def judged(self, community_ids: Sequence[str], records: gpd.GeoDataFrame, causes: pd.DataFrame) -> Ponding:
        """The tables of all models, with verdicts and causes."""
        storms, settings, beside = self.storms, self.settings, self.beside
        table = with_causes(_judged(self.chosen, community_ids, storms, settings), causes)
        tables = {
            "ponding": table[PONDING_COLUMNS],
            "ponding_levels": pd.DataFrame(self.levels, columns=LEVEL_COLUMNS),
            "ponding_records": record_table(
                records,
                table[table["scenario"] == settings.surveyed],
                storms,
                settings.ponding.household_radius_m,
                community_ids,
            ),
        }
        if len(causes):
            tables[CAUSES] = causes[causes["community_id"].isin(list(community_ids))].reset_index(drop=True)
        second = with_causes(_judged(beside, community_ids, storms, settings), causes) if beside else None
        if second is not None:
            tables["ponding_2d"] = second[PONDING_COLUMNS]
        parts = [t for t in (table, second) if t is not None and len(t) and "geometry" in t]
        both = (
            pd.concat(parts, ignore_index=True)
            if parts
            else pd.DataFrame({**{c: [] for c in PONDING_COLUMNS}, "geometry": []})
        )
        areas = gpd.GeoDataFrame(both[both["geometry"].notna()], geometry="geometry", crs=records.crs)
        return Ponding(tables, areas.reset_index(drop=True), tuple(self.depths))


def _judged(
    sites: Mapping[tuple[str, str, str], pd.DataFrame],
    community_ids: Sequence[str],
    storms: Sequence[Storm],
    settings: Settings,
) -> pd.DataFrame:
    """All sites in order, with verdicts where both scenarios have run.

    The first of the scenarios compared is judged by the second, every other scenario by the first.
    """
    first, last = settings.compared
    parts: list[pd.DataFrame] = []
    for community in community_ids:
        for storm in storms:
            own = {s: sites.get((community, s, storm.storm_id)) for s in settings.scenario_names}
            for scenario, found in own.items():
                other = own[last if scenario == first else first]
                if found is None or other is None:
                    parts.extend([] if found is None else [found])
                elif scenario == first:
                    parts.append(with_verdicts(found, other, settings.ponding.household_radius_m)[0])
                else:
                    parts.append(with_verdicts(other, found, settings.ponding.household_radius_m)[1])
    filled = [pd.DataFrame(p) for p in parts if len(p)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=PONDING_COLUMNS)


def record_table(
    records: gpd.GeoDataFrame,
    sites: pd.DataFrame,
    storms: Sequence[Storm],
    radius_m: float,
    community_ids: Sequence[str],
) -> pd.DataFrame:
    """The surveyed ponding held against the model: hit, missed; and false, where none was seen.

    ``sites`` are those of the scenario in which it was surveyed.

    Each record is compared under the storm whose depth is nearest to its rainfall; "false" are sites, under
    the storm of most records of their community, with no record within the radius. A community without any
    record was not surveyed and has none.
    """
    rows: list[dict[str, object]] = []
    own_records = records[records["community_id"].isin(list(community_ids))].sort_values("record_id")
    depths = np.array([s.depth_mm for s in storms])
    used: dict[str, list[str]] = {}
    for record in own_records.itertuples():
        rainfall = float(record.rainfall_mm)
        storm = storms[int(np.argmin(np.abs(depths - rainfall))) if math.isfinite(rainfall) else 0]
        used.setdefault(record.community_id, []).append(storm.storm_id)
        before = sites[(sites["community_id"] == record.community_id) & (sites["storm_id"] == storm.storm_id)]
        distances = _distances(before, record.geometry)
        near = before.assign(distance_m=distances)
        near = near[near["distance_m"] <= radius_m].sort_values("distance_m")
        site = near.iloc[0] if len(near) else None
        point = record.geometry.representative_point()
        rows.append(
            {
                "community_id": record.community_id,
                "record_id": record.record_id,
                "answer": "missed" if site is None else "hit",
                "level": math.nan if site is None else site["level"],
                "storm_id": storm.storm_id,
                "rainfall_mm": rainfall,
                "storm_depth_mm": storm.depth_mm,
                "site_id": "" if site is None else site["site_id"],
                "distance_m": math.nan if site is None else site["distance_m"],
                "observed_depth_m": float(record.depth_m),
                "modelled_depth_m": math.nan if site is None else site["max_depth_m"],
                "observed_duration_h": float(record.duration_min) / 60,
                "modelled_duration_h": math.nan if site is None else site["duration_h"],
                "x_m": point.x,
                "y_m": point.y,
            }
        )
    for community, ids in sorted(used.items()):
        storm_id = max(sorted(set(ids)), key=ids.count)
        own = sites[(sites["community_id"] == community) & (sites["storm_id"] == storm_id)]
        seen = own_records[own_records["community_id"] == community].geometry
        depth = next(s.depth_mm for s in storms if s.storm_id == storm_id)
        for site in own.to_dict("records"):
            place = site["geometry"] if isinstance(site.get("geometry"), shapely.Geometry) else None
            place = place or shapely.Point(site["x_m"], site["y_m"])
            if seen.distance(place).min() > radius_m:
                rows.append(
                    {
                        "community_id": community,
                        "record_id": "",
                        "answer": "false",
                        "level": site["level"],
                        "storm_id": storm_id,
                        "storm_depth_mm": depth,
                        "site_id": site["site_id"],
                        "modelled_depth_m": site["max_depth_m"],
                        "modelled_duration_h": site["duration_h"],
                        "x_m": site["x_m"],
                        "y_m": site["y_m"],
                    }
                )
    return pd.DataFrame(rows, columns=RECORD_COLUMNS)


def _distances(sites: pd.DataFrame, place: shapely.Geometry) -> np.ndarray:
    """Distance of each site's outline, or of its node where it has none."""
    if "geometry" in sites and sites["geometry"].notna().all() and len(sites):
        return np.asarray(shapely.distance(sites["geometry"].to_numpy(), place), dtype=float)
    points = shapely.points(sites["x_m"].to_numpy(float), sites["y_m"].to_numpy(float))
    return np.asarray(shapely.distance(points, place), dtype=float)
