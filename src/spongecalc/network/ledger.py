"""The ledger of quantities: a row for each feature (or its piece in a community) and each item it gives rise to.

Every total of the bill of quantities is a sum of rows of the ledger, and each row names its feature.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.catalogue.pipe_section import CIRCULAR, barrels_of
from spongecalc.catalogue.structure_form import ORIFICE, PUMP
from spongecalc.layers.layer_set import LayerSet
from spongecalc.network.bill_rules import DEFAULT_RULES, BillRules
from spongecalc.network.borders import pieces
from spongecalc.network.depth import UNKNOWN, depth_band, end_depths_m, trench_depth_m
from spongecalc.network.earthworks import earthwork_rows
from spongecalc.network.pipe_length import pipe_lengths_m
from spongecalc.network.sources import LATERAL_WATER
from spongecalc.standards.tables import table

KEYS = [
    "community_id",
    "phase",
    "item",
    "system",
    "status",
    "shape",
    "diameter_mm",
    "material",
    "depth_band",
]
AMOUNTS = ["length_m", "true_length_m", "count", "volume_m3", "area_m2"]
LEDGER_COLUMNS = [*KEYS, "layer", "feature_id", *AMOUNTS]

# Facilities that are measured on the ground; the others are of a volume.
BY_AREA = ("rain_garden", "infiltration_trench", "green_roof", "detention_basin")
PRESSURE = "pressure"
"""What the bill calls the section of a round pipe under pressure."""
# A node that pumps stand in, and what is counted of the pumps themselves.
WET_WELL, DUTY, STANDBY = "wet_well", "pump_duty", "pump_standby"
SYSTEM_OF_WATER = {"sewage": "sewage", "rain": "storm"}


def ledger(layers: LayerSet, rules: BillRules = DEFAULT_RULES) -> pd.DataFrame:
    """All rows of the ledger, with exact amounts.

    The length of a pipe is the plan length of its centre line from node to node, manholes and fittings not
    deducted; ``true_length_m`` is that along its slope. Pipes side by side on one line are laid as often. An
    amount that cannot be known (the trench of a pipe without depth) is NaN.

    References
    ----------
    GB 50857-2013, pipe laying: measured along the design's centre line, wells and fittings not deducted.
    """
    parts = [
        _pipes(layers, rules),
        _lines(layers, rules),
        _laterals(layers, rules),
        _nodes(layers),
        _structures(layers),
        _surfaces(layers),
        _facilities(layers),
    ]
    filled = [p for p in parts if len(p)]
    if not filled:
        return pd.DataFrame(columns=LEDGER_COLUMNS)
    rows = pd.concat(filled, ignore_index=True)
    phases = layers["communities"].drop_duplicates("community_id").set_index("community_id")["phase"]
    rows["phase"] = rows["community_id"].map(phases)
    for column in (c for c in KEYS if c != "diameter_mm"):
        rows[column] = rows[column].astype(object).where(rows[column].notna(), "")
    for column in ("diameter_mm", *AMOUNTS):
        rows[column] = rows[column].astype(float) if column in rows else np.nan
    rows["count"] = rows["count"].fillna(0.0)
    order = ["community_id", "item", "system", "status", "feature_id", "material", "depth_band"]
    return rows[LEDGER_COLUMNS].sort_values(order, ignore_index=True, kind="stable")


def shape_text(pipes: gpd.GeoDataFrame) -> pd.Series:
    """The cross section as the bill states it: "circular", or the shape with its size, such as "egg 900".

    A round pipe under pressure is "pressure": another article, laid and tested in another way.
    """
    shape = pipes["shape"].astype(object).where(pipes["shape"].notna(), CIRCULAR)
    width, height = pipes["width_mm"].astype(float), pipes["height_mm"].astype(float)
    shape = shape.mask((shape == CIRCULAR) & pipes["hazen_williams"].notna(), PRESSURE)
    texts = []
    for name, w, h in zip(shape, width, height, strict=True):
        size = "x".join(f"{v:g}" for v in (w, h) if not np.isnan(v))
        texts.append(name if name in (CIRCULAR, PRESSURE) or not size else f"{name} {size}")
    return pd.Series(texts, index=pipes.index, dtype=object)


def true_length_m(plan_m: np.ndarray, drop_m: np.ndarray) -> np.ndarray:
    """Length along the slope of a line of a plan length that falls (or rises) evenly by a height, in m."""
    length: np.ndarray = np.hypot(plan_m, drop_m)
    return length


def _pipes(layers: LayerSet, rules: BillRules) -> pd.DataFrame:
    pipes = layers["pipes"]
    if pipes.empty:
        return pd.DataFrame()
    cut = pieces(pipes, layers["communities"], split=rules.split_at_borders)
    at = cut["at"].to_numpy()
    own = pipes.iloc[at].reset_index(drop=True)
    plan = pipe_lengths_m(pipes)
    # The pieces are measured on the line; where the record counts each has its share of that.
    drawn = shapely.length(pipes.geometry.to_numpy())
    longer = np.divide(plan, drawn, out=np.ones_like(plan), where=(drawn > 0) & (plan != drawn))
    beside = barrels_of(pipes)[at]
    drop = (pipes["invert_up_m"] - pipes["invert_down_m"]).to_numpy(float)
    true = true_length_m(plan, drop)[at] * cut["share"].to_numpy()
    rows = pd.DataFrame(
        {
            "community_id": cut["community_id"],
            "item": "pipe",
            "system": own["system"],
            "status": own["status"],
            "shape": shape_text(own),
            "diameter_mm": own["diameter_mm"],
            "material": own["material"].astype(object).where(own["material"].notna(), UNKNOWN),
            "depth_band": depth_band(trench_depth_m(own, layers["nodes"])),
            "layer": "pipes",
            "feature_id": own["pipe_id"],
            "length_m": cut["length_m"].to_numpy() * longer[at] * beside,
            "true_length_m": true * beside,
            "count": cut["counted"] * beside,
        }
    )
    up, down = end_depths_m(pipes, layers["nodes"])
    works = earthwork_rows(
        pipes,
        layers["surfaces"],
        rows,
        at,
        cut["share"].to_numpy(),
        up.to_numpy(),
        down.to_numpy(),
        rules.trench,
        layers.catalogue,
    )
    return pd.concat([rows, works], ignore_index=True)


def _lines(layers: LayerSet, rules: BillRules) -> pd.DataFrame:
    lines = layers["utilities"]
    if lines.empty:
        return pd.DataFrame()
    cut = pieces(lines, layers["communities"], split=rules.split_at_borders)
    own = lines.iloc[cut["at"].to_numpy()].reset_index(drop=True)
    return pd.DataFrame(
        {
            "community_id": cut["community_id"],
            "item": own["utility"],
            "system": "",
            "status": own["status"],
            "diameter_mm": own["diameter_mm"],
            "layer": "utilities",
            "feature_id": own["utility_id"],
            "length_m": cut["length_m"],
            "count": cut["counted"],
        }
    ).assign(shape="", material="", depth_band="")


def _laterals(layers: LayerSet, rules: BillRules) -> pd.DataFrame:
    """House laterals and inlet leads; one that starts at a node is an inlet's lead."""
    lines = layers["connections"]
    if lines.empty:
        return pd.DataFrame()
    cut = pieces(lines, layers["communities"], split=rules.split_at_borders)
    own = lines.iloc[cut["at"].to_numpy()].reset_index(drop=True)
    leads = own["source"].isin(layers["nodes"]["node_id"])
    water = own["kind"].map(LATERAL_WATER).map(SYSTEM_OF_WATER)
    return pd.DataFrame(
        {
            "community_id": cut["community_id"],
            "item": np.where(leads, "inlet_lead", "lateral"),
            "system": water,
            "status": own["status"],
            "material": "",
            "layer": "connections",
            "feature_id": own["connection_id"],
            "length_m": cut["length_m"],
            "count": cut["counted"],
        }
    ).assign(shape="", diameter_mm=np.nan, depth_band="")


def largest_pipe_mm(layers: LayerSet) -> pd.Series:
    """The greatest inner width of the pipes that end at each node, in mm, by node id."""
    pipes = layers["pipes"]
    size = pipes["diameter_mm"].astype(float).fillna(pipes["width_mm"]).fillna(pipes["height_mm"])
    ends = pd.concat(
        [pd.DataFrame({"node": pipes[c], "size": size}) for c in ("from_node", "to_node")], ignore_index=True
    )
    return ends.dropna().groupby("node")["size"].max()


def manhole_size_mm(pipe_mm: pd.Series) -> pd.Series:
    """Inner diameter of the usual round manhole for its largest pipe; NaN beyond the table's sizes.

    References
    ----------
    ``manhole_sizes.csv``, with source and how it is known in every row.
    """
    rows = table("manhole_sizes")
    sizes = pd.Series(np.nan, index=pipe_mm.index)
    for row in rows.itertuples():
        sizes = sizes.mask((pipe_mm > row.from_mm) & (pipe_mm <= row.to_mm), float(row.size_mm))
    return sizes


def _nodes(layers: LayerSet) -> pd.DataFrame:
    """Manholes by depth and size; inlets, septic tanks and whatever else stands at a node, by depth."""
    nodes = layers["nodes"]
    if nodes.empty:
        return pd.DataFrame()
    size = manhole_size_mm(nodes["node_id"].map(largest_pipe_mm(layers)).astype(float))
    return pd.DataFrame(
        {
            "community_id": nodes["community_id"],
            "item": nodes["kind"].replace(PUMP, WET_WELL),
            "system": nodes["system"],
            "status": nodes["status"],
            "diameter_mm": size.where(nodes["kind"] == "manhole"),
            "depth_band": depth_band((nodes["ground_m"] - nodes["invert_m"]).astype(float)),
            "layer": "nodes",
            "feature_id": nodes["node_id"],
            "count": 1,
        }
    ).assign(shape="", material="")


def _structures(layers: LayerSet) -> pd.DataFrame:
    """Pumps that run and pumps that stand by, weirs, orifices and outlets by number; orifices by their size."""
    structures = layers["structures"]
    if structures.empty:
        return pd.DataFrame()
    pumps = (structures["kind"] == PUMP).to_numpy()
    duty = structures["duty"].astype(float).fillna(1.0).clip(lower=1.0)
    rows = pd.DataFrame(
        {
            "community_id": structures["community_id"],
            "item": structures["kind"].replace(PUMP, DUTY),
            "system": structures["system"],
            "status": structures["status"],
            "diameter_mm": structures["diameter_mm"].astype(float).where(structures["kind"] == ORIFICE),
            "layer": "structures",
            "feature_id": structures["structure_id"],
            "count": duty.where(pumps, 1.0),
        }
    )
    standing_by = rows.assign(item=STANDBY, count=structures["standby"].astype(float))
    both = pd.concat([rows, standing_by[pumps & (structures["standby"] > 0).to_numpy()]], ignore_index=True)
    return both.assign(shape="", material="", depth_band="")


def _surfaces(layers: LayerSet) -> pd.DataFrame:
    """Areas of cover; permeable paving by the thickness of its course, and its base by its own."""
    surfaces = layers["surfaces"]
    if surfaces.empty:
        return pd.DataFrame()
    area = shapely.area(surfaces.geometry.to_numpy())
    common = {
        "community_id": surfaces["community_id"],
        "status": surfaces["status"],
        "layer": "surfaces",
        "feature_id": surfaces["surface_id"],
        "count": 1,
        "area_m2": area,
    }
    paved = surfaces["cover"].isin(layers.catalogue.permeable_pavings)
    rows = pd.DataFrame({**common, "item": "surface", "material": surfaces["cover"], "depth_band": ""})
    for item, column in (("paving_course", "surface_mm"), ("paving_base", "base_mm")):
        thick = surfaces[column].astype(float)
        course = pd.DataFrame(
            {
                **common,
                "item": item,
                "material": surfaces["cover"],
                "depth_band": [UNKNOWN if np.isnan(t) else f"{t:g} mm" for t in thick],
                "volume_m3": area * thick / 1000,
            }
        )[paved & ~(thick == 0)]
        rows = pd.concat([rows, course], ignore_index=True)
    return rows.assign(system="", shape="", diameter_mm=np.nan)


def _facilities(layers: LayerSet) -> pd.DataFrame:
    facilities = layers["facilities"]
    if facilities.empty:
        return pd.DataFrame()
    # A tank or a well is billed by its volume: drawn as an outline or as a point, it is the same.
    drawn = facilities["kind"].isin(BY_AREA).to_numpy()
    area = np.where(drawn, shapely.area(facilities.geometry.to_numpy()), 0.0)
    return pd.DataFrame(
        {
            "community_id": facilities["community_id"],
            "item": facilities["kind"],
            "status": facilities["status"],
            "layer": "facilities",
            "feature_id": facilities["facility_id"],
            "count": 1,
            "volume_m3": facilities["volume_m3"],
            "area_m2": facilities["area_m2"].astype(float).fillna(pd.Series(area).where(area > 0)),
        }
    ).assign(system="", shape="", diameter_mm=np.nan, material="", depth_band="")
