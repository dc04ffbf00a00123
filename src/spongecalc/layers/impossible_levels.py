"""Levels and depths that no place on earth has, such as the -9999 that some programs write for a missing value.

What follows from such a number would be as impossible: it is an error where it stands, and nothing is made of it.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.value_rules import out_of_bounds

LEVELS = {
    "nodes": ("ground_m", "invert_m", "depth_m", "outfall_level_m"),
    "pipes": ("invert_up_m", "invert_down_m", "depth_up_m", "depth_down_m"),
    "utilities": ("top_m",),
}
# Errors that say of the same feature that it lacks what it has an impossible number for.
LACKING = {"node.no_invert": "invert_m", "node.no_ground": "ground_m"}


def without_impossible_levels(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Take impossible levels and depths as empty, each an error at the feature that holds it."""
    findings: list[Finding] = []
    for layer, columns in LEVELS.items():
        for column in columns:
            frame = layers[layer]
            found = list(out_of_bounds(layer, frame, SCHEMAS[layer].column(column)))
            if found:
                findings.extend(found)
                kept = within_bounds(layer, column, frame[column])
                layers = layers.with_frame(layer, frame.assign(**{column: kept}))
    return layers, tuple(findings)


def within_bounds(layer: str, column: str, values: pd.Series) -> pd.Series:
    """Values of a column of the contract, empty where they lie outside its bounds."""
    bounds = SCHEMAS[layer].column(column)
    numbers = values.astype(float)
    if bounds.minimum is not None:
        numbers = numbers.where(~(numbers < bounds.minimum))
    if bounds.maximum is not None:
        numbers = numbers.where(~(numbers > bounds.maximum))
    return numbers


def without_echoes(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without those that call a level missing of which another says that it is impossible."""
    every = list(findings)
    impossible = {
        (f.feature.layer, f.feature.feature_id, f.feature.file, f.found.get("column"))
        for f in every
        if f.rule == "value.out_of_bounds"
    }
    return [
        f
        for f in every
        if f.rule not in LACKING
        or (f.feature.layer, f.feature.feature_id, f.feature.file, LACKING[f.rule]) not in impossible
    ]
