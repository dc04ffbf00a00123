"""Small networks for tests of design checks, from a few rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from shapely import LineString, Point

from spongecalc.design.network import DesignNetwork, DrainedArea, design_network
from spongecalc.project.design_settings import LIMIT_TABLES
from spongecalc.project.scenario_settings import Scenario
from spongecalc.project.sewage_settings import SewageSettings
from spongecalc.scenario import drainage_systems
from spongecalc.standards.provenance import recalled_rows
from tests.network.bill_layers import layer_set, node, pipe, square

# What a project has that has looked up every limit which the tables hold from memory.
ALL_READ = tuple(c for t in (*LIMIT_TABLES, "utility_clearances") for c in recalled_rows(t))
AFTER = Scenario(name="after")
AREA = square("A", -1000, 1000)


def carried(net: DesignNetwork, **fullness: float) -> pd.DataFrame:
    """The pipes of a network with the share of their height that the water fills; NaN where none is given."""
    ids = list(net.pipes["pipe_id"])
    return pd.DataFrame({"pipe_id": ids, "fullness": [fullness.get(p, math.nan) for p in ids]})


def chain(
    *pipes: dict,
    places: Sequence[tuple[float, float]] | None = None,
    ground_m: float = 100.0,
    **layers: list[dict],
) -> DesignNetwork:
    """Pipes one after another from node N0 to N1, N2 ...; each 30 m to the east unless places are given.

    A pipe is a dict of the contract's columns; levels start at 98 m and fall 1 % unless they are given.
    """
    places = places or [(30.0 * i, 0.0) for i in range(len(pipes) + 1)]
    rows, level = [], 98.0
    for i, values in enumerate(pipes):
        line = LineString([places[i], places[i + 1]])
        own = {"invert_up_m": level, "invert_down_m": level - 0.01 * line.length, **values}
        level = own["invert_down_m"]
        ends = {"from_node": f"N{i}", "to_node": f"N{i + 1}"}
        rows.append(pipe(f"P{i + 1}", line, **{**ends, **own}))
    system = rows[0]["system"]
    nodes = [
        node(
            f"N{i}", Point(place), ground_m, 97.0, system=system, kind="outfall" if i == len(pipes) else "manhole"
        )
        for i, place in enumerate(places)
    ]
    return network([*rows], [*nodes, *layers.pop("nodes", [])], **layers)


def network(
    pipes: list[dict], nodes: list[dict], areas: Sequence[DrainedArea] = (), **layers: list[dict]
) -> DesignNetwork:
    """The one system of these layers after the works."""
    made = layer_set(communities=[AREA], pipes=pipes, nodes=nodes, **layers)
    (system,) = drainage_systems(made, AFTER)[0]
    return design_network(system, areas, SewageSettings())
