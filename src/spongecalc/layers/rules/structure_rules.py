"""Rules on pumps, weirs, orifices and outlets, and on the storages and wet wells beside them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import geopandas as gpd
import numpy as np

from spongecalc.catalogue.point_pairs import PairsError, known_pairs, pairs_of
from spongecalc.catalogue.structure_form import ORIFICE, OUTLET, PUMP, SWMM_FORM, WEIR, form_taken
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at, numbers

LEVEL_M = 0.001
CURVES = (("structures", "curve"), ("nodes", "storage_curve"), ("facilities", "storage_curve"))


def check_structures(layers: LayerSet) -> Iterator[Finding]:
    """Findings about structures, each seen with the node that it begins at, and about curves of all layers."""
    for layer, column in CURVES:
        yield from _curves(layers[layer], layer, column)
    frame = layers["structures"]
    if frame.empty:
        return
    nodes = layers["nodes"].dropna(subset=["node_id"]).drop_duplicates("node_id").set_index("node_id")
    upper = nodes.reindex(frame["from_node"])
    kinds = frame["kind"].to_numpy(object)
    taken = _forms(frame)
    yield from _form_of_another_kind(frame)
    outfall = (upper["kind"] == "outfall").to_numpy()
    yield from found_at(
        "structure.from_outfall", "structures", frame, outfall, node=frame["from_node"].to_numpy(object)
    )
    yield from _pumps(frame, kinds == PUMP, taken, upper)
    yield from _sizes(frame, kinds, taken)
    yield from _crests(frame, np.isin(kinds, (WEIR, ORIFICE, OUTLET)), upper)


def _curves(frame: gpd.GeoDataFrame, layer: str, column: str) -> Iterator[Finding]:
    """Cells in which a curve should stand and does not; storages whose areas are none."""
    if frame.empty or not frame[column].notna().any():
        return
    cells = frame[column].to_numpy(object)
    wrong = np.zeros(len(frame), dtype=bool)
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and cell.strip():
            try:
                points = pairs_of(cell)
            except PairsError:
                wrong[place] = True
                continue
            areas = column == "storage_curve" and (points[0][0] < 0 or not max(y for _, y in points) > 0)
            wrong[place] = areas or any(y < 0 for _, y in points)
    yield from found_at("value.no_curve", layer, frame, wrong, column=column, value=cells)


def _forms(frame: gpd.GeoDataFrame) -> np.ndarray:
    """The form that each structure is modelled with; "" for one of no known kind."""
    rows = zip(frame["kind"], frame["form"], frame["curve"], frame["head_m"], strict=True)
    taken = [
        form_taken(kind, form, curve=isinstance(curve, str) and bool(curve.strip()), head=head > 0)
        if kind in SWMM_FORM
        else ""
        for kind, form, curve, head in rows
    ]
    return np.array(taken, dtype=object)


def _form_of_another_kind(frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    other = np.array(
        [
            isinstance(form, str) and kind in SWMM_FORM and form not in SWMM_FORM[kind]
            for kind, form in zip(frame["kind"], frame["form"], strict=True)
        ]
    )
    allowed = [", ".join(SWMM_FORM.get(kind, ())) for kind in frame["kind"]]
    words = {"form": frame["form"].to_numpy(object), "kind": frame["kind"].to_numpy(object), "allowed": allowed}
    yield from found_at("structure.form_of_another", "structures", frame, other, **words)


def _pumps(
    frame: gpd.GeoDataFrame, pump: np.ndarray, taken: np.ndarray, upper: gpd.GeoDataFrame
) -> Iterator[Finding]:
    flow, head, on, off = (frame[c].to_numpy(float) for c in ("flow_l_s", "head_m", "on_level_m", "off_level_m"))
    curved = frame["curve"].notna().to_numpy()
    ideal = taken == "ideal"
    yield from found_at("pump.no_flow", "structures", frame, pump & ~curved & ~ideal & ~(flow > 0))
    by_head = np.isin(taken, ("head_flow", "variable_speed"))
    yield from found_at("pump.no_head", "structures", frame, pump & ~curved & ~ideal & (flow > 0) & ~(head > 0))
    headless = pump & by_head & ~curved & (flow > 0) & ~(head > 0)
    yield from found_at("pump.form_without_head", "structures", frame, headless, form=taken)
    yield from found_at("pump.curve_rises", "structures", frame, pump & by_head & _rising(frame))
    for column in ("duty", "standby"):
        count = frame[column].to_numpy(float)
        parts = np.isfinite(count) & (count != np.round(count))
        words = {"column": column, "value": numbers(count, 2)}
        yield from found_at("value.not_whole", "structures", frame, parts, **words)
    yield from found_at("pump.no_levels", "structures", frame, pump & ~ideal & np.isnan(on))
    floor, ground = upper["invert_m"].to_numpy(float), upper["ground_m"].to_numpy(float)
    stop = np.where(np.isnan(off), floor, off)
    levels = {"on": numbers(np.nan_to_num(on), 3), "off": numbers(np.nan_to_num(stop), 3)}
    yield from found_at("pump.levels_crossed", "structures", frame, pump & (on <= stop), **levels)
    outside = pump & ((on > ground) | (off < floor - LEVEL_M) | (on < floor))
    well = {"floor": numbers(np.nan_to_num(floor), 3), "ground": numbers(np.nan_to_num(ground), 3)}
    crossed = on <= stop
    yield from found_at("pump.level_outside", "structures", frame, outside & ~crossed, **levels, **well)


def _rising(frame: gpd.GeoDataFrame) -> np.ndarray:
    """A mask of curves on which more is pumped against more head."""
    rising = np.zeros(len(frame), dtype=bool)
    for place, cell in enumerate(frame["curve"]):
        flows = [y for _, y in known_pairs(cell)]
        rising[place] = any(later > earlier for earlier, later in pairwise(flows))
    return rising


def _sizes(frame: gpd.GeoDataFrame, kinds: np.ndarray, taken: np.ndarray) -> Iterator[Finding]:
    """Findings about what a form needs and the survey does not have."""
    given = {c: frame[c].to_numpy(float) > 0 for c in ("diameter_mm", "width_mm", "height_mm", "side_slope")}
    road, coefficient = (frame[c].to_numpy(float) > 0 for c in ("road_width_m", "coefficient"))
    curved = frame["curve"].notna().to_numpy()
    needs = (
        ((kinds == ORIFICE) & ~given["diameter_mm"] & ~(given["width_mm"] & given["height_mm"]), "diameter_mm"),
        ((kinds == WEIR) & (taken != "v_notch") & ~given["width_mm"], "width_mm"),
        ((kinds == WEIR) & np.isin(taken, ("v_notch", "trapezoidal")) & ~given["side_slope"], "side_slope"),
        ((kinds == WEIR) & (taken == "roadway") & ~road, "road_width_m"),
        ((kinds == OUTLET) & (taken == "power") & ~coefficient, "coefficient"),
        ((kinds == OUTLET) & (taken == "table") & ~curved, "curve"),
    )
    for missing, column in needs:
        yield from found_at("structure.needs", "structures", frame, missing, column=column, form=taken)


def _crests(frame: gpd.GeoDataFrame, passing: np.ndarray, upper: gpd.GeoDataFrame) -> Iterator[Finding]:
    crest = frame["crest_m"].to_numpy(float)
    floor, ground = upper["invert_m"].to_numpy(float), upper["ground_m"].to_numpy(float)
    shown = {"crest": numbers(np.nan_to_num(crest), 3), "node": frame["from_node"].to_numpy(object)}
    at_floor = {"floor": numbers(np.nan_to_num(floor), 3), "node": shown["node"]}
    yield from found_at("structure.no_crest", "structures", frame, passing & np.isnan(crest), **at_floor)
    low = passing & (crest < floor - LEVEL_M)
    yield from found_at("structure.crest_below_floor", "structures", frame, low, crest=shown["crest"], **at_floor)
    high = passing & (crest >= ground)
    rim = numbers(np.nan_to_num(ground), 3)
    yield from found_at("structure.crest_above_ground", "structures", frame, high, ground=rim, **shown)
