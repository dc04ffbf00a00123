"""Levels and flows over time as the page's pop-ups and time slider read them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from spongecalc.assess.review import CommunityPage
from spongecalc.report.render.water_frames import water_json

# A curve of this many points is as good as any on a pop-up's few centimetres, and keeps the page small.
STEP_MIN = 5.0


def series_json(page: CommunityPage) -> str:
    """Series of a community as compact JSON; empty where no run saved any.

    ``{"step": minutes, "before": {"d": {node: depths in cm}, "f": {pipe: flows in 0.1 l/s},
    "rim": {node: depth of the rim in cm}, "water": pictures of the water on the ground}, "after": ...}``;
    whole numbers, each step's largest value, so that
    a peak between two steps is not lost.
    """
    found: dict[str, object] = {}
    for scenario, results in page.hydraulics.items():
        if results.depth_m.empty and results.flow_l_s.empty:
            continue
        nodes = page.layers.get(scenario, {}).get("nodes")
        rims: dict[str, int] = {}
        if nodes is not None and {"node_id", "ground_m", "invert_m"} <= set(nodes.columns):
            deep = pd.to_numeric(nodes["ground_m"]) - pd.to_numeric(nodes["invert_m"])
            rims = {str(n): round(100 * d) for n, d in zip(nodes["node_id"], deep, strict=True) if pd.notna(d)}
        found[scenario] = {
            "d": _whole(results.depth_m, 100),
            "f": _whole(results.flow_l_s, 10),
            "rim": rims,
        }
    for scenario, water in page.water.items():
        found.setdefault(scenario, {"d": {}, "f": {}, "rim": {}})
        own = found[scenario]
        assert isinstance(own, dict)
        own["water"] = water_json(water, STEP_MIN)
    if not found:
        return ""
    text = json.dumps({"step": STEP_MIN, **found}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    # Inside a page's script element nothing may look like its end.
    return text.replace("<", "\\u003c")


def _whole(frame: pd.DataFrame, factor: float) -> Mapping[str, list[int]]:
    if frame.empty:
        return {}
    steps = (frame.index.to_numpy(float) // STEP_MIN).astype(int)
    # The largest in magnitude of a step, with its sign: a pipe may flow backwards.
    high, low = frame.groupby(steps).max(), frame.groupby(steps).min()
    chosen = high.where(high.abs() >= low.abs(), low)
    whole = (chosen * factor).round().fillna(0).astype(int)
    return {str(name): whole[name].tolist() for name in whole.columns}
