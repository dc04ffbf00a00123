"""Changes to the small project's layers that plant one fault each."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import Point

from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Change, Frames

IDS = {
    "communities": "community_id",
    "nodes": "node_id",
    "pipes": "pipe_id",
    "surfaces": "surface_id",
    "buildings": "building_id",
    "connections": "connection_id",
}
# The south-west corner of community C.
X, Y = ORIGIN_X + 80, ORIGIN_Y
NOWHERE = Point(X + 900, Y + 900)


def edit(layer: str, feature: str, **values: object) -> Change:
    """A change that sets values of one feature."""

    def change(frames: Frames) -> None:
        frame = frames[layer]
        row = frame.index[frame[IDS[layer]] == feature][0]
        for column, value in values.items():
            if isinstance(value, float) and column in frame and frame[column].dtype.kind == "i":
                frame[column] = frame[column].astype(float)
            if isinstance(value, str) or value is None:
                frame[column] = frame[column].astype(object) if column in frame else None
            frame.loc[[row], column] = pd.Series([value], index=[row]) if column != "geometry" else value
        frames[layer] = frame

    return change


def shape(layer: str, feature: str, geometry: object) -> Change:
    """A change of one feature's geometry."""

    def change(frames: Frames) -> None:
        frame = frames[layer]
        shapes = frame.geometry.tolist()
        shapes[frame[IDS[layer]].tolist().index(feature)] = geometry  # type: ignore[call-overload]
        frames[layer] = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=CRS)

    return change


def add(layer: str, like: str, **values: object) -> Change:
    """A change that adds a feature, like another but for some values."""

    def change(frames: Frames) -> None:
        frame = frames[layer]
        row = frame[frame[IDS[layer]] == like].iloc[[0]]
        new = gpd.GeoDataFrame(row.assign(**{k: [v] for k, v in values.items()}), geometry="geometry", crs=CRS)
        frames[layer] = gpd.GeoDataFrame(pd.concat([frame, new], ignore_index=True), crs=CRS)

    return change


def drop(layer: str, *features: str) -> Change:
    """A change that takes features out."""

    def change(frames: Frames) -> None:
        frames[layer] = frames[layer][~frames[layer][IDS[layer]].isin(features)].reset_index(drop=True)

    return change


def both(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(frames: Frames) -> None:
        for one in changes:
            one(frames)

    return change
