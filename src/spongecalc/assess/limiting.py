"""The pipe, inlet or outfall that limits a ponding site."""

from __future__ import annotations

import math
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.assess.modelled import Modelled
from spongecalc.design.circular_pipe import geometry
from spongecalc.network.ponding_remedies import way_down
from spongecalc.surfaces.inlet_areas import intake_nodes
from spongecalc.swmm.run_result import RunResult


def full_flow_m3_s(section: tuple[str, float, float], slope: float, manning_n: float) -> float:
    """What a section carries when full by Manning's formula, in m3/s.

    Parameters
    ----------
    section
        SWMM's shape with its first and second measure in m: CIRCULAR (diameter), FILLED_CIRCULAR (diameter,
        depth of sediment), RECT_CLOSED and RECT_OPEN (height, width), EGG (height).
    slope
        Fall per length, more than 0.

    Returns
    -------
    The flow; NaN for another shape or without a fall.

    References
    ----------
    GB 50014-2021, section 5.2. The egg has 0.5105 of its height squared as area and 0.1931 of its height as
    hydraulic radius (Chow 1959, Open-Channel Hydraulics).
    """
    shape, first, second = section
    if not slope > 0:
        return math.nan
    if shape in ("CIRCULAR", "FILLED_CIRCULAR"):
        angle = 2 * math.acos(1 - 2 * min(second / first, 1.0)) if shape == "FILLED_CIRCULAR" else 0.0
        lost = float(geometry(np.array(min(second / first, 1.0)))[0]) if angle else 0.0
        area = (math.pi / 4 - lost) * first**2
        rim = (math.pi - angle / 2 + math.sin(angle / 2)) * first
        radius = area / rim
    elif shape in ("RECT_CLOSED", "RECT_OPEN"):
        area = first * second
        radius = area / (2 * (first + second) if shape == "RECT_CLOSED" else 2 * first + second)
    elif shape == "EGG":
        area, radius = 0.5105 * first**2, 0.1931 * first
    else:
        return math.nan
    return area * radius ** (2 / 3) * math.sqrt(slope) / manning_n


def limited_by(one: Modelled, result: RunResult, node_ids: tuple[str, ...]) -> str:
    """What holds up the water of some flooded nodes: "pipe:id", "lead:id", "outfall:id" or "" where unknown.

    An outfall whose water stands higher than half of the depth of the first node takes more than half of the
    head that the node could drive its water with: it is the limit. Else the conduit on the way down whose
    peak flow is the largest part of what it carries when full is the neck.
    """
    way = way_down(one.system, node_ids)
    table = one.model.elements
    links = table[(table["element"] == "link") & table["feature_id"].isin([*way.pipes, *way.leads])]
    conduits = {row[0]: row for row in one.model.sections["CONDUITS"] if not row[0].startswith(";")}
    sections = {row[0]: row for row in one.model.sections["XSECTIONS"]}
    nodes = one.system.nodes.drop_duplicates("node_id").set_index("node_id")
    first = nodes.loc[node_ids[0]]
    half_full_m = float(first["invert_m"] + first["ground_m"]) / 2
    for outfall in way.outfalls:
        if float(nodes.loc[outfall, "outfall_level_m"]) > half_full_m:
            return f"outfall:{outfall}"
    worst, name = 0.0, ""
    for link in links.sort_values("model_id").itertuples():
        if link.model_id not in conduits or link.model_id not in result.links.index:
            continue
        _, _, _, length, n, up_m, down_m, *_ = conduits[link.model_id]
        _, shape, first, second, *_ = sections[link.model_id]
        slope = (float(up_m) - float(down_m)) / max(float(length), 1e-3)
        full = full_flow_m3_s((shape, float(first), float(second)), max(slope, 1e-5), float(n))
        share = float(result.links.loc[link.model_id, "peak_l_s"]) / 1000 / full
        if share > worst:
            worst, name = share, f"{'pipe' if link.layer == 'pipes' else 'lead'}:{link.feature_id}"
    return name


def limits_of(sites: pd.DataFrame, one: Modelled, result: RunResult | None, reach_m: float) -> pd.Series:
    """What limits each site of a run, as a column.

    A site with a flooded node is limited by the way down from it. Water that stands where no node floods has
    not come into the pipes: the nearest inlet within ``reach_m`` limits it ("inlet:id"), else the ground itself
    ("ground").
    """
    if result is None or sites.empty:
        return pd.Series([""] * len(sites), index=sites.index, dtype=object)
    known: dict[str, str] = {}
    inlets = [n for c in one.system.communities for n in intake_nodes(one.system, c)]
    found = []
    for site in sites.to_dict("records"):
        node = str(site["node_id"])
        if node:
            if node not in known:
                known[node] = limited_by(one, result, (node,))
            found.append(known[node])
        else:
            near = nearest_inlets(site, inlets, reach_m)
            found.append(f"inlet:{near[0]}" if near else "ground")
    return pd.Series(found, index=sites.index, dtype=object)


def nearest_inlets(
    site: Mapping[str, object], inlets: list[tuple[str, shapely.Point]], reach_m: float
) -> tuple[str, ...]:
    """Ids of the inlets within reach of a site's outline, the nearest first."""
    outline = site.get("geometry")
    if not isinstance(outline, shapely.Geometry):
        outline = shapely.Point(float(site["x_m"]), float(site["y_m"]))  # type: ignore[arg-type]
    frame = gpd.GeoSeries([p for _, p in inlets])
    if frame.empty:
        return ()
    distances = frame.distance(outline).to_numpy()
    order = sorted(range(len(inlets)), key=lambda i: (distances[i], inlets[i][0]))
    return tuple(inlets[i][0] for i in order if distances[i] <= reach_m)
