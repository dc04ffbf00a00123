"""Water on the ground at inlets: gutters' depths told as the flooding that SWMM tells of other nodes.

A gutter is a storage, which SWMM never calls flooded. Its depths over time say how much water stood in it beyond
what its grate needs, for how long, and how fast it rose; its largest depth is the engine's, of every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from spongecalc.swmm.gutter import Gutter
from spongecalc.swmm.run_result import RunResult

FLOODED = ("flooded_h", "flood_volume_m3", "flood_peak_l_s", "max_ponded_m3")


def with_gutter_water(result: RunResult, gutters: Sequence[Gutter]) -> RunResult:
    """The result with the columns of flooding of its gutters, and of the pipes' nodes below them.

    At a gutter ``flood_volume_m3`` is all that rose beyond ponding depth, however often, ``max_ponded_m3`` the
    most that stood there at a time. The node below is not flooded: its water stands in the gutter. What came up
    out of the pipes is ``came_up_m3`` of every node: what floods of any other, and of such a node the flow of
    its link back, as far as that is saved; ``flooding_l_s:<node>`` is then that flow.

    Parameters
    ----------
    result
        As the engine gives it.
    gutters
        The model's.
    """
    nodes, series = result.nodes, result.series
    known = [g for g in gutters if g.model_id in nodes.index]
    if not known:
        return result
    minutes = series.index.to_numpy(dtype=float)
    step_s = 60.0 * float(np.median(np.diff(minutes))) if len(minutes) > 1 else 0.0
    changed = {column: nodes[column].to_dict() for column in nodes if column.split("_after")[0] in FLOODED}
    for ending in ("", "_after_mark"):
        if f"flood_volume_m3{ending}" in changed:
            changed[f"came_up_m3{ending}"] = dict(changed[f"flood_volume_m3{ending}"])
    flows: dict[str, np.ndarray] = {}
    for gutter in known:
        for values in changed.values():
            values[gutter.node] = values[gutter.model_id] = 0.0
        depth_m = float(nodes.at[gutter.model_id, "max_depth_m"])
        most_m3 = gutter.ponded_m3(depth_m)
        changed["max_ponded_m3"][gutter.model_id] = most_m3
        changed["flood_volume_m3"][gutter.model_id] = most_m3
        column = f"depth_m:{gutter.model_id}"
        if most_m3 > 0 and column in series and step_s:
            depths_m = series[column].to_numpy(dtype=float)
            ponded_m3 = np.array([gutter.ponded_m3(d) for d in depths_m])
            rises_m3 = np.maximum(np.diff(ponded_m3, prepend=0.0), 0.0)
            changed["flood_volume_m3"][gutter.model_id] = max(float(rises_m3.sum()), most_m3)
            changed["flooded_h"][gutter.model_id] = float((ponded_m3 > 0).sum()) * step_s / 3600
            changed["flood_peak_l_s"][gutter.model_id] = 1000 * float(rises_m3.max()) / step_s
        column = f"flow_l_s:{gutter.back}"
        if column in series and step_s:
            up_l_s = np.maximum(series[column].to_numpy(dtype=float), 0.0)
            flows[f"flooding_l_s:{gutter.node}"] = up_l_s
            late = minutes * 60 > (result.mark_s or 0.0)
            changed["came_up_m3"][gutter.node] = float(up_l_s.sum()) * step_s / 1000
            if "came_up_m3_after_mark" in changed:
                changed["came_up_m3_after_mark"][gutter.node] = float(up_l_s[late].sum()) * step_s / 1000
    frame = nodes.assign(**{column: pd.Series(values) for column, values in changed.items()})
    return replace(result, nodes=frame, series=series.assign(**flows) if flows else series)
