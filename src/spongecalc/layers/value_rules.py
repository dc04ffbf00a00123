"""Rules on the values of single features: ids, required columns, allowed values, bounds, names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.contract import SCHEMAS, Column
from spongecalc.formula_guard import is_formula
from spongecalc.language import text
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.folder_names import names_folder
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at

MODEL_SUFFIX = ".inp"
# Sizes of channels and basins, which models have larger than any pipe that is surveyed.
MODEL_SIZES = ("diameter_mm", "width_mm", "height_mm")


def check_values(layers: LayerSet) -> Iterator[Finding]:
    """Findings about ids and values of every layer."""
    for name, frame in layers.frames.items():
        if frame.empty:
            continue
        yield from _ids(name, frame)
        for column in SCHEMAS[name].columns:
            if column.name == SCHEMAS[name].id_column:
                continue
            yield from _column(name, frame, column, layers.catalogue)
    yield from _names(layers["communities"])


@dataclass(frozen=True)
class _OwnRows:
    """The advice besides, on a value that is not allowed: of some a project may have rows of its own."""

    allowed: bool

    def sentence(self, language: str) -> str:
        return text("catalogue.advice.own_cover", language) if self.allowed else ""


def _ids(layer: str, frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    ids = frame[SCHEMAS[layer].id_column]
    yield from found_at("id.missing", layer, frame, ids.isna(), column=SCHEMAS[layer].id_column)
    if not ids.duplicated().any():
        return
    # The pieces of a surface that was cut at a border have one id between them.
    whole = frame.drop_duplicates([ids.name, "file", "file_row"])[ids.name]
    counts = ids.map(whole.value_counts()).fillna(0).astype(int)
    yield from found_at("id.duplicate", layer, frame, counts > 1, count=counts)


def _column(layer: str, frame: gpd.GeoDataFrame, column: Column, catalogue: Catalogue) -> Iterator[Finding]:
    values = frame[column.name]
    allowed = column.allowed_in(catalogue)
    if column.required:
        yield from found_at("value.missing", layer, frame, values.isna(), column=column.name)
    if allowed:
        wrong = values.notna() & ~values.isin(allowed)
        advice = _OwnRows(column.catalogued)
        found = {"value": values.to_numpy(object), "allowed": ", ".join(allowed), "advice_on_covers": advice}
        yield from found_at("value.not_allowed", layer, frame, wrong, column=column.name, **found)
    if column.kind == "number":
        yield from _within_models(layer, frame, column)
    if column.kind == "date":
        dates = pd.to_datetime(values, errors="coerce", format="ISO8601")
        wrong, written = values.notna() & dates.isna(), values.to_numpy(object)
        yield from found_at("value.not_a_date", layer, frame, wrong, column=column.name, value=written)


def _within_models(layer: str, frame: gpd.GeoDataFrame, column: Column) -> Iterator[Finding]:
    """Findings about bounds; a size above the largest of a survey stands where it is of a SWMM model."""
    for found in out_of_bounds(layer, frame, column):
        large = column.maximum is not None and float(str(found.found["value"])) > column.maximum
        if large and column.name in MODEL_SIZES and MODEL_SUFFIX in found.feature.file.lower():
            yield Finding("model.size_beyond", found.feature, found.found)
        else:
            yield found


def out_of_bounds(layer: str, frame: gpd.GeoDataFrame, column: Column) -> Iterator[Finding]:
    """Findings about values of a numeric column outside its bounds."""
    values = frame[column.name].to_numpy(float)
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    wrong = (values < low) | (values > high)
    if not wrong.any():
        return
    yield from found_at(
        "value.out_of_bounds",
        layer,
        frame,
        wrong,
        column=column.name,
        value=[f"{v:g}" for v in values],
        low="-" if column.minimum is None else f"{low:g}",
        high="-" if column.maximum is None else f"{high:g}",
    )


def _names(communities: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Names and ids that would be read as a formula by a spreadsheet, or that cannot name a folder."""
    for row in communities.itertuples():
        for column in ("community_id", "name"):
            value = getattr(row, column)
            if isinstance(value, str) and is_formula(value):
                yield finding_at("name.formula", "communities", row, column=column, value=value)
        identifier = row.community_id
        if isinstance(identifier, str) and not names_folder(identifier):
            yield finding_at("name.unsafe_id", "communities", row, value=identifier)
