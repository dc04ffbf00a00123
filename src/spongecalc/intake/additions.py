"""Amounts that a repair added to what was read, or took from it: split, made, moved, mended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spongecalc.intake.ledger import CLOSE_M2, JOINED, MADE, MENDED, MOVED, SPLIT, AmountKey
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.source_read import Amount, sizes_of
from spongecalc.layers.value_change import NOW

ONE_LESS = ("repair.joined", "repair.double")
"""Repairs by which two features became one."""
FATE_OF = {
    "repair.parts": SPLIT,
    "repair.split": SPLIT,
    "repair.snapped": JOINED,
    **dict.fromkeys(ONE_LESS, JOINED),
}
"""The fate of what a repair changed; one that is not listed has moved it."""


def additions(
    changes: Sequence[Finding], before: LayerSet, after: LayerSet
) -> dict[tuple[str, str], dict[AmountKey, Amount]]:
    """Amounts that each source of each layer gained by a repair, by fate and rule.

    Parameters
    ----------
    changes
        The repair's trail, which says how many pieces a line became and what its metres were and are.
    before, after
        The layers as they were read, and repaired: areas of outlines, and the nodes that were made.
    """
    found: dict[tuple[str, str], dict[AmountKey, Amount]] = {}

    def add(layer: str, file: str, fate: str, rule: str, amount: Amount) -> None:
        own = found.setdefault((layer, file), {})
        own[fate, rule, ""] = own.get((fate, rule, ""), Amount()) + amount

    for change in changes:
        words, at = change.found, change.feature
        fate = FATE_OF.get(change.rule, MOVED)
        count = str(words[NOW]).count(", ") if fate == SPLIT else 0
        if change.rule in ONE_LESS:
            count = -1
        gained_m = _number(words, "now_m") - _number(words, "was_m")
        gained_m2 = _number(words, "now_m2") - _number(words, "was_m2")
        if count or gained_m or gained_m2:
            add(at.layer, at.file, fate, change.rule, Amount(count, gained_m, gained_m2))
    moved = {(c.feature.layer, c.feature.file) for c in changes if c.rule == "repair.moved"}
    for layer in {c.feature.layer for c in changes if c.rule == "repair.mended"}:
        gained = _areas(after, layer) - _areas(before, layer)
        for file, own in gained[gained.abs() > CLOSE_M2].groupby(level="file"):
            if (layer, file) not in moved:
                add(layer, str(file), MENDED, "repair.mended", Amount(area_m2=float(own.sum())))
    nodes = after["nodes"]
    for file, own in nodes[nodes["file_row"] == 0].groupby("file"):
        add("nodes", str(file), MADE, "repair.gap_closed", Amount(len(own)))
    return found


def _number(words: object, name: str) -> float:
    value = words.get(name, 0.0)  # type: ignore[attr-defined]
    return float(value) if np.isfinite(value) else 0.0


def _areas(layers: LayerSet, layer: str) -> pd.Series:
    """Square metres of each feature of a layer, by its source and place in it."""
    frame = layers[layer]
    return pd.Series(sizes_of(frame)[1], index=frame.index).groupby([frame["file"], frame["file_row"]]).sum()
