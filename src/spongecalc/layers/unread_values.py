"""Values of number columns that no rule reads as a number: kept as they are written, beside the empty number.

A repair may fill what a survey left empty, but not what it says and nobody understands: "abc" stays "abc", with
its error, until somebody corrects it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.provenance import read_flags, write_flags

UNREAD = "unread"
"""The column of a frame that holds such values by the contract's column, as JSON; there where there are any."""


def with_unread(frame: gpd.GeoDataFrame, unread: Sequence[Mapping[str, str]]) -> gpd.GeoDataFrame:
    """The frame with the values of each feature that are no numbers, by column."""
    if not any(unread):
        return frame
    texts = [json.dumps(dict(u), ensure_ascii=False, sort_keys=True) if u else None for u in unread]
    return frame.assign(**{UNREAD: pd.Series(texts, index=frame.index, dtype=object)})


def unread_of(frame: gpd.GeoDataFrame) -> list[dict[str, str]]:
    """The values of each feature that are no numbers, by column."""
    if UNREAD not in frame:
        return [{} for _ in range(len(frame))]
    return [json.loads(text) if isinstance(text, str) else {} for text in frame[UNREAD]]


def keep_unread(layers: LayerSet, changes: Iterable[Finding]) -> tuple[LayerSet, list[Finding]]:
    """The layers with those values empty again where a repair filled them, and the changes that are left."""
    held: set[tuple[str, str, str]] = set()
    for name in SCHEMAS:
        frame = layers[name]
        unread = unread_of(frame)
        if not any(unread):
            continue
        flags = [read_flags(f) for f in frame["flags"]]
        columns = {c: frame[c].to_numpy(float).copy() for c in {c for u in unread for c in u}}
        ids = frame[SCHEMAS[name].id_column]
        for position, values in enumerate(unread):
            for column in values:
                columns[column][position] = np.nan
                flags[position].pop(column, None)
                held.add((name, str(ids.iloc[position]), column))
        written = pd.Series([write_flags(f) for f in flags], index=frame.index, dtype=object)
        layers = layers.with_frame(name, frame.assign(**columns, flags=written))
    left = [f for f in changes if (f.feature.layer, f.feature.feature_id, f.found.get("column")) not in held]
    return layers, left


def as_written(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame as a file keeps it: a column with such a value is text, and its numbers are written out."""
    if UNREAD not in frame:
        return frame
    out = frame.drop(columns=[UNREAD])
    unread = unread_of(frame)
    for column in sorted({c for u in unread for c in u}):
        texts = [u.get(column, _text(v)) for u, v in zip(unread, frame[column], strict=True)]
        out[column] = pd.Series(texts, index=frame.index, dtype=object)
    return out


def _text(number: float) -> str | None:
    if pd.isna(number):
        return None
    short = f"{number:g}"
    return short if float(short) == number else repr(float(number))
