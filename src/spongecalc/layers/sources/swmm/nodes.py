"""Nodes of a model: junctions, outfalls, storages, dividers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.layers.sources.swmm.curves import (
    Pairs,
    area_curve,
    curves_of,
    pairs_text,
    storage_function,
    to_the_brim,
)
from spongecalc.layers.sources.swmm.levels import crowns_m, inverts_m
from spongecalc.layers.sources.swmm.outfall_series import has_level_over_time
from spongecalc.layers.sources.swmm.places import Place, Tags
from spongecalc.layers.sources.swmm.reading import (
    Reading,
    RowUnreadError,
    keyword,
    number,
    number_of,
    yes,
    yes_or_no,
)
from spongecalc.layers.sources.swmm.sections import Row

STORAGE_SHAPES = ("TABULAR", "FUNCTIONAL", "CYLINDRICAL", "CONICAL", "PARABOL", "PYRAMIDAL")
OUTFALL_TYPES = ("FREE", "NORMAL", "FIXED", "TIDAL", "TIMESERIES")
# Where the optional figures of a divider begin, by its kind.
DIVIDER_ENDS: Mapping[str, int] = {"OVERFLOW": 4, "CUTOFF": 5, "TABULAR": 5, "WEIR": 7}
COLUMNS = (
    "node_id",
    "kind",
    "invert_m",
    "ground_m",
    "outfall_kind",
    "outfall_level_m",
    "flap_gate",
    "area_m2",
    "storage_curve",
    "seepage_mm_h",
    "initial_depth_m",
    "surcharge_m",
    "ponded_m2",
    "inflow_l_s",
    "inflow_pattern",
    "tag",
    "geometry",
)


def node_frame(reading: Reading, places: Mapping[str, list[Place]], tags: Tags) -> gpd.GeoDataFrame:
    """The nodes of a model with the contract's columns and their tag."""
    nodes = _Nodes(reading)
    rows = [
        *reading.rows("JUNCTIONS", 2, nodes.junction),
        *reading.rows("OUTFALLS", 3, nodes.outfall),
        *reading.rows("STORAGE", 6, nodes.storage),
        *reading.rows("DIVIDERS", 4, nodes.divider),
    ]
    flows = _dry_flows(reading)
    for row in rows:
        name = str(row["node_id"]).lower()
        row["tag"] = tags.get(("NODE", name))
        row["inflow_l_s"], row["inflow_pattern"] = flows.get(name, (None, None))
        row["geometry"] = shapely.Point(places[name][-1]) if name in places else None
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(COLUMNS)), geometry="geometry")


class _Nodes:
    """Makes rows of the layer of those of a model."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._length_m = reading.units.length_m
        self._curves = curves_of(reading.file)
        self._crowns_m = crowns_m(reading, inverts_m(reading))

    def junction(self, row: Row) -> dict[str, Any]:
        """A junction: floor, depth, depth at the start, pressure that its cover bears, ground under water."""
        return self._open(row, "manhole", 2)

    def divider(self, row: Row) -> dict[str, Any]:
        """A divider: dynamic waves pass it as they do a junction, and so does what is built."""
        kind = keyword(row, 3, tuple(DIVIDER_ENDS))
        link = "-" if row.word(2) in ("", "*") else self._reading.link(row.word(2))
        self._reading.tell("model.divider", self._name(row), section="DIVIDERS", kind=kind, link=link)
        return self._open(row, "junction", DIVIDER_ENDS[kind])

    def _open(self, row: Row, kind: str, at: int) -> dict[str, Any]:
        depth, start, surcharge, ponded = (number(row, at + n, 0.0) for n in range(4))
        if min(depth, start, surcharge, ponded) < 0:
            raise RowUnreadError("model.word_unread", word=f"{min(depth, start, surcharge, ponded):g}")
        return {
            **self._base(row, kind, depth),
            "initial_depth_m": start * self._length_m or None,
            "surcharge_m": surcharge * self._length_m or None,
            "ponded_m2": ponded * self._length_m**2 or None,
        }

    def outfall(self, row: Row) -> dict[str, Any]:
        """An outfall and the water outside; a level over time comes to the model beside the layer."""
        kind = keyword(row, 2, OUTFALL_TYPES)
        has_stage = kind in ("FIXED", "TIDAL", "TIMESERIES")
        at = 4 if has_stage else 3
        name = self._name(row)
        if has_stage and len(row.words) < 4:
            raise RowUnreadError("model.row_short", items=len(row.words), needed=4)
        level = number(row, 3) * self._length_m if kind == "FIXED" else None
        if kind in OUTFALL_TYPES[3:] and not has_level_over_time(self._reading, row):
            self._reading.tell("model.value_lost", name, section="OUTFALLS", value=f"{kind} {row.word(3)}")
        # The engine reads the gate's word only where it ends the row, and passes over it before another.
        gate = yes(row, at) if len(row.words) == at + 1 else False
        if row.word(at + 1):
            value = f"route to {row.word(at + 1)}"
            self._reading.tell("model.value_lost", name, section="OUTFALLS", value=value)
        invert = number(row, 1) * self._length_m
        return {
            "node_id": name,
            "kind": "outfall",
            "invert_m": invert,
            "outfall_kind": kind.lower() if kind in OUTFALL_TYPES[:3] else None,
            "outfall_level_m": level,
            "flap_gate": yes_or_no(gate),
        }

    def storage(self, row: Row) -> dict[str, Any]:
        """A storage: its area, or a curve of it, and what seeps away."""
        depth, start = number(row, 2), number(row, 3)
        shape = keyword(row, 4, STORAGE_SHAPES)
        name = self._name(row)
        made: dict[str, Any] = {
            **self._base(row, "storage", depth),
            "initial_depth_m": start * self._length_m or None,
        }
        if shape == "TABULAR":
            at = 6
            _, pairs = self._curves.get(row.word(5).lower(), ("", ()))
            if not pairs:
                raise RowUnreadError("model.word_unread", word=row.word(5) or "-")
            full = depth or self._depth_to_crown(name, row) or 0.0
            made["storage_curve"] = self._curve(to_the_brim(pairs, full))
        else:
            at = 8
            if len(row.words) < 8:
                raise RowUnreadError("model.row_short", items=len(row.words), needed=8)
            figures = [number(row, place) for place in (5, 6, 7)]
            if shape != "FUNCTIONAL" and (min(figures[:2]) <= 0 or figures[2] < 0):
                raise RowUnreadError("model.word_unread", word=" ".join(row.words[5:8]))
            area = storage_function(shape, *figures)
            pairs_of = area_curve(area, depth or self._depth_to_crown(name, row) or 1.0)
            if pairs_of is None:
                raise RowUnreadError("model.word_unread", word=" ".join(row.words[5:8]))
            if len({area for _, area in pairs_of}) == 1:
                made["area_m2"] = pairs_of[0][1] * self._length_m**2
            else:
                made["storage_curve"] = self._curve(pairs_of)
        made["surcharge_m"] = number(row, at, 0.0) * self._length_m or None
        self._losses(name, row, at + 1, made)
        return made

    def _depth_to_crown(self, name: str, row: Row) -> float | None:
        crown = self._crowns_m.get(name.lower())
        return None if crown is None else crown / self._length_m - number(row, 1)

    def _curve(self, pairs: Pairs) -> str:
        return pairs_text(pairs, self._length_m, self._length_m**2)

    def _losses(self, name: str, row: Row, at: int, made: dict[str, Any]) -> None:
        """Evaporation and seepage: a rate of seepage has a column, how it falls as the soil fills has none."""
        evaporation = number(row, at, 0.0)
        if evaporation:
            self._reading.tell("model.value_lost", name, section="STORAGE", value=f"evaporation {evaporation:g}")
        rest = row.words[at + 1 :]
        if not rest:
            return
        if len(rest) == 2:
            raise RowUnreadError("model.row_short", items=len(row.words), needed=at + 4)
        rate = number(row, at + 1 if len(rest) == 1 else at + 2)
        made["seepage_mm_h"] = rate * self._reading.units.rain_mm or None
        suction, deficit = (number_of(rest[0]), number_of(rest[2])) if len(rest) > 1 else (0.0, 0.0)
        if rate and (suction or deficit):
            value = f"Green-Ampt suction {rest[0]}, deficit {rest[2]}"
            self._reading.tell("model.value_lost", name, section="STORAGE", value=value)

    def _name(self, row: Row) -> str:
        return self._reading.node(row.words[0])

    def _base(self, row: Row, kind: str, depth: float) -> dict[str, Any]:
        """Name, kind, floor and ground; without a depth the ground is the highest crown, as in the engine."""
        name, invert = self._name(row), number(row, 1) * self._length_m
        ground = invert + depth * self._length_m if depth > 0 else self._crowns_m.get(name.lower())
        return {"node_id": name, "kind": kind, "invert_m": invert, "ground_m": ground}


def _dry_flows(reading: Reading) -> dict[str, tuple[float, str | None]]:
    """Average flow in l/s and the names of its patterns, by the node's name in small letters."""
    found: dict[str, tuple[float, str | None]] = {}

    def take(row: Row) -> dict[str, Any]:
        if row.word(1).upper().startswith("FLOW"):
            patterns = [word for word in row.words[3:7] if word]
            flow = number(row, 2) * reading.units.flow_l_s
            found[row.words[0].lower()] = (flow, "; ".join(patterns) or None)
        return {}

    reading.rows("DWF", 3, take)
    return found
