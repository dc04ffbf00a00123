"""Whether rain and sewage are separated: the joints on the graph, and the sewage that reaches rain outfalls."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.network.cross_connections import CrossConnection, cross_connections
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.model import TRACER_MG_L

RAIN_RECEIVERS = ("municipal_storm", "river")

SEPARATION_COLUMNS = [
    "community_id",
    "scenario",
    "joint_id",
    "kind",
    "layer",
    "feature_id",
    "at_node",
    "carries",
    "sources",
    "source_count",
    "households",
    "residents",
    "outfalls",
    "x_m",
    "y_m",
]


def separation_table(systems: list[DrainageSystem], residents_per_household: float) -> pd.DataFrame:
    """Cross-connections of all systems as rows of separation.csv."""
    rows: list[dict[str, object]] = []
    for system in systems:
        residents = system.buildings.set_index("building_id")["residents"].fillna(
            system.buildings.set_index("building_id")["households"].fillna(0) * residents_per_household
        )
        rows.extend(_row(system.scenario, joint, residents) for joint in cross_connections(system))
    table = pd.DataFrame(rows, columns=SEPARATION_COLUMNS)
    return table.sort_values(["community_id", "scenario", "kind", "feature_id"], ignore_index=True)


def _row(scenario: str, joint: CrossConnection, residents: pd.Series) -> dict[str, object]:
    return {
        "community_id": joint.community_id,
        "scenario": scenario,
        "joint_id": joint.joint_id,
        "kind": joint.kind,
        "layer": joint.layer,
        "feature_id": joint.feature_id,
        "at_node": joint.at_node,
        "carries": joint.carries,
        "sources": ";".join(joint.sources),
        "source_count": len(joint.sources),
        "households": joint.households,
        "residents": float(residents.reindex(list(joint.buildings)).fillna(0).sum()),
        "outfalls": ";".join(joint.outfalls),
        "x_m": joint.x_m,
        "y_m": joint.y_m,
    }


def sewage_to_storm_m3_d(modelled: Modelled, community_id: str, dry_measure_min: float) -> float:
    """Sewage that leaves a community by its rain outfalls in dry weather, in m3 per day; NaN without a run.

    It is SWMM's load of the tracer SEWAGE at outfalls that receive municipal rain pipes or a river, over the
    measured part of the dry-weather run, divided by the tracer's concentration in sewage.
    """
    dry = modelled.finished("dry")
    if dry is None:
        return float("nan")
    outfalls = [o for r in RAIN_RECEIVERS for o in modelled.elements(community_id, f"outfall_{r}")]
    load_kg = float(dry.outfalls.loc[outfalls, "load_SEWAGE_kg_after_mark"].sum()) if outfalls else 0.0
    return load_kg / (TRACER_MG_L / 1000) / (dry_measure_min / 1440)
