"""Features that the models take: those of the systems, and of pipes and nodes those that stand in a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.intake.delivered import KEY
from spongecalc.intake.pieces import piece_names
from spongecalc.layers.border_cut import CUT, outside_own_ground
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.source_read import sizes_of
from spongecalc.scenario import SCENARIO_LAYERS, DrainageSystem

# Layers whose features are elements of SWMM one by one.
ELEMENTS = ("nodes", "pipes", "structures")


def taken(
    layers: LayerSet, systems: Sequence[DrainageSystem], elements: Iterable[pd.DataFrame] | None
) -> Mapping[str, pd.DataFrame]:
    """A row for each feature that some system takes: its source, place, id, piece, length in m and area in m2.

    Of a surface that names its community that is what lies in it.

    Parameters
    ----------
    layers
        Completed layers.
    systems
        The drainage systems that are modelled.
    elements
        The models' tables of elements, where models were made: a pipe or node that is no element is not taken.
    """
    modelled = {c for s in systems for c in s.communities}
    built = _built(elements, layers["facilities"]) if elements is not None else None
    found = {}
    for name in layers.frames:
        if name in SCENARIO_LAYERS:
            parts = [getattr(s, name) for s in systems]
            frames = [f for f in parts if len(f)]
            own = pd.concat(frames, ignore_index=True) if frames else layers[name].iloc[:0]
        else:
            # Communities, records, sensors and trees are read beside the models of their community.
            own = layers[name][layers[name]["community_id"].isin(modelled)]
        identifier = SCHEMAS[name].id_column
        if built is not None and name in ELEMENTS:
            own = own[own[identifier].isin(built[name])]
        frame = gpd.GeoDataFrame(own, geometry="geometry")
        found[name] = _rows(frame.assign(piece=piece_names(layers, name, frame)), identifier)
    outside = layers[CUT].assign(outside_m2=outside_own_ground(layers))
    outside = outside[outside["outside_m2"] > 0].set_index(KEY)["outside_m2"]
    if len(outside):
        surfaces = found[CUT]
        off = outside.reindex(pd.MultiIndex.from_frame(surfaces[KEY])).fillna(0.0).to_numpy()
        found[CUT] = surfaces.assign(area_m2=surfaces["area_m2"] - off)
    return found


def _built(elements: Iterable[pd.DataFrame], facilities: pd.DataFrame) -> dict[str, set[str]]:
    """Ids of the features that stand in a model, by layer; the node of a tank stands there as the tank."""
    ids: dict[str, set[str]] = {name: set() for name in (*ELEMENTS, "facilities")}
    for table in elements:
        for layer, feature in zip(table["layer"], table["feature_id"], strict=True):
            if layer in ids:
                ids[layer].add(feature)
    stores = facilities[facilities["facility_id"].isin(ids["facilities"])]
    ids["nodes"] |= set(stores["from_node"].dropna())
    return ids


def _rows(frame: gpd.GeoDataFrame, identifier: str) -> pd.DataFrame:
    """Each feature once, whatever scenarios it stands in; a node at a border is that of its own community."""
    unique = frame.drop_duplicates([*KEY, identifier, "piece"])
    length, area = sizes_of(unique) if len(unique) else (np.zeros(0), np.zeros(0))
    return pd.DataFrame(
        {
            "file": unique["file"].to_numpy(object),
            "file_row": unique["file_row"].to_numpy(),
            "feature_id": unique[identifier].to_numpy(object),
            "piece": unique["piece"].to_numpy(object),
            "length_m": length,
            "area_m2": area,
        }
    )
