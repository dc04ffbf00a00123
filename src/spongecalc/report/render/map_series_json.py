"""Levels and flows over time as the page's pop-ups and time slider read them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from spongecalc.report.content.map_series import MapSeries
from spongecalc.report.render.water_frames import water_json

# A curve of this many points is as good as any on a pop-up's few centimetres, and keeps the page small.
STEP_MIN = 5.0


def series_json(series: MapSeries) -> str:
    """Series of a community as compact JSON.

    ``{"step": minutes, "of": {scenario: {"d": {node: depths in cm}, "f": {pipe: flows in 0.1 l/s},
    "rim": {node: depth of the rim in cm}, "water": pictures of the water on the ground}, ...}}``;
    whole numbers, each step's largest value, so that a peak between two steps is not lost.
    """
    found: dict[str, dict[str, object]] = {}
    for scenario, own in series.scenarios.items():
        found[scenario] = {
            "d": _whole(own.depth_m, 100),
            "f": _whole(own.flow_l_s, 10),
            "rim": {node: round(100 * deep) for node, deep in own.rim_m.items()},
        }
        if own.water is not None:
            found[scenario]["water"] = water_json(own.water, STEP_MIN)
    text = json.dumps({"step": STEP_MIN, "of": found}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
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
