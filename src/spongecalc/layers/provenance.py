"""Origin of a value: surveyed, mapped, inferred or assumed; kept beside every feature.

A feature's ``flags`` lists the columns whose values are not plainly those of the survey, such as
"invert_m=inferred,diameter_mm=mapped". A column that is not listed was surveyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import LayerSet

SURVEYED, MAPPED, INFERRED, DEFAULT = "surveyed", "mapped", "inferred", "default"
FLAGS = (SURVEYED, MAPPED, INFERRED, DEFAULT)
# Of a pipe's length_m alone: the record counts, and not the line.
RECORDED = "recorded"

# The values that a model is computed from; the rest only names and groups.
MODEL_VALUES: Mapping[str, tuple[str, ...]] = {
    "nodes": ("ground_m", "invert_m", "kind", "system"),
    "pipes": ("diameter_mm", "width_mm", "height_mm", "roughness", "material", "invert_up_m", "invert_down_m"),
    "buildings": ("sewage_to",),
}
PROVENANCE_COLUMNS = ["community_id", "layer", "column", "flag", "count", "share_percent"]


def read_flags(text: object) -> dict[str, str]:
    """Column to flag, of one feature's ``flags``."""
    if not isinstance(text, str) or not text:
        return {}
    pairs = (part.partition("=") for part in text.split(","))
    return {column.strip(): flag.strip() for column, _, flag in pairs if flag.strip() in (*FLAGS, RECORDED)}


def write_flags(flags: Mapping[str, str]) -> str | None:
    """A feature's ``flags`` as they are kept; None where everything was surveyed."""
    return ",".join(f"{c}={f}" for c, f in sorted(flags.items()) if f != SURVEYED) or None


def flagged(frame: gpd.GeoDataFrame, mask: Iterable[bool], column: str, flag: str) -> gpd.GeoDataFrame:
    """The frame with the flag of ``column`` set where ``mask`` holds."""
    chosen = np.flatnonzero(np.asarray(list(mask), dtype=bool))
    if not len(chosen):
        return frame
    flags = list(frame["flags"])
    for position in chosen:
        flags[position] = write_flags({**read_flags(flags[position]), column: flag})
    return frame.assign(flags=pd.Series(flags, index=frame.index, dtype=object))


def provenance_table(layers: LayerSet) -> pd.DataFrame:
    """Count the values of each column that were surveyed, mapped, inferred or assumed.

    A row per community, layer, column and flag, with the share of the flag among the values of that column that
    the community's models take. A roughness that is not given is one of them: it follows from the material
    (mapped), or is assumed where the material is not known either.
    """
    rows: list[dict[str, object]] = []
    for layer, columns in MODEL_VALUES.items():
        frame = layers[layer]
        frame = frame[frame["community_id"].notna()]
        for community, own in frame.groupby("community_id", sort=True):
            flags = [read_flags(f) for f in own["flags"]]
            for column in columns:
                known = own[column].notna().to_numpy()
                if layer == "buildings":
                    # A lateral that was assumed leads to a node of its own in each scenario, and to none here.
                    known = known | np.array([column in f for f in flags], dtype=bool)
                kinds = [f.get(column, SURVEYED) for f, k in zip(flags, known, strict=True) if k]
                if column == "roughness":
                    kinds += [
                        MAPPED if layers.catalogue.material(m) is not None else DEFAULT
                        for m in own["material"][~known]
                    ]
                if not kinds:
                    continue
                for flag in FLAGS:
                    count = kinds.count(flag)
                    if count:
                        rows.append(
                            {
                                "community_id": community,
                                "layer": layer,
                                "column": column,
                                "flag": flag,
                                "count": count,
                                "share_percent": 100.0 * count / len(kinds),
                            }
                        )
    return pd.DataFrame(rows, columns=PROVENANCE_COLUMNS)


def flag_tags(layer: str, frame: gpd.GeoDataFrame) -> dict[tuple[str, str], str]:
    """Words of a feature's tag in the model on values that were not surveyed, such as "|invert_m=inferred".

    Only values that the model is computed from count. Keys are the layer and the feature's id.
    """
    tags: dict[tuple[str, str], str] = {}
    for identifier, flags in zip(frame[SCHEMAS[layer].id_column], frame["flags"], strict=True):
        kept = {c: f for c, f in read_flags(flags).items() if c in MODEL_VALUES[layer]}
        if written := write_flags(kept):
            tags[layer, str(identifier)] = f"|{written}"
    return tags
