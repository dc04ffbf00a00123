"""Defects of values: every column of the contract, written as people and programs write it."""

from __future__ import annotations

import math
from collections.abc import Callable

import geopandas as gpd
import numpy as np

from spongecalc.contract import SCHEMAS, Column
from tests.defects.planting import Change, Delivery, Fits, Kind, NotHereError, Planting, any_feature, having

# Columns that the example does not fill: a value to write them from.
USUAL = {
    "depth_m": 1.2,
    "outfall_level_m": 1530.0,
    "receiver_capacity_l_s": 500.0,
    "width_mm": 600.0,
    "height_mm": 600.0,
    "depth_up_m": 1.1,
    "depth_down_m": 1.2,
    "length_m": 20.0,
    "drain_offset_mm": 100.0,
    "outlet_mm": 100.0,
    "top_m": 1537.0,
    "height_m": 0.3,
}


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


UNITS = {"_mm": "mm", "_m": "m", "_m2": "m2", "_m3": "m3", "_percent": "%"}


def _unit(column: str) -> str:
    return next((u for end, u in sorted(UNITS.items(), key=lambda e: -len(e[0])) if column.endswith(end)), "")


# A form of the value: {v} its number, {u} its unit, {c} with a comma, {w} in full width, {t} three digits.
NUMBER_FORMS: dict[str, object] = {
    "a word": "不详",
    "a stroke": "/",
    "two numbers": "{v}/{v}5",
    "with its unit": "{v}{u}",
    "with a decimal comma": "{c}",
    "in full width": "{w}",
    "with a thousands mark": "1,{t}",
    "about": "约{v}",
    "negative": "-",
    "-9999": -9999.0,
    "1e9": 1e9,
    "endless": math.inf,
    "missing": None,
}
# Reads as the value itself.
SAME_VALUE = "{w}"
# Nothing, or nobody, is a value of these like any other.
ZERO_IS_A_VALUE = {
    "households",
    "residents",
    "buildings",
    "floors",
    "sediment_mm",
    "claimed_storm_m",
    "claimed_sewage_m",
    "floor_area_m2",
    "base_mm",
    "drain_offset_mm",
    "first_flush_mm",
    "catchment_m2",
    "demand_m3_d",
    "ponding_mm",
    "duration_min",
    "rainfall_mm",
    "depth_m",
    "depth_up_m",
    "depth_down_m",
    "permeability_mm_s",
    "subgrade_mm_h",
    "height_m",
}


def _number(value: object, otherwise: float) -> float:
    """A value as a number, also where another defect has made a text of its column; else another one."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
    return number if math.isfinite(number) else otherwise


def _formed(value: float, column: Column, form: object) -> object:
    """A number in one of the forms."""
    if not isinstance(form, str):
        return form
    if form == "-":
        return -abs(value) or -1.0
    plain = f"{value:.10g}"
    comma = (plain if "." in plain else f"{value:.1f}").replace(".", ",")
    thousands = f"{int(abs(value)) % 1000:03d}"
    return form.format(v=plain, u=_unit(column.name), c=comma, w=_wide(plain), t=thousands)


def _written(column: Column, form: object) -> Change:
    def change(p: Planting) -> None:
        value = p.value(column.name)
        if form == SAME_VALUE and math.isnan(_number(value, math.nan)):
            # Where nothing was, this is a value like any other: no finding is due.
            raise NotHereError
        number = _number(value, USUAL.get(column.name, 1.0))
        if column.name == "outfall_level_m" and p.value("kind") == "outfall":
            number = _number(value, _number(p.value("invert_m"), number))
        p.set(column.name, _formed(number, column, form))

    return change


# An empty value says something of its own here, as docs/contract.md has it: no silt, nothing let off.
EMPTY_IS_A_VALUE = {
    ("pipes", "sediment_mm"),
    ("facilities", "first_flush_mm"),
    ("facilities", "base_kind"),
    ("utilities", "diameter_mm"),
    ("surfaces", "base_kind"),
    ("pipes", "shape"),
}


def _numbers() -> list[Kind]:
    kinds = []
    for layer, schema in SCHEMAS.items():
        for column in schema.columns:
            if column.kind != "number":
                continue
            forms = dict(NUMBER_FORMS)
            if column.name not in ZERO_IS_A_VALUE and (layer, column.name) not in EMPTY_IS_A_VALUE:
                forms["zero"] = 0.0
            if (layer, column.name) in EMPTY_IS_A_VALUE:
                del forms["missing"]
            for name, form in forms.items():
                fits = _held(column.name)
                kinds.append(Kind(f"{layer}: {column.name} {name}", layer, _written(column, form), fits))
    return kinds


def _held(column: str) -> Fits:
    """The features that hold something in the column; all of them where none does."""

    def fits(frame: gpd.GeoDataFrame, delivery: Delivery) -> np.ndarray:
        del delivery
        held = frame[column].notna().to_numpy() if column in frame else np.zeros(len(frame), dtype=bool)
        return held if held.any() else np.ones(len(frame), dtype=bool)

    return fits


def _text(column: str, write: Callable[[str], object] | str | None) -> Change:
    def change(p: Planting) -> None:
        p.set(column, write(str(p.value(column) or "existing")) if callable(write) else write)

    return change


TEXT_FORMS: dict[str, Callable[[str], object] | str | None] = {
    "missing": None,
    "blank": "   ",
    "misspelt": lambda v: v[:-2] + v[-1] + v[-2] if len(v) > 2 else v + "x",
    "in capitals": str.upper,
    "with blanks": lambda v: f" {v}  ",
    "in full width": _wide,
    "a number": "3",
    "two values": lambda v: f"{v},{v}",
}


def _texts() -> list[Kind]:
    kinds = []
    for layer, schema in SCHEMAS.items():
        for column in schema.columns:
            if not column.allowed and not column.catalogued:
                continue
            for name, write in TEXT_FORMS.items():
                if name in ("missing", "blank") and (layer, column.name) in EMPTY_IS_A_VALUE:
                    continue
                fits = having(**{column.name: True})
                kinds.append(Kind(f"{layer}: {column.name} {name}", layer, _text(column.name, write), fits))
    return kinds


def _exact(name: str, layer: str, column: str, value: object, fits: Fits = any_feature) -> Kind:
    return Kind(f"{layer}: {column} {name}", layer, lambda p: p.set(column, value), fits)


def _swapped(one: str, other: str) -> Change:
    def change(p: Planting) -> None:
        a, b = p.value(one), p.value(other)
        p.set(one, b)
        p.set(other, a)

    return change


def _more(column: str, by: float) -> Change:
    def change(p: Planting) -> None:
        p.set(column, round(_number(p.value(column), 0.0) + by, 3))
        # A level is told at whichever of pipe and manhole it does not fit.
        for end in ("from_node", "to_node") if p.layer == "pipes" else ():
            p.at("nodes", p.value(end))
        for pipe in p.pipes_at(p.feature) if p.layer == "nodes" else ():
            p.at("pipes", pipe)

    return change


def _times(column: str, factor: float) -> Change:
    def change(p: Planting) -> None:
        p.set(column, _number(p.value(column), 0.0) * factor)

    return change


YEARS = {
    "a day": "2005-05-04",
    "with its sign": "2005年",
    "two digits": "05",
    "five digits": 20005,
    "a word": "90年代",
    "a range": "2000-2005",
}
DATES = {"a word": "去年", "no day": "2020-13-45", "a year": "2020", "turned": "10/09/2020", "a number": 44084.0}

KINDS = [
    *_numbers(),
    *_texts(),
    *(_exact(f"as {n}", "pipes", "year", v, having(year=True)) for n, v in YEARS.items()),
    *(_exact(f"as {n}", "ponding_records", "observed_on", v) for n, v in DATES.items()),
    *(_exact(f"as {n}", "pipes", "laid", v) for n, v in DATES.items()),
    *(_exact(f"as {n}", "surfaces", "laid", v) for n, v in DATES.items()),
    _exact("in metres", "pipes", "diameter_mm", 0.3),
    _exact("in centimetres", "pipes", "diameter_mm", 30.0),
    _exact("as DN", "pipes", "diameter_mm", "DN300", having(diameter_mm=300.0)),
    _exact("never made", "pipes", "diameter_mm", 317.0),
    _exact("of a box", "pipes", "diameter_mm", "600x800"),
    _exact("unknown", "pipes", "material", "竹"),
    _exact("missing", "pipes", "material", None, having(status="proposed")),
    _exact("ten times", "pipes", "roughness", 0.11),
    _exact("a coefficient of Chezy", "pipes", "roughness", 70.0),
    _exact("more than the pipe", "pipes", "sediment_mm", 5000.0),
    _exact("the pipe itself", "pipes", "sediment_mm", 300.0, having(diameter_mm=300.0)),
    _exact("in centimetres", "nodes", "ground_m", 153737.0),
    _exact("as a depth", "nodes", "invert_m", 1.2, having(status="proposed")),
    _exact("as a depth", "pipes", "invert_up_m", 1.2),
    Kind("nodes: ground and invert swapped", "nodes", _swapped("ground_m", "invert_m")),
    Kind("pipes: inverts swapped", "pipes", _swapped("invert_up_m", "invert_down_m")),
    Kind("pipes: ends swapped", "pipes", _swapped("from_node", "to_node")),
    Kind("nodes: ground 10 m too high", "nodes", _more("ground_m", 10.0)),
    Kind("nodes: ground 10 m too low", "nodes", _more("ground_m", -10.0)),
    Kind("nodes: invert 10 m too low", "nodes", _more("invert_m", -10.0)),
    Kind("nodes: invert 10 m too high", "nodes", _more("invert_m", 10.0)),
    Kind("nodes: invert above its pipes", "nodes", _more("invert_m", 0.5)),
    Kind("pipes: upper invert 10 m too high", "pipes", _more("invert_up_m", 10.0)),
    Kind("pipes: upper invert 10 m too low", "pipes", _more("invert_up_m", -10.0)),
    Kind("pipes: lower invert 10 m too high", "pipes", _more("invert_down_m", 10.0)),
    Kind("pipes: lower invert 10 m too low", "pipes", _more("invert_down_m", -10.0)),
    Kind("pipes: lower invert below its node's", "pipes", _more("invert_down_m", -0.6)),
    Kind("pipes: adverse slope", "pipes", _more("invert_down_m", 0.8)),
    Kind("buildings: residents a hundredfold", "buildings", _times("residents", 100.0)),
    Kind("buildings: households a hundredfold", "buildings", _times("households", 100.0)),
    Kind("buildings: households and residents swapped", "buildings", _swapped("households", "residents")),
    Kind("facilities: volume in litres", "facilities", _times("volume_m3", 1000.0), having(volume_m3=True)),
    Kind("facilities: area and volume swapped", "facilities", _swapped("area_m2", "volume_m3")),
    Kind("surfaces: layers in metres", "surfaces", _times("surface_mm", 0.001), having(surface_mm=True)),
    Kind(
        "surfaces: porosity as a share",
        "surfaces",
        _times("porosity_percent", 0.01),
        having(porosity_percent=True),
    ),
    Kind(
        "surfaces: permeability in mm/h",
        "surfaces",
        _times("permeability_mm_s", 3600.0),
        having(permeability_mm_s=True),
    ),
    *(
        _exact(name, layer, "community_id", value, having(community_id=True))
        for layer in SCHEMAS
        if layer != "communities"
        for name, value in {"misspelt": "EY99", "missing": None, "a number": "2"}.items()
    ),
]
