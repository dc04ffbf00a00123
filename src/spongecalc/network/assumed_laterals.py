"""Laterals that nobody drew: buildings led to the nearest fitting manhole, where a project allows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.provenance import DEFAULT, flagged
from spongecalc.network.sources import sources
from spongecalc.scenario import DrainageSystem

SYSTEMS = ("sewage", "combined")
KINDS = ("manhole", "septic_tank", "junction")


def with_nearest_laterals(system: DrainageSystem, reach_m: float) -> tuple[DrainageSystem, tuple[Finding, ...]]:
    """The system with each building whose sewage enters nowhere led to a manhole, and a finding for each.

    The nearest manhole, septic tank or junction of sewage or combined pipes counts that stands in the scenario,
    in the building's own community, at a pipe, within ``reach_m`` of the building's outline, and that no
    other building stands before. Of two at one distance the one farther west, then south, counts. Its node
    becomes the building's ``sewage_to``, flagged as assumed.

    Parameters
    ----------
    reach_m
        The longest lateral that is assumed, in m.
    """
    buildings, nodes, pipes = system.buildings, system.nodes, system.pipes
    served = {s.building_id for s in sources(system) if s.water == "sewage"}
    open_ = ~buildings["building_id"].isin(served).to_numpy(dtype=bool) & buildings.geometry.notna().to_numpy()
    joined = nodes["node_id"].isin({*pipes["from_node"], *pipes["to_node"]})
    fitting = nodes[nodes["system"].isin(SYSTEMS) & nodes["kind"].isin(KINDS) & joined].reset_index(drop=True)
    if not open_.any() or fitting.empty:
        return system, ()
    points, outlines = fitting.geometry.to_numpy(), buildings.geometry.to_numpy()
    ids, owners = fitting["node_id"].to_numpy(object), fitting["community_id"].to_numpy(object)
    nodes_near, houses = shapely.STRtree(points), shapely.STRtree(outlines)
    found = buildings["sewage_to"].to_numpy(object).copy()
    assumed = np.zeros(len(buildings), dtype=bool)
    findings = []
    for position, row in zip(np.flatnonzero(open_), buildings[open_].itertuples(), strict=True):
        outline = outlines[position]
        near = nodes_near.query(outline, predicate="dwithin", distance=reach_m)
        near = near[owners[near] == row.community_id]
        away = shapely.distance(points[near], outline)
        order = np.lexsort((shapely.get_y(points[near]), shapely.get_x(points[near]), np.round(away, 3)))
        for one in order:
            lateral = shapely.shortest_line(outline, points[near[one]])
            between = houses.query(lateral, predicate="crosses")
            if (between != position).any():
                continue
            found[position], assumed[position] = ids[near[one]], True
            words = {"node": ids[near[one]], "distance": f"{away[one]:.1f}", "scenario": system.scenario}
            findings.append(finding_at("building.lateral_assumed", "buildings", row, **words))
            break
    if not assumed.any():
        return system, ()
    led = buildings.assign(sewage_to=pd.Series(found, index=buildings.index, dtype=object))
    return replace(system, buildings=flagged(led, assumed, "sewage_to", DEFAULT)), tuple(findings)
