"""Runoff of a community under a storm: volume and peak, with what its permeable ground and tanks keep."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.surfaces.run_on import source_words
from spongecalc.surfaces.subcatchment import ROOF_ROLE, SUBCATCHMENT_ROLES, TO_NODE
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.tank_water import REUSE_ROLE, TANK_ROLE, held_by_tanks_m3

SPONGE_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "rainfall_m3",
    "infiltration_m3",
    "evaporation_m3",
    "surface_runoff_m3",
    "tank_held_m3",
    "runoff_m3",
    "runoff_coefficient",
    "peak_l_s",
    "permeable_m2",
    "green_m2",
    "impervious_m2",
    "run_on_m2",
    "run_on_from",
]


def runoff_series_l_s(modelled: Modelled, community_id: str, storm_id: str) -> pd.Series:
    """Runoff of a community in l/s by minutes from the start of the run; empty without a finished run.

    The sum of SWMM's runoff of the community's subcatchments that drain to nodes, with the water that flows into
    its rain tanks (past their first-flush chambers) taken out and what the tanks spill put in.
    """
    result = modelled.finished(storm_id)
    if result is None:
        return pd.Series(dtype=float)
    areas = modelled.elements(community_id, TO_NODE) + modelled.elements(community_id, ROOF_ROLE)
    series = result.series
    total = series[[f"runoff_l_s:{a}" for a in areas]].sum(axis=1)
    for tank in modelled.elements(community_id, TANK_ROLE):
        total = total - series[f"lateral_inflow_l_s:{tank}"]
    for filling in modelled.elements(community_id, "tank_filling"):
        total = total - series[f"flow_l_s:{filling}"]
    for overflow in modelled.elements(community_id, "tank_overflow"):
        total = total + series[f"flow_l_s:{overflow}"]
    return total.clip(lower=0.0)


def tank_held_m3(modelled: Modelled, community_id: str, result: RunResult) -> float:
    """Water of a run that a community's tanks hold at its end, and what was reused from them, in m3.

    What stood in them when the storm began is not of this run.
    """
    tanks, reuse = (modelled.elements(community_id, role) for role in (TANK_ROLE, REUSE_ROLE))
    return held_by_tanks_m3(result, tanks, reuse)


def sponge_row(modelled: Modelled, community_id: str, storm_id: str) -> dict[str, object]:
    """A row of sponge.csv; figures of a run that did not finish are missing."""
    areas = [a for a in modelled.model.areas if a.community_id == community_id]
    covers: dict[str, float] = {}
    for area in areas:
        for cover, square_m in area.covers_m2.items():
            covers[cover] = covers.get(cover, 0.0) + square_m
    known = modelled.system.catalogue
    permeable = sum(covers.get(c, 0.0) for c in known.permeable_pavings)
    impervious = sum(a.mix.impervious_percent / 100 * a.plain_m2 for a in areas)
    row: dict[str, object] = {
        "community_id": community_id,
        "scenario": modelled.system.scenario,
        "storm_id": storm_id,
        "permeable_m2": permeable,
        "green_m2": sum(covers.get(c, 0.0) for c, cover in known.covers.items() if cover.green),
        "impervious_m2": impervious,
        "run_on_m2": sum(m2 for a in areas for m2 in a.run_on_m2.values()),
        "run_on_from": source_words(s for a in areas for s, m2 in a.run_on_m2.items() if m2 > 0),
    }
    result = modelled.finished(storm_id)
    if result is None:
        return row
    names = [name for role in SUBCATCHMENT_ROLES for name in modelled.elements(community_id, role)]
    to_nodes = [name for role in (TO_NODE, ROOF_ROLE) for name in modelled.elements(community_id, role)]
    own = result.subcatchments.loc[names]
    # What runs on to a lawn is the lawn's to let go.
    surface = float(result.subcatchments.loc[to_nodes, "runoff_m3"].sum())
    rainfall = float(own["rainfall_m3"].sum())
    held = tank_held_m3(modelled, community_id, result)
    series = runoff_series_l_s(modelled, community_id, storm_id)
    return row | {
        "rainfall_m3": rainfall,
        "infiltration_m3": float(own["infiltration_m3"].sum()),
        "evaporation_m3": float(own["evaporation_m3"].sum()),
        "surface_runoff_m3": surface,
        "tank_held_m3": held,
        "runoff_m3": surface - held,
        "runoff_coefficient": (surface - held) / rainfall if rainfall > 0 else float("nan"),
        "peak_l_s": float(series.max()) if len(series) else 0.0,
    }
