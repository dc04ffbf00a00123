"""Conduits of a model with their sections and losses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from spongecalc.catalogue.pipe_section import CIRCULAR, EGG, IRREGULAR, OTHER, RECT_CLOSED, RECT_OPEN, TRAPEZOIDAL
from spongecalc.layers.sources.swmm.levels import inverts_m, level_m
from spongecalc.layers.sources.swmm.places import Place, Tags, line_of
from spongecalc.layers.sources.swmm.reading import Reading, RowUnreadError, number, number_of, yes, yes_or_no
from spongecalc.layers.sources.swmm.sections import Row

LENGTHS: Mapping[str, tuple[int, ...]] = {
    "DUMMY": (),
    "CIRCULAR": (0,),
    "FILLED_CIRCULAR": (0, 1),
    "RECT_CLOSED": (0, 1),
    "RECT_OPEN": (0, 1),
    "TRAPEZOIDAL": (0, 1),
    "TRIANGULAR": (0, 1),
    "PARABOLIC": (0, 1),
    "POWER": (0, 1),
    "RECT_TRIANGULAR": (0, 1, 2),
    "RECT_ROUND": (0, 1, 2),
    "MODBASKETHANDLE": (0, 1, 2),
    "HORIZ_ELLIPSE": (0, 1),
    "VERT_ELLIPSE": (0, 1),
    "ARCH": (0, 1),
    "EGG": (0,),
    "HORSESHOE": (0,),
    "GOTHIC": (0,),
    "CATENARY": (0,),
    "SEMIELLIPTICAL": (0,),
    "BASKETHANDLE": (0,),
    "SEMICIRCULAR": (0,),
    "IRREGULAR": (),
    "CUSTOM": (0,),
    "FORCE_MAIN": (0,),
    "STREET": (),
}
"""Which of the four measures of a section are lengths, by the beginning of its word."""
# The measures after the first that a section needs, so that words of no meaning are not carried on.
_NAMED = ("IRREGULAR", "STREET")
COLUMNS = (
    "pipe_id",
    "from_node",
    "to_node",
    "shape",
    "diameter_mm",
    "width_mm",
    "height_mm",
    "roughness",
    "invert_up_m",
    "invert_down_m",
    "length_m",
    "sediment_mm",
    "barrels",
    "hazen_williams",
    "entry_loss",
    "exit_loss",
    "bend_loss",
    "flap_gate",
    "side_slope",
    "side_slope_right",
    "transect",
    "swmm_section",
    "seepage_mm_h",
    "initial_flow_l_s",
    "flow_limit_l_s",
    "tag",
    "geometry",
)


def pipe_frame(
    reading: Reading, places: Mapping[str, list[Place]], bends: Mapping[str, list[Place]], tags: Tags
) -> gpd.GeoDataFrame:
    """The conduits of a model with the contract's columns and their tag."""
    floors_m = inverts_m(reading)
    units = reading.units

    def pipe(row: Row) -> dict[str, Any]:
        name, upper, lower = reading.link(row.words[0]), reading.node(row.word(1)), reading.node(row.word(2))
        return {
            "pipe_id": name,
            "from_node": upper,
            "to_node": lower,
            "length_m": number(row, 3) * units.length_m,
            "roughness": number(row, 4),
            "invert_up_m": level_m(reading, row, 5, floors_m.get(upper.lower())),
            "invert_down_m": level_m(reading, row, 6, floors_m.get(lower.lower())),
            "initial_flow_l_s": number(row, 7, 0.0) * units.flow_l_s or None,
            "flow_limit_l_s": number(row, 8, 0.0) * units.flow_l_s or None,
            "tag": tags.get(("LINK", name.lower())),
            "geometry": line_of(name, (upper, lower), places, bends),
        }

    rows = reading.rows("CONDUITS", 7, pipe)
    sections = sections_of(reading)
    losses = _losses(reading)
    for row in rows:
        key = str(row["pipe_id"]).lower()
        row.update(_section(reading, str(row["pipe_id"]), sections[key]) if key in sections else {})
        row.update(losses.get(key, {}))
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(COLUMNS)), geometry="geometry")


def sections_of(reading: Reading) -> dict[str, tuple[str, Row]]:
    """The word of each link's section and its row, by the link's name in small letters."""
    found: dict[str, tuple[str, Row]] = {}

    def take(row: Row) -> dict[str, Any]:
        given = row.word(1).upper()
        # A longer word may begin with a shorter one's letters, so that the longest counts.
        shape = max((word for word in LENGTHS if given.startswith(word)), key=len, default="")
        if not shape:
            raise RowUnreadError("model.word_unread", word=row.word(1))
        if shape not in _NAMED:
            if len(row.words) < 6:
                raise RowUnreadError("model.row_short", items=len(row.words), needed=6)
            for place in (2,) if shape == "CUSTOM" else (2, 3, 4, 5):
                number(row, place)
            if shape != "DUMMY" and number(row, 2) <= 0:
                raise RowUnreadError("model.word_unread", word=row.word(2))
        found[row.words[0].lower()] = (shape, row)
        return {}

    reading.rows("XSECTIONS", 3, take)
    return found


def _section(reading: Reading, name: str, found: tuple[str, Row]) -> dict[str, Any]:
    """Columns of a conduit's section."""
    shape, row = found
    if shape in _NAMED:
        if shape == "IRREGULAR":
            return {"shape": IRREGULAR, "transect": row.word(2)}
        return {"shape": OTHER, "swmm_section": f"STREET {row.word(2)}"}
    to_mm = 1000 * reading.units.length_m
    made: dict[str, Any] = {}
    barrels = number_of(row.word(6)) if row.word(6) else 1.0
    made["barrels"] = barrels if barrels and barrels > 1 else None
    if row.word(7) and number_of(row.word(7)):
        reading.tell("model.value_lost", name, section="XSECTIONS", value=f"culvert code {row.word(7)}")
    if shape == "CUSTOM":
        height = number(row, 2) * reading.units.length_m
        words = f"CUSTOM {height:.7g} {row.word(3)}"
        return {**made, "shape": OTHER, "height_mm": 1000 * height, "swmm_section": words}
    first, second, third, fourth = (number(row, place) for place in (2, 3, 4, 5))
    in_mm = first * to_mm
    if shape in ("CIRCULAR", "FILLED_CIRCULAR", "FORCE_MAIN"):
        made |= {"shape": CIRCULAR, "diameter_mm": in_mm}
        if shape == "FILLED_CIRCULAR":
            return {**made, "sediment_mm": second * to_mm or None}
        darcy = reading.file.option("FORCE_MAIN_EQUATION", "H-W").startswith("D-W")
        if shape == "FORCE_MAIN" and darcy:
            reading.tell("model.value_lost", name, section="XSECTIONS", value=f"Darcy-Weisbach {second:g}")
        return {**made, "hazen_williams": second or None} if shape == "FORCE_MAIN" and not darcy else made
    if shape == "EGG":
        return {**made, "shape": EGG, "height_mm": in_mm}
    if shape == "RECT_CLOSED" or (shape == "RECT_OPEN" and third == 0):
        own = RECT_CLOSED if shape == "RECT_CLOSED" else RECT_OPEN
        return {**made, "shape": own, "height_mm": in_mm, "width_mm": second * to_mm}
    if shape == "TRAPEZOIDAL" and second > 0:
        right = fourth if fourth != third else None
        return {
            **made,
            "shape": TRAPEZOIDAL,
            "height_mm": in_mm,
            "width_mm": second * to_mm,
            "side_slope": third,
            "side_slope_right": right,
        }
    lengths = LENGTHS[shape]
    figures = [
        value * (reading.units.length_m if place in lengths else 1.0)
        for place, value in enumerate((first, second, third, fourth))
    ]
    while len(figures) > 1 and figures[-1] == 0:
        figures.pop()
    if figures[0] > 0:
        made["height_mm"] = in_mm
    return {**made, "shape": OTHER, "swmm_section": " ".join([shape, *(f"{value:.7g}" for value in figures)])}


def _losses(reading: Reading) -> dict[str, dict[str, Any]]:
    """Columns of the local losses, gate and seepage of links, by the link's name in small letters."""
    found: dict[str, dict[str, Any]] = {}

    def take(row: Row) -> dict[str, Any]:
        found[row.words[0].lower()] = {
            "entry_loss": number(row, 1) or None,
            "exit_loss": number(row, 2) or None,
            "bend_loss": number(row, 3) or None,
            "flap_gate": yes_or_no(yes(row, 4)),
            "seepage_mm_h": number(row, 5, 0.0) * reading.units.rain_mm or None,
        }
        return {}

    reading.rows("LOSSES", 4, take)
    return found
