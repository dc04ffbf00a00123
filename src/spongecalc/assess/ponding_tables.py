"""Ponding of all communities, scenarios and storms: the tables, the outlines and the rasters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.assess.flooded_nodes import flooded_nodes
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.over_ground import all_left_over_ground_m3
from spongecalc.assess.ponding import PONDING_COLUMNS, place_of, ponding_sites, with_verdicts
from spongecalc.assess.ponding_agreement import TABLE as AGREEMENT
from spongecalc.assess.ponding_agreement import TwoLevels, agreement_table, level_figures, standing_by_place
from spongecalc.assess.ponding_area import lakes, level_row, node_level_row, raster_sites
from spongecalc.assess.ponding_causes import TABLE as CAUSES
from spongecalc.assess.ponding_causes import with_causes
from spongecalc.assess.review import DepthRaster
from spongecalc.assess.site_ground import SiteGround, no_ground
from spongecalc.ground.grid import Ground
from spongecalc.ground.water_depths import WaterDepths
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
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
NODES = "ponding_nodes"
NODE_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "level",
    "site_id",
    "node_id",
    "kind",
    "ground_m",
    "volume_m3",
    "max_ponded_m3",
    "duration_h",
    "peak_l_s",
    "max_depth_m",
    "x_m",
    "y_m",
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
    coupled runs that are on disk and belong to the layers, by run id; ``site_ground`` gives the ground by which
    level 1 tells low spots, and is asked only where several nodes flood. At level 3 storms that were not run so
    are of level 2; at another level they stand in a table of their own. ``chosen`` and ``beside`` are the sites
    at the level of the project and of that table, by community, scenario and storm; ``nodes`` the nodes of both,
    ``both`` those of level 3 beside those of SWMM alone.
    """

    storms: Sequence[Storm]
    settings: Settings
    grounds: Mapping[tuple[str, str], Ground]
    flows: Mapping[str, WaterDepths]
    site_ground: Callable[[DrainageSystem], Ground | None] = no_ground
    chosen: dict[tuple[str, str, str], pd.DataFrame] = field(default_factory=dict)
    beside: dict[tuple[str, str, str], pd.DataFrame] = field(default_factory=dict)
    levels: list[dict[str, object]] = field(default_factory=list)
    depths: list[DepthRaster] = field(default_factory=list)
    nodes: list[pd.DataFrame] = field(default_factory=list)
    both: dict[tuple[str, str, str], TwoLevels] = field(default_factory=dict)

    def add(self, one: Modelled) -> None:
        """Look at the runs of one model."""
        storms, settings, grounds, flows = self.storms, self.settings, self.grounds, self.flows
        chosen, beside, levels, depths = self.chosen, self.beside, self.levels, self.depths
        wanted = settings.ponding.level
        name, scenario = one.model.name, one.system.scenario
        low_spots = SiteGround(self.site_ground)
        for storm in storms:
            if one.finished(storm.storm_id) is None:
                continue
            about = (storm.storm_id, storm.return_period_a)
            run_id = f"{name}/{scenario}/{storm.storm_id}"
            ground = grounds.get((name, scenario)) if wanted > 1 else None
            wet = lakes(one, storm.storm_id, ground) if ground is not None else None
            flow = flows.get(run_id)
            found: dict[int, pd.DataFrame] = {}
            for water in (wet, flow):
                if water is None:
                    continue
                found[water.level] = raster_sites(water, one, *about, settings)
                levels.append(level_row(water, found[water.level], one, *about))
                if (water.depth_m >= settings.ponding.site_depth_m).any():
                    file = f"{folder_name(name)}_{scenario}_{storm.storm_id}_level{water.level}"
                    shown = np.where(water.ground.building, 0.0, water.depth_m)
                    depths.append(DepthRaster(file, shown, water.ground.transform, water.hazard_m2_s))
            best = max((level for level in found if level <= wanted), default=1)
            if 2 not in found:
                found[1] = ponding_sites(one, *about, settings.ponding, low_spots.of(one, storm.storm_id))
            if wanted == 1:
                levels.append(node_level_row(found[1], one, *about))
            if flow is not None:
                figures = self._figures(one, storm.storm_id, wet, flow, found[3])
            for community in one.system.communities:
                key = (community, scenario, storm.storm_id)
                own = {level: f[f["community_id"] == community] for level, f in found.items()}
                chosen[key] = own[best]
                if 3 in own and best != 3:
                    beside[key] = own[3]
                if flow is not None:
                    low = 2 if 2 in own else 1
                    places = standing_by_place(own[3], one, flow, settings.ponding.site_depth_m)
                    self.both[key] = TwoLevels(name, low, own[low], own[3], {**figures, **places})
            flooded = flooded_nodes(one, storm.storm_id)
            listed = [f for level, f in found.items() if level in (best, 3) and len(f)]
            self.nodes.extend(_node_rows(f, flooded) for f in listed)

    def _figures(
        self, one: Modelled, storm_id: str, wet: WaterDepths | None, flow: WaterDepths, sites: pd.DataFrame
    ) -> dict[str, float]:
        """Figures of a model at level 3 and at the level of SWMM alone that stands beside it."""
        level, left_m3 = (1, 0.0) if wet is None else (2, wet.left_m3)
        left_m3 += all_left_over_ground_m3(one, storm_id)
        storm = next(s for s in self.storms if s.storm_id == storm_id)
        shallow_m3 = level_row(flow, sites, one, storm_id, storm.return_period_a)["shallow_m3"]
        return level_figures(one, storm_id, level, left_m3, flow, float(str(shallow_m3)))

    def judged(self, community_ids: Sequence[str], records: gpd.GeoDataFrame, causes: pd.DataFrame) -> Ponding:
        """The tables of all models, with verdicts and causes."""
        storms, settings, beside = self.storms, self.settings, self.beside
        table = with_causes(_judged(self.chosen, community_ids, storms, settings), causes)
        tables = {
            "ponding": table[PONDING_COLUMNS],
            NODES: self.node_table(community_ids),
            "ponding_levels": pd.DataFrame(self.levels, columns=LEVEL_COLUMNS),
            AGREEMENT: agreement_table(
                self.both,
                community_ids,
                [s.storm_id for s in storms],
                settings.scenario_names,
                settings.compared,
                settings.ponding.min_volume_m3,
            ),
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
        outlined = both.loc[both["geometry"].notna(), [*PONDING_COLUMNS, "geometry"]]
        areas = gpd.GeoDataFrame(outlined, geometry="geometry", crs=records.crs)
        return Ponding(tables, areas.reset_index(drop=True), tuple(self.depths))

    def node_table(self, community_ids: Sequence[str]) -> pd.DataFrame:
        """The nodes of the sites of some communities, as rows of ponding_nodes.csv."""
        parts = [rows for rows in self.nodes if len(rows)]
        if not parts:
            return pd.DataFrame(columns=NODE_COLUMNS)
        rows = pd.concat(parts, ignore_index=True)
        rows = rows[rows["community_id"].isin(list(community_ids))]
        places = {
            "community_id": list(community_ids),
            "scenario": list(self.settings.scenario_names),
            "storm_id": [s.storm_id for s in self.storms],
        }
        ranks = {column: {name: n for n, name in enumerate(names)} for column, names in places.items()}
        by = [*places, "level", "site_id"]
        order = rows[by].assign(**{column: rows[column].map(rank) for column, rank in ranks.items()})
        return rows.loc[order.sort_values(by, kind="stable").index].reset_index(drop=True)


def _node_rows(sites: pd.DataFrame, flooded: gpd.GeoDataFrame) -> pd.DataFrame:
    """The nodes of a run's sites as rows of ponding_nodes.csv."""
    about = ["community_id", "scenario", "storm_id", "level", "site_id"]
    named = sites[[*about, "node_ids"]].explode("node_ids").dropna(subset="node_ids")
    figures = flooded.drop(columns=["community_id", "stood_m3"])
    figures = pd.DataFrame(figures.assign(x_m=figures.geometry.x, y_m=figures.geometry.y))
    rows = named.rename(columns={"node_ids": "node_id"}).merge(figures, on="node_id", how="left")
    return rows.reindex(columns=NODE_COLUMNS)


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
            if seen.distance(_outline(site)).min() > radius_m:
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
    """Distance of each site's outline from a place, or of its nodes where it has none."""
    return np.array([_outline(site).distance(place) for site in sites.to_dict("records")], dtype=float)


def _outline(site: Mapping[str, object]) -> shapely.Geometry:
    outline = site.get("geometry")
    return outline if isinstance(outline, shapely.Geometry) else place_of(site)
