"""Features as they were delivered: every row of every layer before anything is left out or repaired."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.source_read import sizes_of

KEY = ["file", "file_row"]


def delivered(layers: LayerSet) -> Mapping[str, pd.DataFrame]:
    """A row for each feature of each layer: its source and place in it, id, community, length (m), area (m2)."""
    rows = {}
    for name, frame in layers.frames.items():
        length, area = sizes_of(frame)
        rows[name] = pd.DataFrame(
            {
                "file": frame["file"].to_numpy(object),
                "file_row": frame["file_row"].to_numpy(),
                "feature_id": frame[SCHEMAS[name].id_column].to_numpy(object),
                "community_id": frame["community_id"].to_numpy(object),
                "length_m": length,
                "area_m2": area,
            }
        )
    return rows
