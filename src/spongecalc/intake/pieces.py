"""Features that were cut at borders: a row of intake for each piece, and what cutting added to what was read."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.intake.delivered import KEY
from spongecalc.intake.ledger import CLOSE_M2, MENDED, SPLIT, AmountKey
from spongecalc.layers.border_cut import CUT, outside_own_ground
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.source_read import Amount

OUTSIDE = "-"
"""The piece of a feature that lies in the ground of no community, or not in that of the one it names."""


def piece_names(layers: LayerSet, name: str, frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return for each feature of a layer's frame which piece it is: "" where it is whole, else its community.

    Parameters
    ----------
    layers
        Completed layers: they say which features were cut.
    name, frame
        The layer, and rows of it.
    """
    names = np.full(len(frame), "", dtype=object)
    if name != CUT or frame.empty:
        return names
    every = layers[CUT]
    cut = pd.MultiIndex.from_frame(every.loc[every.duplicated(KEY), KEY])
    pieces = pd.MultiIndex.from_frame(frame[KEY]).isin(cut)
    names[pieces] = frame["community_id"].where(frame["community_id"].notna(), OUTSIDE).to_numpy(object)[pieces]
    return names


def in_pieces(
    rows: Mapping[str, pd.DataFrame], layers: LayerSet
) -> tuple[dict[str, pd.DataFrame], dict[tuple[str, str], dict[AmountKey, Amount]]]:
    """Return the rows of intake with cut features as their pieces, and what that added to each source.

    Parameters
    ----------
    rows
        Features as they were delivered, by layer.
    layers
        Completed layers, with the pieces.

    Returns
    -------
    Rows with a column ``piece``, and amounts by layer and source: pieces beyond the first of a feature, and the
    area that mending its outline had added to it.
    """
    found = {name: own.assign(piece="") for name, own in rows.items()}
    added: dict[tuple[str, str], dict[AmountKey, Amount]] = {}
    surfaces = layers[CUT]
    if CUT not in found or surfaces.empty:
        return found, added
    # What only a strip of lies in a community is in none.
    nowhere = pd.MultiIndex.from_frame(surfaces.loc[surfaces["community_id"].isna(), KEY])
    own = found[CUT]
    stays = ~pd.MultiIndex.from_frame(own[KEY]).isin(nowhere)
    found[CUT] = own = own.assign(community_id=own["community_id"].where(stays, None))
    outside = outside_own_ground(layers)
    kept = pd.DataFrame(
        {
            "file": surfaces["file"],
            "file_row": surfaces["file_row"],
            "community_id": surfaces["community_id"],
            "area_m2": surfaces.geometry.area - outside,
            "piece": piece_names(layers, CUT, surfaces),
        }
    )
    off = kept[(outside > 0).to_numpy()].assign(area_m2=outside[outside > 0], community_id=None, piece=OUTSIDE)
    pieces = pd.concat([kept[(kept["piece"] != "") | (outside > 0).to_numpy()], off], ignore_index=True)
    if pieces.empty:
        return found, added
    at = pd.MultiIndex.from_frame(own[KEY])
    cut = at.isin(pd.MultiIndex.from_frame(pieces[KEY]))
    ids = own[cut].set_index(KEY)["feature_id"]
    named = ids.reindex(pd.MultiIndex.from_frame(pieces[KEY])).to_numpy(object)
    pieces = pieces.assign(feature_id=named, length_m=0.0)
    found[CUT] = pd.concat([own[~cut], pieces[own.columns]], ignore_index=True)
    for file, parts in pieces.groupby("file", sort=False):
        was = own[cut & (own["file"] == file).to_numpy()]
        amounts: dict[AmountKey, Amount] = {(SPLIT, "surface.cut", ""): Amount(len(parts) - len(was))}
        gained = float(parts["area_m2"].sum() - was["area_m2"].sum())
        if abs(gained) > CLOSE_M2:
            amounts[MENDED, "geometry.mended", ""] = Amount(area_m2=gained)
        added[CUT, str(file)] = amounts
    return found, added
