"""The pipe, inlet or outfall that limits a ponding site."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.assess.modelled import Modelled
from spongecalc.catalogue.pipe_section import SHAPE_OF_SWMM, PipeSection, PipeSections
from spongecalc.catalogue.structure_form import PUMP
from spongecalc.network.ponding_remedies import WayDown, way_down
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.inlet_areas import intake_nodes
from spongecalc.swmm.gutters import INTAKE
from spongecalc.swmm.run_result import RunResult

# A conduit that does not fall is taken to fall by this, as SWMM takes it.
FLATTEST = 1e-5
# Water in a well rises this much above the start level before a pump that has started draws it down.
ABOVE_START_M = 0.1


@dataclass(frozen=True)
class _Neck:
    """A conduit as it may limit: its name here, its id in the model, and what it carries when full."""

    name: str
    model_id: str
    full_m3_s: float


@dataclass(frozen=True)
class _Known:
    """Facts that all runs of a system share: conduits by feature, ways down and half-full levels by node."""

    necks: Mapping[str, _Neck]
    wells: Mapping[str, tuple[str, float]]
    half_full_m: Mapping[str, float]
    behind_grate: Mapping[str, tuple[str, float]]
    outfall_m: Mapping[str, float]
    ways: dict[str, WayDown] = field(default_factory=dict)


# Every storm asks for the same system's, one system after the other: the last one's is kept, since those of a
# county do not fit into memory.
_known: WeakKeyDictionary[DrainageSystem, _Known] = WeakKeyDictionary()


def _known_of(one: Modelled) -> _Known:
    if one.system not in _known:
        nodes = one.system.nodes.drop_duplicates("node_id")
        ids = nodes["node_id"].tolist()
        _known.clear()
        middle = (nodes["invert_m"] + nodes["ground_m"]) / 2
        _known[one.system] = _Known(
            _necks(one),
            _wells(one),
            dict(zip(ids, middle.astype(float), strict=True)),
            _behind_grates(one, (nodes["ground_m"] - nodes["invert_m"]).set_axis(ids)),
            dict(zip(ids, one.system.highest_outfall_levels_m[nodes.index], strict=True)),
        )
    return _known[one.system]


def _necks(one: Modelled) -> dict[str, _Neck]:
    table = one.model.elements
    links = table[(table["element"] == "link") & table["layer"].isin(["pipes", "connections"])]
    conduits = {row[0]: row for row in one.model.sections["CONDUITS"] if not row[0].startswith(";")}
    sections = {row[0]: row for row in one.model.sections["XSECTIONS"]}
    found = {}
    for name, layer, feature in zip(links["model_id"], links["layer"], links["feature_id"], strict=True):
        if name not in conduits:
            continue
        _, _, _, length, n, up_m, down_m, *_ = conduits[name]
        _, shape, first, second, *_, beside = sections[name]
        slope = max((float(up_m) - float(down_m)) / max(float(length), 1e-3), FLATTEST)
        # What pumps press through a pipe says nothing of its fall; of a rare section no full flow is known.
        by_gravity = shape in SHAPE_OF_SWMM and shape != "FORCE_MAIN"
        section = PipeSection.of_swmm(shape, float(first), float(second)) if by_gravity else None
        full = section.full_flow_m3_s(slope, float(n)) * float(beside) if section else math.nan
        kind = "pipe" if layer == "pipes" else "lead"
        found[f"{kind}:{feature}"] = _Neck(f"{kind}:{feature}", name, full)
    return found


def _wells(one: Modelled) -> dict[str, tuple[str, float]]:
    """Of each pump its well's id in the model, and the depth in m beyond which it does not keep up."""
    structures = one.system.structures
    if structures.empty:
        return {}
    pipes, nodes = one.system.pipes, one.system.nodes.drop_duplicates("node_id").set_index("node_id")
    crowns = pipes["invert_down_m"].astype(float) + PipeSections.of(pipes).height_m
    lowest_m = crowns.groupby(pipes["to_node"]).min()
    table = one.model.elements
    own = table[(table["element"] == "node") & (table["layer"] == "nodes")]
    names = dict(zip(own["feature_id"], own["model_id"], strict=True))
    pumps = structures[(structures["kind"] == PUMP) & structures["from_node"].isin(list(names))]
    found = {}
    for row in pumps.itertuples():
        level_m = np.fmax(float(lowest_m.get(row.from_node, math.nan)), float(row.on_level_m) + ABOVE_START_M)
        found[row.structure_id] = (names[row.from_node], float(level_m - nodes.at[row.from_node, "invert_m"]))
    return found


def _behind_grates(one: Modelled, depths_m: pd.Series) -> dict[str, tuple[str, float]]:
    """Nodes that take in ground's runoff by a grate: their ids in the model, and their depths in m."""
    table = one.model.elements
    table = table[table["role"] == INTAKE]
    return {
        node: (model_id, float(depths_m[node]))
        for node, model_id in zip(table["feature_id"], table["model_id"], strict=True)
    }


def limited_by(one: Modelled, result: RunResult, node_id: str) -> str:
    """The limit on a flooded node: "inlet:id", "pump:id", "pipe:id", "lead:id", "outfall:id"; "" if unknown.

    Water before a grate whose shaft never filled has not come into the pipes: the inlet is the limit.

    A pump on the way down whose well filled until it held up the lowest pipe that comes in, and above the level
    at which it starts, did not keep up: it is the limit. An outfall whose water stands higher than half of the
    node's depth takes more than half of the head that the node could drive its water with: it is the limit. Else
    the conduit on the way down whose peak flow is the largest part of what it carries when full is the neck.
    """
    known = _known_of(one)
    if node_id in known.behind_grate:
        model_id, depth_m = known.behind_grate[node_id]
        if float(result.nodes.at[model_id, "max_depth_m"]) < depth_m:
            return f"inlet:{node_id}"
    if node_id not in known.ways:
        known.ways[node_id] = way_down(one.system, (node_id,))
    way = known.ways[node_id]
    for pump in way.pumps:
        well, held_up_m = known.wells.get(pump, ("", math.nan))
        if well in result.nodes.index and float(result.nodes.at[well, "max_depth_m"]) > held_up_m:
            return f"pump:{pump}"
    for outfall in way.outfalls:
        if known.outfall_m.get(outfall, math.nan) > known.half_full_m.get(node_id, math.nan):
            return f"outfall:{outfall}"
    keys = [*(f"lead:{i}" for i in way.leads), *(f"pipe:{i}" for i in way.pipes)]
    necks = [known.necks[k] for k in keys if k in known.necks]
    peaks = result.links["peak_l_s"].reindex([n.model_id for n in necks]).to_numpy(float) / 1000
    shares = [(peak / neck.full_m3_s, neck.name) for peak, neck in zip(peaks, necks, strict=True)]
    return max((s for s in shares if s[0] > 0), default=(0.0, ""))[1]


def limits_of(sites: pd.DataFrame, one: Modelled, result: RunResult | None, reach_m: float) -> pd.Series:
    """The limiting element of each site of a run, as a column.

    A site with a flooded node is limited by the way down from it. Water that stands where no node floods has
    not come into the pipes: the nearest inlet within ``reach_m`` limits it ("inlet:id"), else the ground itself
    ("ground").
    """
    if result is None or sites.empty:
        return pd.Series([""] * len(sites), index=sites.index, dtype=object)
    known: dict[str, str] = {}
    inlets: list[tuple[str, shapely.Point]] | None = None
    found = []
    for site in sites.to_dict("records"):
        node = str(site["node_id"])
        if node:
            if node not in known:
                known[node] = limited_by(one, result, node)
            found.append(known[node])
        else:
            if inlets is None:
                inlets = [n for c in one.system.communities for n in intake_nodes(one.system, c)]
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
