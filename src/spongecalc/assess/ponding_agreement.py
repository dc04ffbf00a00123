"""Verdicts on ponding of SWMM alone beside those of the flow over the ground, and the figures that part them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from spongecalc.assess.flooded_nodes import flooded_nodes
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.ponding import CHANGE, change_of
from spongecalc.ground.grid import BUILDING_M, Ground, lowest_rim_m
from spongecalc.ground.water_depths import WaterDepths
from spongecalc.overland.failure import Failure
from spongecalc.surfaces.inlet_areas import intake_nodes

TABLE = "ponding_agreement"
AGREE, DIFFER, ALONE, FAILED = "agree", "differ", "alone", "failed"
NO_PONDING, ELIMINATED = "none", "eliminated"
# Where water stands that level 3 has and the other level has not.
PLACES = ("hollow", "walls", "inlets", "nodes", "flowing")
# What becomes at level 3 of water that the other level has and level 3 has not.
FATES = ("ran_off", "lost", "shallow", "twice")
UNEXPLAINED = "unexplained"
COLUMN = {
    "ran_off": "ran_off_m3",
    "lost": "lost_more_m3",
    "shallow": "shallow_m3",
    "twice": "counted_twice_m3",
    "hollow": "in_hollows_m3",
    "walls": "at_walls_m3",
    "inlets": "at_inlets_m3",
    "nodes": "at_nodes_m3",
    "flowing": "flowing_m3",
}
"""Column of ponding_agreement.csv that holds the figure of each reason."""
FAILURES = "ponding_failures"
FAILURE_COLUMNS = ["run_id", "reason", "found"]
AGREEMENT_COLUMNS = [
    "community_id",
    "model",
    "scenario",
    "storm_id",
    "level",
    "verdict",
    "verdict_2d",
    "answer",
    "sites",
    "sites_2d",
    "volume_m3",
    "volume_2d_m3",
    "reasons",
    "ground_runoff_m3",
    "taken_by_inlets_m3",
    "given_back_m3",
    *COLUMN.values(),
]


@dataclass(frozen=True)
class TwoLevels:
    """Sites of a community in one run at a ``level`` of SWMM alone (1 or 2) and at level 3, and figures of both.

    ``figures`` are those of the model that the community is in, by their columns of ponding_agreement.csv.
    """

    model: str
    level: int
    alone: pd.DataFrame
    flow: pd.DataFrame
    figures: Mapping[str, float]


def verdict_of(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """The verdict on a community from its sites before and after, by the rule for a single site.

    "none" where there is no site in either; "eliminated" if none is left, or if some broke the limits before and
    all that are left keep them; else by the sum of the volumes, and "new" where there were none before.
    """
    if before.empty:
        return "new" if len(after) else NO_PONDING
    broken = (before["within_limits"] == "no").any() and (after["within_limits"] == "yes").all()
    if after.empty or broken:
        return ELIMINATED
    return change_of(float(before["volume_m3"].sum()), float(after["volume_m3"].sum()))


def level_figures(
    one: Modelled, storm_id: str, level: int, alone_left_m3: float, flow: WaterDepths, shallow_m3: float
) -> dict[str, float]:
    """Figures of a model at both levels, in m3, by their columns of ponding_agreement.csv.

    The ground's runoff is SWMM's, all of which its subcatchments hand to inlets; at level 3 inlets take what
    their grates let through and nodes give back what the pipes cannot hold. What stays out of the pipes ran off
    over the edge of the ground, was lost on it (more than at the other level), or stands.

    Parameters
    ----------
    one, storm_id
        The model and the run of SWMM alone.
    level, alone_left_m3
        The other level, and what ran off over the ground there.
    flow, shallow_m3
        The water of level 3, and what stands too shallow for a site there.
    """
    result = one.finished(storm_id)
    balance = flow.balance_m3
    if result is None or not balance:
        return {}
    table = one.model.elements
    ground = table.loc[(table["element"] == "subcatchment") & (table["role"] == "ground"), "model_id"]
    own = result.subcatchments.loc[ground]
    runoff = float(own["runoff_m3"].sum() - own["runon_m3"].sum())
    nodes = flooded_nodes(one, storm_id)
    twice = float(nodes["volume_m3"].sum() - nodes["stood_m3"].sum()) if level == 1 else 0.0
    return {
        "ground_runoff_m3": runoff,
        "taken_by_inlets_m3": balance["taken_by_inlets"],
        "given_back_m3": balance["given_back"],
        "ran_off_m3": balance["left_over_ground"] - alone_left_m3,
        "lost_more_m3": balance["infiltrated"] - (balance["rain_on_ground"] - runoff),
        "shallow_m3": shallow_m3,
        "counted_twice_m3": twice,
    }


def standing_by_place(
    sites: pd.DataFrame, one: Modelled, flow: WaterDepths, site_depth_m: float
) -> dict[str, float]:
    """Water of level 3's sites, in m3, by the kind of place it stands in (:data:`PLACES`).

    "nodes": a node of the site floods in SWMM alone; "inlets": an inlet lies under its water, which more comes to
    than its grate takes; "hollow": the ground holds it and no inlet is in it; "walls": so, but without its
    buildings the ground would not; "flowing": deep enough while it flows on.
    """
    found = dict.fromkeys((COLUMN[p] for p in PLACES), 0.0)
    if sites.empty:
        return found
    ground = flow.ground
    inlets = [p for c in one.system.communities for _, p in intake_nodes(one.system, c)]
    cells = [cell for p in inlets if (cell := ground.low_cell(p.x, p.y)) is not None]
    middles = shapely.points([ground.place(*cell) for cell in cells]) if cells else np.array([], dtype=object)
    rim_m = lowest_rim_m(ground.elevation_m)
    open_m = ground.elevation_m - np.where(ground.building, BUILDING_M, 0.0)
    open_rim_m = lowest_rim_m(open_m) if ground.building.any() else rim_m
    for site in sites.to_dict("records"):
        place = _place_of(site, middles, ground, rim_m, open_rim_m, site_depth_m)
        found[COLUMN[place]] += float(site["volume_m3"])
    return found


def _place_of(
    site: Mapping[str, object],
    inlets: np.ndarray,
    ground: Ground,
    rim_m: np.ndarray,
    open_rim_m: np.ndarray,
    site_depth_m: float,
) -> str:
    if site["node_count"]:
        return "nodes"
    if len(inlets) and shapely.intersects(site["geometry"], inlets).any():
        return "inlets"
    cell = ground.cell(float(site["x_m"]), float(site["y_m"]))  # type: ignore[arg-type]
    assert cell is not None  # the deepest cell of the site's own grid
    if rim_m[cell] - ground.elevation_m[cell] < site_depth_m:
        return "flowing"
    return "hollow" if open_rim_m[cell] - ground.elevation_m[cell] >= site_depth_m else "walls"


def reasons_of(row: Mapping[str, object], least_m3: float) -> list[str]:
    """Codes of the reasons for which the volumes of a row differ, the largest figure first.

    A volume that level 3 has more stands in some kind of place; one that it has less went another way there. A
    figure below a tenth of the difference is no reason for it. None where the volumes are within ``least_m3`` of
    each other, and, if the verdicts agree, where they are within a tenth.
    """
    alone, flow = float(row["volume_m3"]), float(row["volume_2d_m3"])  # type: ignore[arg-type]
    difference = abs(alone - flow)
    noise_m3 = 0.0 if row["answer"] == DIFFER else CHANGE * max(alone, flow)
    if difference <= max(noise_m3, least_m3):
        return []
    codes = FATES if alone > flow else PLACES
    figures = {c: float(row.get(COLUMN[c], math.nan)) for c in codes}  # type: ignore[arg-type]
    large = [c for c in codes if figures[c] >= CHANGE * difference]
    return sorted(large, key=lambda c: -figures[c]) or [UNEXPLAINED]


def agreement_table(
    known: Mapping[tuple[str, str, str], TwoLevels],
    community_ids: Sequence[str],
    storm_ids: Sequence[str],
    scenarios: Sequence[str],
    compared: tuple[str, str],
    min_volume_m3: float,
) -> pd.DataFrame:
    """The table of ponding_agreement.csv.

    Parameters
    ----------
    known
        Both levels of each community, scenario and storm that has a run over the ground.
    community_ids, storm_ids, scenarios
        In the order of the rows.
    compared
        The two scenarios of the verdict.
    min_volume_m3
        Volume from which ponding counts.
    """
    rows: list[dict[str, object]] = []
    for community in community_ids:
        for storm_id in storm_ids:
            pair = [known.get((community, s, storm_id)) for s in compared]
            verdicts = ("", "")
            if pair[0] is not None and pair[1] is not None:
                verdicts = (
                    verdict_of(pair[0].alone, pair[1].alone),
                    verdict_of(pair[0].flow, pair[1].flow),
                )
            answer = "" if not verdicts[0] else AGREE if verdicts[0] == verdicts[1] else DIFFER
            for scenario in scenarios:
                one = known.get((community, scenario, storm_id))
                if one is None:
                    continue
                row: dict[str, object] = {
                    "community_id": community,
                    "model": one.model,
                    "scenario": scenario,
                    "storm_id": storm_id,
                    "level": one.level,
                    "verdict": verdicts[0],
                    "verdict_2d": verdicts[1],
                    "answer": answer,
                    "sites": len(one.alone),
                    "sites_2d": len(one.flow),
                    "volume_m3": float(one.alone["volume_m3"].sum()),
                    "volume_2d_m3": float(one.flow["volume_m3"].sum()),
                    **one.figures,
                }
                least_m3 = 0.0 if answer == DIFFER else min_volume_m3
                rows.append({**row, "reasons": ";".join(reasons_of(row, least_m3))})
    return pd.DataFrame(rows, columns=AGREEMENT_COLUMNS)


def failure_table(failed: Mapping[str, Failure]) -> pd.DataFrame:
    """The table of ponding_failures.csv, from failures of runs over the ground by run id.

    ``found`` holds the figures of the reason as a JSON object.
    """
    rows = [
        {
            "run_id": run_id,
            "reason": failure.code,
            "found": json.dumps(dict(failure.found), ensure_ascii=False, sort_keys=True),
        }
        for run_id, failure in sorted(failed.items())
    ]
    return pd.DataFrame(rows, columns=FAILURE_COLUMNS)


def failure_in(row: Mapping[str, object]) -> Failure:
    """The failure that a row of ponding_failures.csv tells of."""
    return Failure(str(row["reason"]), json.loads(str(row["found"])))


def community_levels(
    table: pd.DataFrame, storm_id: str, compared: Sequence[str], *, failed: bool
) -> dict[str, object]:
    """Columns of communities.csv on both levels, from a community's rows of ponding_agreement.csv.

    ``failed`` is true where a run over the ground of one of the scenarios failed.
    """
    own = table[(table["storm_id"] == storm_id) & table["scenario"].isin(compared)]
    if own.empty or not own["answer"].iloc[0]:
        return {"ponding_levels": FAILED if failed else ALONE}
    codes = [code for held in own["reasons"] for code in held.split(";") if code]
    return {
        "ponding_2d_verdict": own["verdict_2d"].iloc[0],
        "ponding_levels": own["answer"].iloc[0],
        "ponding_reasons": ";".join(dict.fromkeys(codes)),
    }
