"""The search for an unknown misconnection on every rain network that has sensors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import networkx as nx
import pandas as pd

from spongecalc.evidence.location import Assumptions, EndMembers, Sensor, locate
from spongecalc.evidence.site import Site
from spongecalc.project.evidence_settings import EvidenceSettings, TwoWaters

LOCATION_COLUMNS = [
    "network",
    "rank",
    "reach",
    "probability_percent",
    "sewage_m3_d",
    "sensors",
    "sensors_below",
    "nodes",
]

# Rows beyond these hold next to nothing, and a network has as many as it has sensors and nodes above them.
MOST_RANKS = 10
SEARCHED = ("storm", "combined")


def assumptions_of(settings: EvidenceSettings) -> Assumptions:
    """A project's errors and end members in the terms of the search.

    Sewage's NH3-N is sought within two standard errors of what the project says.
    """
    nh3 = settings.nh3
    low = max(nh3.sewage - 2 * nh3.sewage_error, 2 * nh3.clean, 1e-6)
    high = nh3.sewage + 2 * nh3.sewage_error
    return Assumptions(
        settings.flow_error_percent / 100,
        settings.flow_floor_l_s,
        max(nh3.floor, nh3.clean_error),
        nh3.clean,
        (min(low, nh3.sewage), max(high, nh3.sewage * 1.001)),
        settings.search_flow_l_s,
        nh3.error_percent / 100,
        _members(settings.conductivity),
        _members(settings.temperature),
    )


def _members(two: TwoWaters) -> EndMembers:
    relative = two.error_percent / 100
    return EndMembers(two.clean, two.sewage, two.clean_error, two.sewage_error, relative, two.floor)


def location_table(
    graphs: Sequence[nx.MultiDiGraph], sites: Sequence[Site], settings: EvidenceSettings
) -> pd.DataFrame:
    """Rows of evidence_location.csv: for each rain network with sensors, its reaches by falling probability.

    A network is what hangs together of rain and combined nodes; it is named after its outfalls. Sites that
    measured neither flow nor a substance of use are passed over.
    """
    parts = []
    given = assumptions_of(settings)
    for graph in graphs:
        rain = graph.subgraph([n for n, d in graph.nodes(data=True) if d["system"] in SEARCHED])
        for members in sorted(nx.weakly_connected_components(rain), key=min):
            network = rain.subgraph(members)
            sensors = [_sensor(s) for s in sites if s.node_id in network]
            sensors = [s for s in sensors if _useful(s)]
            if not sensors:
                continue
            table = locate(network, sensors, given)
            ends = sorted(n for n in network if network.out_degree(n) == 0)
            table = table.head(MOST_RANKS).assign(
                network=";".join(ends) or min(members),
                probability_percent=100 * table["probability"],
                sewage_m3_d=86.4 * table["flow_l_s"],
                sensors=len(sensors),
            )
            parts.append(table[LOCATION_COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=LOCATION_COLUMNS)


def _sensor(site: Site) -> Sensor:
    def mean(quantity: str) -> float:
        found = site.means.get(quantity)
        return found.value if found is not None else math.nan

    return Sensor(
        site.node_id, mean("flow_l_s"), mean("nh3_mg_l"), mean("conductivity_us_cm"), mean("temperature_c")
    )


def _useful(sensor: Sensor) -> bool:
    values = (sensor.flow_l_s, sensor.nh3_mg_l, sensor.conductivity_us_cm, sensor.temperature_c)
    return not all(math.isnan(v) for v in values)
