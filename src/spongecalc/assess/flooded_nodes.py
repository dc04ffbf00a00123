"""The nodes that flooded in a run, with their places and what came up at each."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from spongecalc.assess.modelled import Modelled
from spongecalc.swmm.gutters import GUTTER
from spongecalc.swmm.storage_nodes import ROLES as STORAGE_ROLES

# Less than this on a node is the play of the numbers, not a flooding.
LEAST_FLOOD_M3 = 0.01
FIGURES = {
    "flood_volume_m3": "volume_m3",
    "max_ponded_m3": "max_ponded_m3",
    "flood_peak_l_s": "peak_l_s",
    "flooded_h": "duration_h",
}
"""Figures of SWMM's nodes by their columns of ponding.csv."""
_NAMES = ("node_id", "community_id", "kind")
NODE_COLUMNS = ["node_id", "community_id", "kind", "ground_m", *FIGURES.values(), "stood_m3", "max_depth_m"]


def flooded_nodes(modelled: Modelled, storm_id: str) -> gpd.GeoDataFrame:
    """The nodes of a model from which water came up in a run, at their places; none without a finished run.

    Returns
    -------
    A row for each, in the order of the model's elements. ``volume_m3`` is all that came up, ``stood_m3`` the most
    that stood there at a time (of a basin or storage, into which nothing comes back, all of it), ``max_depth_m``
    the largest depth above the rim, before a grate above the ground. The frame is the same for all who ask for a
    run, and is not to be changed.
    """
    return modelled.once("flooded nodes", storm_id, lambda: _flooded(modelled, storm_id))


def _flooded(modelled: Modelled, storm_id: str) -> gpd.GeoDataFrame:
    result = modelled.finished(storm_id)
    crs = modelled.system.crs
    if result is None:
        return _none(crs)
    table, surveyed = modelled.flooding, modelled.surveyed
    at = result.nodes.index.get_indexer(table["model_id"])
    came_up_m3 = np.where(at >= 0, result.nodes["flood_volume_m3"].to_numpy(float)[at], 0.0)
    wet = np.flatnonzero(came_up_m3 > LEAST_FLOOD_M3)
    if not len(wet):
        return _none(crs)
    found = {c: result.nodes[c].to_numpy(float)[at[wet]] for c in (*FIGURES, "max_depth_m")}
    roles = table["role"].iloc[wet]
    basin, gutter = roles.isin(("basin", *STORAGE_ROLES)).to_numpy(), (roles == GUTTER).to_numpy()
    own = surveyed.iloc[wet]
    ground_m = own["ground_m"].to_numpy(float)
    rims_m = ground_m - own["invert_m"].to_numpy(float)
    columns = {
        "node_id": table["feature_id"].to_numpy()[wet],
        "community_id": table["community_id"].to_numpy()[wet],
        "kind": own["kind"].to_numpy(),
        "ground_m": ground_m,
        **{name: found[c] for c, name in FIGURES.items()},
        "stood_m3": np.where(basin, found["flood_volume_m3"], found["max_ponded_m3"]),
        "max_depth_m": np.clip(found["max_depth_m"] - np.where(gutter, 0.0, rims_m), 0.0, None),
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns)[NODE_COLUMNS], geometry=own.geometry.to_numpy(), crs=crs)


def _none(crs: CRS) -> gpd.GeoDataFrame:
    """No node, with columns of the kinds that nodes have."""
    kinds = {c: "object" if c in _NAMES else "float64" for c in NODE_COLUMNS}
    return gpd.GeoDataFrame(pd.DataFrame(columns=NODE_COLUMNS).astype(kinds), geometry=[], crs=crs)
