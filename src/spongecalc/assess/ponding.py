"""Ponding as SWMM's node flooding: in which low spots, how much, how long, for whom; and what became of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import shapely

from spongecalc.assess.flooded_nodes import FIGURES, flooded_nodes
from spongecalc.assess.limiting import limits_of
from spongecalc.assess.low_spots import with_low_spots
from spongecalc.assess.modelled import Modelled
from spongecalc.ground.grid import Ground
from spongecalc.project.ponding_settings import PondingSettings
from spongecalc.standards.tables import table

PONDING_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "return_period_a",
    "level",
    "site_id",
    "node_id",
    "site_nodes",
    "node_count",
    "joined_by",
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
# Stands in the digest of searches; another number when flooded nodes are joined into sites in another way.
SITES = 2
# A site counts as changed when its volume differs by more than a tenth: less is within the model's noise.
CHANGE = 0.1


def ponding_sites(
    modelled: Modelled,
    storm_id: str,
    return_period_a: float,
    settings: PondingSettings,
    ground: Ground | None = None,
) -> pd.DataFrame:
    """The ponding sites of a model in one run, as rows of ponding.csv without a verdict.

    Flooded nodes of one low spot are one site (:func:`spongecalc.assess.low_spots.with_low_spots`); it counts
    when what stood on the ground at them adds up to ``settings.min_volume_m3``: what SWMM floods at a node, or
    before a grate what rose beyond ``settings.site_depth_m``, since less is the depth at which a grate takes its
    water. It is named by its lowest node, stands at it, and is of its community; ``node_id`` is the one with the
    largest volume. Volumes are the sum of its nodes', depth, duration and peak those of the worst of them;
    households those of all buildings within ``settings.household_radius_m`` of the lowest of them, or of one with
    ``min_volume_m3``: a bucket that runs down to the low spot troubles nobody on its way. Empty without a
    finished run.

    Parameters
    ----------
    modelled, storm_id, return_period_a
        The model, and the run.
    settings
        Of the project's ponding.
    ground
        The model's ground, by which low spots are told; None where there is none to be had.

    Returns
    -------
    Besides the columns of ponding.csv ``node_ids`` and ``places``, the ids and points of a site's nodes.
    """
    result, flooded = modelled.finished(storm_id), flooded_nodes(modelled, storm_id)
    rows: list[dict[str, object]] = []
    if flooded.empty:
        return pd.DataFrame(rows, columns=[*PONDING_COLUMNS, "node_ids", "places"])
    nodes = with_low_spots(flooded, ground, settings)
    spots = nodes["spot"].to_numpy()
    order = np.argsort(spots, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(spots[order])) + 1)
    figures = {c: nodes[c].to_numpy(float) for c in (*FIGURES.values(), "max_depth_m")}
    large = figures["volume_m3"] >= settings.min_volume_m3
    node_ids, communities, how = (nodes[c].tolist() for c in ("node_id", "community_id", "joined_by"))
    points = nodes.geometry.to_numpy()
    felt: list[np.ndarray] = []
    for own in members:
        of_site = {name: values[own] for name, values in figures.items()}
        volume_m3 = float(of_site["volume_m3"].sum())
        if volume_m3 < settings.min_volume_m3:
            continue
        lowest = own[0]
        felt.append(np.concatenate(([lowest], own[1:][large[own[1:]]])))
        community_id = str(communities[lowest])
        ids = tuple(dict.fromkeys(node_ids[n] for n in own))
        rows.append(
            {
                "community_id": community_id,
                "scenario": modelled.system.scenario,
                "storm_id": storm_id,
                "return_period_a": return_period_a,
                "level": LEVEL,
                "site_id": f"{community_id}:{node_ids[lowest]}",
                "node_id": node_ids[own[int(np.argmax(of_site["volume_m3"]))]],
                "site_nodes": listed_nodes(ids),
                "node_count": len(ids),
                "joined_by": str(how[lowest]),
                "volume_m3": volume_m3,
                "duration_h": float(np.fmax.reduce(of_site["duration_h"])),
                "peak_l_s": float(np.fmax.reduce(of_site["peak_l_s"])),
                "max_ponded_m3": float(of_site["max_ponded_m3"].sum()),
                "max_depth_m": float(np.fmax.reduce(of_site["max_depth_m"])),
                "area_m2": math.nan,
                "lane_area_m2": math.nan,
                "flooded_m3": volume_m3,
                "recession_h": math.nan,
                "hazard_m2_s": math.nan,
                "buildings": math.nan,
                "residents": math.nan,
                "within_limits": "",
                "cause": "",
                "verdict": "",
                "x_m": points[lowest].x,
                "y_m": points[lowest].y,
                "node_ids": ids,
                "places": shapely.MultiPoint(points[own].tolist()),
            }
        )
    households = _households_near(modelled, points, felt, settings.household_radius_m)
    sites = pd.DataFrame(rows, columns=[*PONDING_COLUMNS, "node_ids", "places"]).assign(households=households)
    sites = sites.sort_values("site_id", ignore_index=True)
    return sites.assign(limited_by=limits_of(sites, modelled, result, settings.search_radius_m))


def listed_nodes(ids: Sequence[str]) -> str:
    """The ids of a site's nodes as the column ``site_nodes`` writes them."""
    return "; ".join(ids)


def place_of(site: Mapping[str, object]) -> shapely.Geometry:
    """The place of a site: its nodes where it is made of nodes, else its deepest point."""
    places = site.get("places")
    if isinstance(places, shapely.Geometry):
        return places
    return shapely.Point(float(site["x_m"]), float(site["y_m"]))  # type: ignore[arg-type]


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
    _, near = shapely.STRtree(frame.geometry.to_numpy()).query(
        np.array(places, dtype=object), predicate="dwithin", distance=radius_m
    )
    return set(frame["building_id"].iloc[np.unique(near)])


def _households_near(
    modelled: Modelled, points: np.ndarray, felt: Sequence[np.ndarray], radius_m: float
) -> np.ndarray:
    """Households of the buildings within ``radius_m`` of each site, all in one question.

    ``felt`` holds the places of ``points`` at which a site's water is felt, for each site.
    """
    frame = modelled.system.buildings
    if not felt or frame.empty:
        return np.zeros(len(felt))
    site = np.repeat(np.arange(len(felt)), [len(f) for f in felt])
    places = points[np.concatenate(felt)]
    place, row = shapely.STRtree(frame.geometry.to_numpy()).query(places, predicate="dwithin", distance=radius_m)
    # A building of several pieces is one, whichever of them is near.
    codes, ids = pd.factorize(frame["building_id"], use_na_sentinel=False)
    households = np.bincount(codes, frame["households"].fillna(0).to_numpy(float), len(ids))
    pairs = np.unique(np.column_stack((site[place], codes[row])), axis=0)
    return np.bincount(pairs[:, 0], households[pairs[:, 1]], len(felt)).astype(float)


def with_verdicts(
    before: pd.DataFrame, after: pd.DataFrame, radius_m: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say of each site what became of it.

    A site before stands with all sites before and after within ``radius_m``, from node to node where sites have
    nodes, so that water that stays is never held against the water of one site alone. It is eliminated if there
    are none after, or if it broke the limits of the standard and those after keep them; else reduced if these
    sites hold less water after than before by more than a tenth, worse if more, or unchanged. A site after is
    judged by the sites around it likewise, "new" where there was none before; what is left of eliminated sites
    is "reduced". Without a run of the other scenario verdicts stay empty.
    """
    places_before, places_after = _places(before), _places(after)

    def near(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        distances_m: np.ndarray = shapely.distance(one[:, None], other[None, :])
        return distances_m <= radius_m

    between = near(places_before, places_after)
    own_m3, after_m3 = (sites["volume_m3"].to_numpy(float) for sites in (before, after))
    was_m3, is_m3 = near(places_before, places_before) @ own_m3, between @ after_m3
    broken = (before["within_limits"] == "no").to_numpy()
    kept = (after["within_limits"] == "yes").to_numpy()
    judged = [
        "eliminated"
        if broken[i] and between[i].any() and kept[between[i]].all()
        else change_of(float(was_m3[i]), float(is_m3[i]))
        for i in range(len(before))
    ]
    gone = np.array([v == "eliminated" for v in judged], dtype=bool)
    stood_m3, stands_m3 = between.T @ own_m3, near(places_after, places_after) @ after_m3
    matched = [
        "new"
        if not between[:, j].any()
        else "reduced"
        if gone[between[:, j]].all()
        else change_of(float(stood_m3[j]), float(stands_m3[j]))
        for j in range(len(after))
    ]
    return before.assign(verdict=judged), after.assign(verdict=matched)


def _places(sites: pd.DataFrame) -> np.ndarray:
    known = [c for c in ("places", "x_m", "y_m") if c in sites.columns]
    found = np.empty(len(sites), dtype=object)
    found[:] = [place_of(site) for site in sites[known].to_dict("records")]
    return found


def change_of(before_m3: float, after_m3: float) -> str:
    """The verdict on a volume of water that became another: within a tenth it is unchanged."""
    if after_m3 <= 0:
        return "eliminated"
    if math.isclose(before_m3, after_m3, rel_tol=CHANGE):
        return "unchanged"
    return "reduced" if after_m3 < before_m3 else "worse"


def households_relieved(
    before: Modelled, after: Modelled, sites_before: pd.DataFrame, sites_after: pd.DataFrame, radius_m: float
) -> float:
    """Households near a ponding site before and near none after.

    ``sites_before`` and ``sites_after`` hold the points at which their water is felt in the columns x_m and y_m.
    """

    def near(modelled: Modelled, sites: pd.DataFrame) -> set[str]:
        places = [shapely.Point(x, y) for x, y in zip(sites["x_m"], sites["y_m"], strict=True)]
        return buildings_near(modelled, places, radius_m)

    relieved = near(before, sites_before) - near(after, sites_after)
    households = before.system.buildings.set_index("building_id")["households"].fillna(0)
    return float(households.reindex(sorted(relieved)).fillna(0).sum())
