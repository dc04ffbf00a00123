"""A model's elements as frames: what its input file says of them, with units in the names of the columns."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.swmm.inp_text import HEADINGS
from spongecalc.swmm.model import SwmmModel

FEATURE_COLUMNS = ["feature_id", "role", "community_id"]
NODE_COLUMNS = [
    *FEATURE_COLUMNS,
    "kind",
    "invert_m",
    "full_depth_m",
    "ponded_m2",
    "outfall_level_m",
    "storage_m2",
    "x_m",
    "y_m",
]
CONDUIT_COLUMNS = [
    *FEATURE_COLUMNS,
    "from_node",
    "to_node",
    "length_m",
    "roughness",
    "up_m",
    "down_m",
    "shape",
    "height_m",
    "width_m",
    "sediment_m",
]
REGULATOR_COLUMNS = [*FEATURE_COLUMNS, "kind", "from_node", "to_node", "crest_m"]
SUBCATCHMENT_COLUMNS = [
    *FEATURE_COLUMNS,
    "outlet",
    "area_m2",
    "impervious_percent",
    "width_m",
    "slope_percent",
    "n_impervious",
    "n_pervious",
    "storage_impervious_mm",
    "storage_pervious_mm",
    "f0_mm_h",
    "fmin_mm_h",
    "decay_1_h",
    "dry_days",
    "lid_m2",
]


def node_frame(model: SwmmModel) -> pd.DataFrame:
    """The nodes of a model by model id: :data:`NODE_COLUMNS`.

    ``kind`` is junction, outfall or storage; ``full_depth_m`` reaches from the invert to the ground;
    ``outfall_level_m`` is the level outside (of one over time the first), NaN at a free outfall; ``storage_m2`` a
    storage's area, NaN where it grows with the depth.
    """
    junctions, outfalls, storages = (_rows(model, s) for s in ("JUNCTIONS", "OUTFALLS", "STORAGE"))
    parts = [
        pd.DataFrame(
            {
                "kind": "junction",
                "invert_m": _numbers(junctions, "Invert_m"),
                "full_depth_m": _numbers(junctions, "MaxDepth"),
                "ponded_m2": _numbers(junctions, "Ponded_m2"),
            },
            index=junctions.index,
        ),
        pd.DataFrame(
            {
                "kind": "outfall",
                "invert_m": _numbers(outfalls, "Invert_m"),
                "outfall_level_m": _numbers(outfalls, "Stage"),
            },
            index=outfalls.index,
        ),
        pd.DataFrame(
            {
                "kind": "storage",
                "invert_m": _numbers(storages, "Invert_m"),
                "full_depth_m": _numbers(storages, "MaxDepth"),
                "storage_m2": _numbers(storages, "Const_m2").where(storages["Shape"] == "FUNCTIONAL"),
            },
            index=storages.index,
        ),
    ]
    places = _rows(model, "COORDINATES")
    nodes = _joined(parts).join(pd.DataFrame({"x_m": _numbers(places, "X"), "y_m": _numbers(places, "Y")}))
    return _with_features(model, "node", nodes, NODE_COLUMNS)


def conduit_frame(model: SwmmModel) -> pd.DataFrame:
    """The conduits of a model by model id: :data:`CONDUIT_COLUMNS`.

    ``up_m`` and ``down_m`` are the levels of its ends. ``shape`` is SWMM's; ``sediment_m`` is the depth of what
    lies in a filled circular section, ``width_m`` of a round section its diameter (an egg's is not stated).
    """
    conduits, sections = _rows(model, "CONDUITS"), _rows(model, "XSECTIONS")
    sections = sections.reindex(conduits.index)
    shape, second = sections["Shape"], _numbers(sections, "Geom2")
    height = _numbers(sections, "Geom1")
    filled, round_ = shape == "FILLED_CIRCULAR", shape.isin(["CIRCULAR", "FILLED_CIRCULAR", "FORCE_MAIN"])
    frame = pd.DataFrame(
        {
            "from_node": conduits["FromNode"],
            "to_node": conduits["ToNode"],
            "length_m": _numbers(conduits, "Length_m"),
            "roughness": _numbers(conduits, "N"),
            "up_m": _numbers(conduits, "InOffset"),
            "down_m": _numbers(conduits, "OutOffset"),
            "shape": shape,
            "height_m": height,
            "width_m": second.where(~round_, height).where(shape != "EGG"),
            "sediment_m": second.where(filled, 0.0),
        },
        index=conduits.index,
    )
    return _with_features(model, "link", frame, CONDUIT_COLUMNS)


def regulator_frame(model: SwmmModel) -> pd.DataFrame:
    """The pumps, orifices, weirs and outlets of a model by model id: :data:`REGULATOR_COLUMNS`.

    ``crest_m`` is NaN of a pump.
    """
    pumps = _rows(model, "PUMPS")
    own = {"kind": "pump", "from_node": pumps["FromNode"], "to_node": pumps["ToNode"], "crest_m": math.nan}
    parts = [pd.DataFrame(own, index=pumps.index)]
    for section, kind, crest in (
        ("ORIFICES", "orifice", "Offset_m"),
        ("WEIRS", "weir", "Crest_m"),
        ("OUTLETS", "outlet", "Offset_m"),
    ):
        rows = _rows(model, section)
        own = {"kind": kind, "from_node": rows["FromNode"], "to_node": rows["ToNode"]}
        parts.append(pd.DataFrame({**own, "crest_m": _numbers(rows, crest)}, index=rows.index))
    return _with_features(model, "link", _joined(parts), REGULATOR_COLUMNS)


def subcatchment_frame(model: SwmmModel) -> pd.DataFrame:
    """The subcatchments of a model by model id: :data:`SUBCATCHMENT_COLUMNS`.

    ``impervious_percent`` is that of the ground outside of LID units (permeable paving and facilities), as SWMM
    takes it; ``lid_m2`` is the area of those units.
    """
    areas, subareas, soil = (_rows(model, s) for s in ("SUBCATCHMENTS", "SUBAREAS", "INFILTRATION"))
    subareas, soil, lids = subareas.reindex(areas.index), soil.reindex(areas.index), _rows(model, "LID_USAGE")
    lid_m2 = (_numbers(lids, "Number") * _numbers(lids, "Area_m2")).groupby(level=0).sum()
    frame = pd.DataFrame(
        {
            "outlet": areas["Outlet"],
            "area_m2": (_numbers(areas, "Area_ha") * 1e4).round(2),
            "impervious_percent": _numbers(areas, "Imperv_%"),
            "width_m": _numbers(areas, "Width_m"),
            "slope_percent": _numbers(areas, "Slope_%"),
            "n_impervious": _numbers(subareas, "N-Imperv"),
            "n_pervious": _numbers(subareas, "N-Perv"),
            "storage_impervious_mm": _numbers(subareas, "S-Imperv"),
            "storage_pervious_mm": _numbers(subareas, "S-Perv"),
            "f0_mm_h": _numbers(soil, "MaxRate"),
            "fmin_mm_h": _numbers(soil, "MinRate"),
            "decay_1_h": _numbers(soil, "Decay"),
            "dry_days": _numbers(soil, "DryTime"),
            "lid_m2": lid_m2.reindex(areas.index).fillna(0.0),
        },
        index=areas.index,
    )
    return _with_features(model, "subcatchment", frame, SUBCATCHMENT_COLUMNS)


def _rows(model: SwmmModel, section: str) -> pd.DataFrame:
    """A section's rows as texts under its headings, by the first of them; comments are left out."""
    names = HEADINGS[section]
    rows = [tuple(row) for row in model.sections.get(section, ()) if len(row) > 1]
    cells = [(*row[: len(names)], *[""] * (len(names) - len(row))) for row in rows]
    frame = pd.DataFrame(cells, columns=list(names), dtype=object)
    return frame.set_index(names[0])


def _numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    return pd.to_numeric(rows[column], errors="coerce").astype("float64")


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled) if filled else parts[0]


def _with_features(model: SwmmModel, element: str, frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A frame of elements with the features that they are made of, in the order of their ids."""
    table = model.elements[model.elements["element"] == element].set_index("model_id")[FEATURE_COLUMNS]
    joined = table.join(frame, how="right").reindex(columns=columns).sort_index()
    return joined.rename_axis("model_id")
