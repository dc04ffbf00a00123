"""Ponding as SWMM's node flooding: where, how much, how long, for whom; and what became of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import shapely

from spongecalc.assess.limiting import limits_of
from spongecalc.assess.modelled import Modelled
from spongecalc.project.ponding_settings import PondingSettings
from spongecalc.standards.tables import table
from spongecalc.swmm.gutters import GUTTER
from spongecalc.swmm.model import FLOODING

PONDING_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "return_period_a",
    "level",
    "site_id",
    "node_id",
    "limited_by",
    "max_depth_m",
    "area_m2",
    "lane_area_m2",
    "volume_m3",
    "flooded_m3",
    "duration_h",
    "recession_h",
    "hazard_m2_s",
    "peak_l_s",
    "max_ponded_m3",
    "buildings",
    "households",
    "residents",
    "verdict",
    "within_limits",
    "cause",
    "x_m",
    "y_m",
]

LEVEL = 1
# A site counts as changed when its volume differs by more than a tenth: less is within the model's noise.
CHANGE = 0.1


def ponding_sites(
    modelled: Modelled, community_id: str, storm_id: str, return_period_a: float, settings: PondingSettings
) -> pd.DataFrame:
    """The flooded nodes of a community in one run, as rows of ponding.csv without a verdict.

    A node counts when its flood volume reaches ``settings.min_volume_m3``: what SWMM floods there, or before a
    grate what rose beyond ``settings.site_depth_m``, since less is the depth at which a grate takes its water.
    Households are those of buildings within ``settings.household_radius_m``. Empty without a finished run.
    """
    result = modelled.finished(storm_id)
    if result is None:
        return pd.DataFrame(columns=PONDING_COLUMNS)
    table = modelled.model.elements
    own = table[table["role"].isin(FLOODING) & (table["community_id"] == community_id)]
    nodes = modelled.system.nodes.set_index("node_id")
    volumes = result.nodes.loc[own["model_id"], "flood_volume_m3"].to_numpy(dtype=float)
    rows = []
    for element in own[volumes >= settings.min_volume_m3].itertuples():
        flooded = result.nodes.loc[element.model_id]
        node = nodes.loc[element.feature_id]
        rows.append(
            {
                "community_id": community_id,
                "scenario": modelled.system.scenario,
                "storm_id": storm_id,
                "return_period_a": return_period_a,
                "level": LEVEL,
                "site_id": f"{community_id}:{element.feature_id}",
                "node_id": element.feature_id,
                "volume_m3": float(flooded["flood_volume_m3"]),
                "duration_h": float(flooded["flooded_h"]),
                "peak_l_s": float(flooded["flood_peak_l_s"]),
                "max_ponded_m3": float(flooded["max_ponded_m3"]),
                "max_depth_m": _depth_m(element.role, float(flooded["max_depth_m"]), node),
                "area_m2": math.nan,
                "lane_area_m2": math.nan,
                "flooded_m3": float(flooded["flood_volume_m3"]),
                "recession_h": math.nan,
                "hazard_m2_s": math.nan,
                "buildings": math.nan,
                "residents": math.nan,
                "within_limits": "",
                "cause": "",
                "households": households_near(modelled, [node.geometry], settings.household_radius_m),
                "verdict": "",
                "x_m": node.geometry.x,
                "y_m": node.geometry.y,
            }
        )
    sites = pd.DataFrame(rows, columns=PONDING_COLUMNS).sort_values("site_id", ignore_index=True)
    return sites.assign(limited_by=limits_of(sites, modelled, result, settings.search_radius_m))


def _depth_m(role: str, depth_m: float, node: pd.Series) -> float:
    """Depth of water on the ground [m]: a gutter's is above it, any other node's above its own invert."""
    return depth_m if role == GUTTER else max(0.0, depth_m - float(node["ground_m"] - node["invert_m"]))


def within_limits(site: Mapping[str, object], place: str = "outside centre") -> str:
    """Verdict on a site by the limits for waterlogging: "yes", "no", or "" where a figure is not known.

    No place deeper than the standard's limit, no building reached, water gone within the longest recession time
    that the standard leaves to the ``place`` (GB 50014-2021, 4.1.4 and 4.1.5; table ``ponding_limits``).
    """
    limits = table("ponding_limits")
    depth_m = float(limits.loc[limits["limit"] == "max_depth", "value_max"].iloc[0])
    of_place = (limits["limit"] == "max_recession_time") & (limits["applies_to"] == place)
    recession_h = float(limits.loc[of_place, "value_max"].iloc[0])
    depth, buildings, gone = (float(site[c]) for c in ("max_depth_m", "buildings", "recession_h"))  # type: ignore[arg-type]
    if depth > depth_m or buildings > 0 or gone > recession_h:
        return "no"
    return "" if math.isnan(depth) or math.isnan(buildings) else "yes"


def buildings_near(modelled: Modelled, places: Sequence[shapely.Geometry], radius_m: float) -> set[str]:
    """Ids of the buildings within ``radius_m`` of any of the places."""
    frame = modelled.system.buildings
    if not len(places) or frame.empty:
        return set()
    distances = shapely.distance(frame.geometry.to_numpy()[:, None], np.array(places, dtype=object)[None, :]).min(
        axis=1
    )
    return set(frame.loc[distances <= radius_m, "building_id"])


def households_near(modelled: Modelled, places: list[shapely.Point], radius_m: float) -> float:
    """Households of the buildings within ``radius_m`` of any of the places."""
    frame = modelled.system.buildings
    near = frame["building_id"].isin(buildings_near(modelled, places, radius_m))
    return float(frame.loc[near, "households"].fillna(0).sum())


def with_verdicts(
    before: pd.DataFrame, after: pd.DataFrame, radius_m: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say of each site what became of it.

    A site before is compared with all sites after within ``radius_m``. It is eliminated if there are none, or
    if it broke the limits of the standard and they keep them; else reduced if they hold less water by more than a
    tenth, worse if more, or unchanged. A site after has the verdict of its nearest site before, or "new" where
    there is none; what is left of an eliminated site is "reduced". Without a run of the other scenario verdicts
    stay empty.
    """
    distances = np.hypot(
        before["x_m"].to_numpy(float)[:, None] - after["x_m"].to_numpy(float)[None, :],
        before["y_m"].to_numpy(float)[:, None] - after["y_m"].to_numpy(float)[None, :],
    )
    near = distances <= radius_m
    volumes = after["volume_m3"].to_numpy(float)
    kept = (after["within_limits"] == "yes").to_numpy()
    judged = [
        "eliminated"
        if broken == "no" and near[i].any() and kept[near[i]].all()
        else _verdict(float(volume), float(volumes[near[i]].sum()))
        for i, (volume, broken) in enumerate(zip(before["volume_m3"], before["within_limits"], strict=True))
    ]
    nearest = [judged[int(np.argmin(distances[:, j]))] if near[:, j].any() else "new" for j in range(len(after))]
    matched = ["reduced" if v == "eliminated" else v for v in nearest]
    return before.assign(verdict=judged), after.assign(verdict=matched)


def _verdict(before_m3: float, after_m3: float) -> str:
    if after_m3 <= 0:
        return "eliminated"
    if math.isclose(before_m3, after_m3, rel_tol=CHANGE):
        return "unchanged"
    return "reduced" if after_m3 < before_m3 else "worse"


def households_relieved(
    before: Modelled, after: Modelled, sites_before: pd.DataFrame, sites_after: pd.DataFrame, radius_m: float
) -> float:
    """Households near a ponding site before and near none after."""

    def near(modelled: Modelled, sites: pd.DataFrame) -> set[str]:
        places = [shapely.Point(x, y) for x, y in zip(sites["x_m"], sites["y_m"], strict=True)]
        return buildings_near(modelled, places, radius_m)

    relieved = near(before, sites_before) - near(after, sites_after)
    households = before.system.buildings.set_index("building_id")["households"].fillna(0)
    return float(households.reindex(sorted(relieved)).fillna(0).sum())
