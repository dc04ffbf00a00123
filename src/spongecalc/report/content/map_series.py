"""Levels, flows and water on the ground over time, which a map's pop-ups and time slider show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from spongecalc.assess.review import CommunityPage, WaterFrames


@dataclass(frozen=True, eq=False)
class ScenarioSeries:
    """One scenario's series by minutes: depths in m by node, flows in l/s by pipe, depths of the rims in m;
    the water on the ground where the flow over it was calculated."""

    depth_m: pd.DataFrame
    flow_l_s: pd.DataFrame
    rim_m: Mapping[str, float]
    water: WaterFrames | None = None


@dataclass(frozen=True, eq=False)
class MapSeries:
    """The series of a community by scenario."""

    scenarios: Mapping[str, ScenarioSeries]


def map_series(page: CommunityPage) -> MapSeries | None:
    """The series of a community; None where no run saved any."""
    found: dict[str, ScenarioSeries] = {}
    for scenario in dict.fromkeys((*page.hydraulics, *page.water)):
        results = page.hydraulics.get(scenario)
        water = page.water.get(scenario)
        saved = results is not None and not (results.depth_m.empty and results.flow_l_s.empty)
        if results is not None and saved:
            found[scenario] = ScenarioSeries(results.depth_m, results.flow_l_s, _rims(page, scenario), water)
        elif water is not None:
            found[scenario] = ScenarioSeries(pd.DataFrame(), pd.DataFrame(), {}, water)
    return MapSeries(found) if found else None


def _rims(page: CommunityPage, scenario: str) -> dict[str, float]:
    """Depth of each node's rim above its invert, in m, where both are known."""
    nodes = page.layers.get(scenario, {}).get("nodes")
    if nodes is None or not {"node_id", "ground_m", "invert_m"} <= set(nodes.columns):
        return {}
    deep = pd.to_numeric(nodes["ground_m"]) - pd.to_numeric(nodes["invert_m"])
    return {str(n): float(d) for n, d in zip(nodes["node_id"], deep, strict=True) if pd.notna(d)}
