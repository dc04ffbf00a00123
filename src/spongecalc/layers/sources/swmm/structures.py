"""Pumps, orifices, weirs and outlets of a model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.catalogue.structure_form import ORIFICE, OUTLET, PUMP, SWMM_FORM, WEIR, form_of_swmm
from spongecalc.layers.sources.swmm.curves import curves_of, pairs_text
from spongecalc.layers.sources.swmm.levels import OFFSET_PLACE, inverts_m, level_m
from spongecalc.layers.sources.swmm.pipes import sections_of
from spongecalc.layers.sources.swmm.places import Place, Tags, line_of
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

LEAST_LINE_M = 0.05
COLUMNS = (
    "structure_id",
    "kind",
    "form",
    "from_node",
    "to_node",
    "crest_m",
    "diameter_mm",
    "width_mm",
    "height_mm",
    "side_slope",
    "coefficient",
    "flap_gate",
    "end_contractions",
    "end_coefficient",
    "surcharges",
    "road_width_m",
    "road_surface",
    "closing_h",
    "curve",
    "exponent",
    "rated_by",
    "on_level_m",
    "off_level_m",
    "running",
    "tag",
    "geometry",
)


def structure_frame(
    reading: Reading, places: Mapping[str, list[Place]], bends: Mapping[str, list[Place]], tags: Tags
) -> gpd.GeoDataFrame:
    """The pumps, orifices, weirs and outlets of a model with the contract's columns and their tag."""
    made = _Structures(reading)
    rows = [
        *reading.rows("PUMPS", 3, made.pump),
        *reading.rows("ORIFICES", 6, made.orifice),
        *reading.rows("WEIRS", 6, made.weir),
        *reading.rows("OUTLETS", 6, made.outlet),
    ]
    for row in rows:
        name = str(row["structure_id"])
        row["tag"] = tags.get(("LINK", name.lower()))
        line = line_of(name, (row["from_node"], row["to_node"]), places, bends)
        if line is not None and line.length < LEAST_LINE_M:
            # Two nodes at one place, as of a well and its pump.
            row["geometry"] = shapely.Point(line.coords[0])
        else:
            row["geometry"] = line
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(COLUMNS)), geometry="geometry")


class _Structures:
    """Makes rows of the layer of those of a model."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._units = reading, reading.units
        self._floors_m = inverts_m(reading)
        self._curves = curves_of(reading.file)
        quiet = Reading.of(reading.file, reading.folder)
        # Rows that the engine refuses are said where the pipes are read.
        self._sections = sections_of(quiet)

    def pump(self, row: Row) -> dict[str, Any]:
        """A pump: its curve and the levels in its well at which it starts and stops."""
        named = row.word(3)
        made = self._ends(row, PUMP)
        if named in ("", "*"):
            made["form"] = "ideal"
        else:
            kind, pairs = self._curves.get(named.lower(), ("", ()))
            form = form_of_swmm(PUMP, kind)
            if form is None or not pairs:
                raise RowUnreadError("model.word_unread", word=named)
            by = self._units.length_m ** (3 if form == "volume_flow" else 1)
            made |= {"form": form, "curve": pairs_text(pairs, by, self._units.flow_l_s)}
        running = not row.word(4) or keyword(row, 4, ("OFF", "ON")) == "ON"
        floor_m = self._floors_m.get(made["from_node"].lower(), 0.0)
        for column, place in (("on_level_m", 5), ("off_level_m", 6)):
            depth = number(row, place, 0.0)
            made[column] = floor_m + depth * self._units.length_m if depth > 0 else None
        return {**made, "running": yes_or_no(running)}

    def orifice(self, row: Row) -> dict[str, Any]:
        """An orifice: its opening, and the time in which a rule opens or closes it."""
        form = form_of_swmm(ORIFICE, keyword(row, 3, tuple(SWMM_FORM[ORIFICE].values())))
        return {
            **self._ends(row, ORIFICE),
            **self._opening(row, ("CIRCULAR", "RECT_CLOSED")),
            "form": form,
            "crest_m": self._crest_m(row, "ORIFICES"),
            "coefficient": number(row, 5),
            "flap_gate": yes_or_no(yes(row, 6)),
            "closing_h": number(row, 7, 0.0) or None,
        }

    def weir(self, row: Row) -> dict[str, Any]:
        """A weir; its coefficient has the square root of a length in it."""
        form = form_of_swmm(WEIR, keyword(row, 3, tuple(SWMM_FORM[WEIR].values())))
        root = math.sqrt(self._units.length_m)

        def optional(place: int) -> float:
            return 0.0 if row.word(place) == "*" else number(row, place, 0.0)

        made = {
            **self._ends(row, WEIR),
            **self._opening(row, ("RECT_OPEN", "TRIANGULAR", "TRAPEZOIDAL")),
            "form": form,
            "crest_m": self._crest_m(row, "WEIRS"),
            "coefficient": number(row, 5) * root,
            "flap_gate": yes_or_no(yes(row, 6)),
            "end_contractions": optional(7) or None,
            "end_coefficient": optional(8) * root or None,
            "surcharges": yes_or_no(row.word(9) in ("", "*") or keyword(row, 9, ("YES", "NO")) == "YES"),
        }
        if form == "roadway":
            made["road_width_m"] = optional(10) * self._units.length_m or None
            made["road_surface"] = {"PAVED": "paved", "GRAVEL": "gravel"}.get(row.word(11).upper())
        if row.word(12) not in ("", "*"):
            _, pairs = self._curves.get(row.word(12).lower(), ("", ()))
            if not pairs:
                raise RowUnreadError("model.word_unread", word=row.word(12))
            made["curve"] = pairs_text(pairs, self._units.length_m, root)
        return made

    def outlet(self, row: Row) -> dict[str, Any]:
        """An outlet: a table of flows, or a power of the depth or head."""
        word = keyword(row, 4, tuple(SWMM_FORM[OUTLET].values()))
        made = {
            **self._ends(row, OUTLET),
            "form": form_of_swmm(OUTLET, word),
            "crest_m": self._crest_m(row, "OUTLETS"),
            "rated_by": "head" if row.word(4).upper().endswith("/HEAD") else "depth",
        }
        if word == "FUNCTIONAL":
            coefficient, exponent = number(row, 5), number(row, 6)
            made |= {
                "coefficient": coefficient * self._units.flow_l_s / self._units.length_m**exponent,
                "exponent": exponent,
            }
            at = 7
        else:
            _, pairs = self._curves.get(row.word(5).lower(), ("", ()))
            if not pairs:
                raise RowUnreadError("model.word_unread", word=row.word(5))
            made["curve"] = pairs_text(pairs, self._units.length_m, self._units.flow_l_s)
            at = 6
        return {**made, "flap_gate": yes_or_no(yes(row, at))}

    def _ends(self, row: Row, kind: str) -> dict[str, Any]:
        return {
            "structure_id": self._reading.link(row.words[0]),
            "kind": kind,
            "from_node": self._reading.node(row.word(1)),
            "to_node": self._reading.node(row.word(2)),
        }

    def _crest_m(self, row: Row, section: str) -> float:
        floor_m = self._floors_m.get(row.word(1).lower())
        return level_m(self._reading, row, OFFSET_PLACE[section], floor_m)

    def _opening(self, row: Row, shapes: tuple[str, ...]) -> dict[str, Any]:
        """Size of an opening; the engine refuses one without, or of another shape."""
        shape, section = self._sections.get(row.words[0].lower(), ("", None))
        if section is None or shape not in shapes:
            raise RowUnreadError("model.no_opening", shape=shape or "-")
        to_mm = 1000 * self._units.length_m
        first, second, third = (number_of(section.word(place)) or 0.0 for place in (2, 3, 4))
        if shape == "CIRCULAR":
            return {"diameter_mm": first * to_mm}
        made = {"height_mm": first * to_mm, "width_mm": second * to_mm or None}
        if shape == "TRIANGULAR" and first > 0:
            # A notch is as wide as its slopes make it.
            return {**made, "width_mm": None, "side_slope": second / first / 2}
        return {**made, "side_slope": third} if shape == "TRAPEZOIDAL" else made
