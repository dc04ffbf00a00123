"""Levels of 0 in a place that lies high: what a form without empty numbers writes where nothing was surveyed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spongecalc.layers.elevation_voids import FAR_M, level_of_place_m
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at, numbers
from spongecalc.layers.value_change import NOW, WAS

LEVELS: Mapping[str, tuple[str, ...]] = {
    "nodes": ("ground_m", "invert_m", "outfall_level_m"),
    "pipes": ("invert_up_m", "invert_down_m"),
    "utilities": ("top_m",),
}


def without_zero_levels(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Take a level of 0 m as empty where its community lies more than ``FAR_M`` above or below; each is named.

    A community lies at ``level_of_place_m`` of its other levels; one without other levels keeps its zeros.
    """
    others = {}
    for community, own in _levels(layers).groupby("community"):
        others[community] = level_of_place_m(own["level"].to_numpy(float))
    findings: list[Finding] = []
    for layer, columns in LEVELS.items():
        frame = layers[layer]
        about = frame["community_id"].map(others).to_numpy(float)
        shown = numbers(np.nan_to_num(about), 2)
        for column in columns:
            zero = (frame[column].to_numpy(float) == 0) & (np.abs(about) > FAR_M)
            if not zero.any():
                continue
            findings.extend(found_at("level.zero", layer, frame, zero, column=column, about=shown))
            frame = frame.assign(**{column: frame[column].mask(zero)})
            layers = layers.with_frame(layer, frame)
    return layers, tuple(findings)


def is_emptied(finding: Finding) -> bool:
    """True for a finding of a zero that was taken as empty."""
    return finding.rule == "level.zero"


def as_change(finding: Finding) -> Finding:
    """The change that a zero taken as empty is in a repaired copy, where the field stands empty from then on."""
    words = {"column": finding.found["column"], WAS: "0", NOW: "-", "about": finding.found["about"]}
    return Finding("repair.zero_level", finding.feature, words)


def _levels(layers: LayerSet) -> pd.DataFrame:
    """Levels of nodes and pipes that are not 0, with their community."""
    parts = [
        pd.DataFrame({"community": layers[layer]["community_id"], "level": layers[layer][column].astype(float)})
        for layer in ("nodes", "pipes")
        for column in LEVELS[layer]
        if column != "outfall_level_m"
    ]
    every = pd.concat(parts, ignore_index=True).dropna()
    return every[every["level"] != 0]
