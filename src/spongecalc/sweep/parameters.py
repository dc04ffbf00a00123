"""Parameters that a sweep may change: settings by their key, and factors on what the layers say.

A key with dots is one of the settings that models follow from (``sewage.quota``,
``surfaces.covers.green.f0_mm_h``); its value is what may be typed there. The others are factors, or heights
in metres, on layers or models (``factor.roughness``), so that uncertain data can be swept too.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import BaseModel, ValidationError

from spongecalc.project.load import mistakes_of
from spongecalc.project.quantity import parse
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.sweep.error import SweepError, ValuesError
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.model import SwmmModel

SECTIONS = ("rainfall", "simulation", "sewage", "surfaces", "inlets", "tanks", "basins")
"""Sections of the settings that models and their storms follow from, and checks of layers do not."""

OF_LAYERS = ("sewage.laterals", "sewage.lateral_reach")
"""Settings of these sections that decide which connections there are, before any set of a sweep is made."""

MOST_SILT = 0.9
"""Silt is never swept higher than this share of a pipe's height: a full pipe is no pipe."""

Value = float | str
Values = Mapping[str, Value]


@dataclass(frozen=True)
class Change:
    """A factor or a height on layers or models, with the least and the most that is taken."""

    unit: str
    low: float
    high: float
    of_system: Callable[[DrainageSystem, float], DrainageSystem] | None = None
    of_model: Callable[[SwmmModel, float], SwmmModel] | None = None


def _roughness(system: DrainageSystem, factor: float) -> DrainageSystem:
    """Manning's n of every pipe times a factor; where none was surveyed, that of its material."""
    surveyed = system.pipes["roughness"].to_numpy(float)
    if np.isnan(surveyed).any():
        known = [system.catalogue.roughness(material)[0] for material in system.pipes["material"]]
        surveyed = np.where(np.isnan(surveyed), np.array(known, dtype=float), surveyed)
    return replace(system, pipes=system.pipes.assign(roughness=surveyed * factor))


def _sediment(system: DrainageSystem, factor: float) -> DrainageSystem:
    pipes = system.pipes.copy()
    height_mm = pipes["diameter_mm"].fillna(pipes["height_mm"]) if "height_mm" in pipes else pipes["diameter_mm"]
    pipes["sediment_mm"] = (pipes["sediment_mm"] * factor).clip(upper=MOST_SILT * height_mm)
    return replace(system, pipes=pipes)


def _residents(system: DrainageSystem, factor: float) -> DrainageSystem:
    def more(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        changed = frame.copy()
        for column in (
            "residents",
            "households",
        ):  # sewage comes of residents, or of households where none are known
            changed[column] = changed[column] * factor
        return changed

    return replace(system, buildings=more(system.buildings))


def _outfall_level(system: DrainageSystem, rise_m: float) -> DrainageSystem:
    """Water level at every outfall that has one; one that falls free is given its invert's, and raised."""
    return _raised(system, system.nodes["kind"] == "outfall", rise_m)


def _rain_outfall_level(system: DrainageSystem, rise_m: float) -> DrainageSystem:
    """The same at outfalls of rain and of combined water: a river in flood does not reach the sewers."""
    nodes = system.nodes
    return _raised(system, (nodes["kind"] == "outfall") & (nodes["system"] != "sewage"), rise_m)


def _raised(system: DrainageSystem, outfalls: pd.Series, rise_m: float) -> DrainageSystem:
    nodes = system.nodes.copy()
    level = nodes.loc[outfalls, "outfall_level_m"]
    if rise_m > 0:
        level = level.fillna(nodes.loc[outfalls, "invert_m"])
    nodes.loc[outfalls, "outfall_level_m"] = level + rise_m
    ids = set(nodes.loc[outfalls, "node_id"])
    # A level over time rises throughout.
    over_time = {o: s.raised(rise_m) if o in ids else s for o, s in system.outfall_levels.items()}
    return replace(system, nodes=nodes, outfall_levels=over_time)


def _column(
    model: SwmmModel, section: str, place: int, factor: float, decimals: int, mark: str = ""
) -> SwmmModel:
    """One figure of a section's rows times a factor; if given, of rows only whose second field is ``mark``."""
    rows: list[Sequence[str]] = []
    for row in model.sections.get(section, ()):
        if len(row) > place and not row[0].startswith(";") and (not mark or row[1] == mark):
            rows.append((*row[:place], fixed(float(row[place]) * factor, decimals), *row[place + 1 :]))
        else:
            rows.append(row)
    return replace(model, sections={**model.sections, section: rows})


CHANGES: Mapping[str, Change] = {
    "factor.roughness": Change("", 0.1, 10, of_system=_roughness),
    "factor.sediment": Change("", 0, 10, of_system=_sediment),
    "factor.residents": Change("", 0, 100, of_system=_residents),
    "factor.width": Change("", 0.01, 100, of_model=lambda m, f: _column(m, "SUBCATCHMENTS", 5, f, 2)),
    "factor.permeability": Change(
        "", 0.001, 100, of_model=lambda m, f: _column(m, "LID_CONTROLS", 5, f, 1, mark="PAVEMENT")
    ),
    "rise.outfall_level": Change("meter", -50, 50, of_system=_outfall_level),
    "rise.rain_outfall_level": Change("meter", -50, 50, of_system=_rain_outfall_level),
}


def checked_key(key: str) -> str:
    """The key, if a sweep may change it. Raises SweepError with what is near to it."""
    section, _, rest = key.partition(".")
    if key in OF_LAYERS:
        raise SweepError("key_of_layers", key=key)
    if key in CHANGES or (section in SECTIONS and rest):
        return key
    near = difflib.get_close_matches(key, CHANGES, n=1)
    raise SweepError(
        "key_near" if near else "key_unknown",
        key=key,
        near=near[0] if near else "",
        known=", ".join((*(f"{s}.…" for s in SECTIONS), *CHANGES)),
    )


def number_of(settings: Settings, sweep: str, key: str, value: Value) -> float:
    """Read a typed value of a key as a number, in the unit in which it is kept. Raises SweepError."""
    if key in CHANGES:
        change = CHANGES[key]
        try:
            number = parse(value, change.unit)
        except RefusedValueError as reason:
            raise SweepError("value", sweep=sweep, key=key, reason=str(reason)) from None
        if not change.low <= number <= change.high:
            raise SweepError("bounds", sweep=sweep, key=key, found=number, low=change.low, high=change.high)
        return number
    found: Any = changed_settings(settings, sweep, {key: value})
    for step in key.split("."):
        found = _inner(found, step)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise SweepError("no_number", sweep=sweep, key=key)
    return float(found)


def changed_settings(settings: Settings, sweep: str, values: Values) -> Settings:
    """Settings with the values of a set in them, checked as if they stood in the project's file.

    Raises
    ------
    SweepError
        A key that the settings do not have, or a value that they refuse.
    """
    own = {key: value for key, value in values.items() if key not in CHANGES}
    if not own:
        return settings
    document = _open_document(settings, {key.partition(".")[0] for key in own})
    for key, value in own.items():
        steps = key.split(".")
        here: Any = document
        model: Any = settings
        for number, step in enumerate(steps):
            name = _field_name(model, step)
            if number == len(steps) - 1:
                here[name] = value
                break
            model = _inner(model, step)
            if here.get(name) is None:
                here[name] = {}
            here = here[name]
            if not isinstance(here, dict):
                raise SweepError("key_too_deep", sweep=sweep, key=key)
    try:
        return Settings.model_validate(document)
    except ValidationError as reason:
        mistakes = mistakes_of(f"[[sweeps]] {sweep}", reason, document)
        sentences = {lang: [m.sentence(lang) for m in mistakes] for lang in ("zh", "en")}
        raise ValuesError(sentences, sweep=sweep) from None


def _open_document(settings: Settings, changed: Collection[str]) -> dict[str, Any]:
    """Settings as a document in which sections that stay what they are need not be read again.

    Those that change are tables, as the file has them; the checks between sections are made of all of them.
    """
    kept = {
        name: value
        for name in type(settings).model_fields
        if name not in changed and isinstance(value := getattr(settings, name), BaseModel)
    }
    return {**settings.model_dump(exclude=set(kept)), **kept}


def _field_name(model: Any, step: str) -> str:
    """The name under which a settings class keeps a key; the key itself in a table of free keys."""
    fields = getattr(type(model), "model_fields", {}) if isinstance(model, BaseModel) else {}
    return next((name for name, info in fields.items() if step in (name, info.alias)), step)


def _inner(model: Any, step: str) -> Any:
    """The value below a key in settings; None where there is none."""
    if isinstance(model, BaseModel):
        return getattr(model, _field_name(model, step), None)
    return model.get(step) if isinstance(model, dict) else None


def changed_system(system: DrainageSystem, values: Values) -> DrainageSystem:
    """A drainage system with the factors of a set on its layers; itself where the set has none."""
    for key, value in values.items():
        change = CHANGES.get(key)
        if change is not None and change.of_system is not None:
            system = change.of_system(system, float(value))
    return system


def changed_model(model: SwmmModel, values: Values) -> SwmmModel:
    """A model with the factors of a set on it; itself where the set has none."""
    for key, value in values.items():
        change = CHANGES.get(key)
        if change is not None and change.of_model is not None:
            model = change.of_model(model, float(value))
    return model
