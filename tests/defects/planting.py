"""One defect in the layers of a delivery: what it touches, and where a finding is to name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from spongecalc.contract import SCHEMAS
from tests.defects.two_deliveries import CRS, Delivery, group_of


class NotHereError(LookupError):
    """Another defect of the round has taken away what this one was meant for."""


@dataclass
class Planting:
    """The delivery and the feature that a defect is planted at, and what comes of it.

    ``names`` are the layers and ids at which a finding counts as naming the defect, ``communities`` those that it
    is in, ``files`` the layers that it changes. ``anywhere`` are rules that name it wherever in its layer they
    stand, for features that lose their id.
    """

    delivery: Delivery
    layer: str
    feature: str
    random: np.random.Generator
    names: set[tuple[str, str]] = field(default_factory=set)
    communities: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    anywhere: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.feature:
            self.at(self.layer, self.feature)

    def at(self, layer: str, feature: object) -> None:
        """Count a feature as one of those that the defect is at."""
        if isinstance(feature, str):
            self.names.add((layer, feature))
            self.communities |= set(group_of(feature[:4]))

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The layer as it stands now."""
        return self.delivery[self.layer]

    def row_of(self, layer: str, feature: object) -> pd.Series:
        """A feature of the delivery. Raises NotHereError."""
        frame = self.delivery[layer]
        column = SCHEMAS[layer].id_column
        own = frame[frame[column] == feature] if column in frame else frame.iloc[:0]
        if own.empty:
            raise NotHereError
        return own.iloc[0]

    @property
    def row(self) -> pd.Series:
        """The feature. Raises NotHereError."""
        return self.row_of(self.layer, self.feature)

    @property
    def shape(self) -> BaseGeometry:
        """Its geometry. Raises NotHereError where another defect took it."""
        shape = self.row.geometry
        if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
            raise NotHereError
        return shape

    def value(self, column: str, layer: str | None = None, feature: object = None) -> object:
        """One value of the feature, or of another; None where there is no such column."""
        row = self.row_of(layer or self.layer, feature or self.feature)
        return row.get(column)

    def set(self, column: str, value: object, layer: str | None = None, feature: object = None) -> None:
        """Give the feature, or another, another value in one column, whatever the column held so far."""
        layer, feature = layer or self.layer, feature or self.feature
        self.row_of(layer, feature)
        frame = self.delivery[layer]
        values = frame[column].tolist() if column in frame else [None] * len(frame)
        position = frame[SCHEMAS[layer].id_column].tolist().index(feature)
        values[position] = value
        self.put(layer, column, values)

    def put(self, layer: str, column: str, values: list[object]) -> None:
        """Give a column other values, as text as soon as one of them is."""
        held = [v for v in values if not pd.isna(v)]
        if any(isinstance(v, str) for v in held):
            typed = pd.Series([None if pd.isna(v) else str(v) for v in values], dtype=object)
        else:
            typed = pd.Series(values, dtype=float) if held else pd.Series(values, dtype=object)
        frame = self.delivery[layer].reset_index(drop=True)
        self.delivery[layer] = frame.assign(**{column: typed})
        self.files.add(layer)

    def reshape(self, shape: BaseGeometry | None, layer: str | None = None, feature: object = None) -> None:
        """Give the feature, or another, another geometry."""
        layer, feature = layer or self.layer, feature or self.feature
        self.row_of(layer, feature)
        frame = self.delivery[layer]
        shapes = frame.geometry.tolist()
        shapes[frame[SCHEMAS[layer].id_column].tolist().index(feature)] = shape
        self.delivery[layer] = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=CRS)
        self.files.add(layer)

    def add(self, **values: object) -> None:
        """Add a feature, like this one but for some values."""
        new = self.row.to_dict() | values
        frame = self.frame
        columns = {c: [*frame[c].tolist(), new.get(c)] for c in frame.columns if c != "geometry"}
        shapes = [*frame.geometry.tolist(), new["geometry"]]
        typed = {c: pd.Series(v, dtype=frame[c].dtype) for c, v in columns.items()}
        self.delivery[self.layer] = gpd.GeoDataFrame(typed, geometry=shapes, crs=CRS)
        self.files.add(self.layer)
        if isinstance(new[SCHEMAS[self.layer].id_column], str):
            self.names.add((self.layer, new[SCHEMAS[self.layer].id_column]))

    def drop(self, layer: str | None = None, feature: object = None) -> None:
        """Take the feature, or another, out."""
        layer, feature = layer or self.layer, feature or self.feature
        self.row_of(layer, feature)
        frame = self.delivery[layer]
        kept = frame[SCHEMAS[layer].id_column] != feature
        self.delivery[layer] = frame[kept].reset_index(drop=True)
        self.files.add(layer)

    def pipes_at(self, node: str) -> list[str]:
        """Ids of the delivery's pipes that name a node."""
        pipes = self.delivery["pipes"]
        if not {"from_node", "to_node", "pipe_id"} <= set(pipes.columns):
            raise NotHereError
        own = pipes[(pipes["from_node"] == node) | (pipes["to_node"] == node)]
        return [str(p) for p in own["pipe_id"]]

    def whole(self, layer: str) -> None:
        """Count the whole layer of the delivery as touched, with every community in it."""
        self.files.add(layer)


type Change = Callable[[Planting], object]
type Fits = Callable[[gpd.GeoDataFrame, Delivery], Iterable[bool]]


def any_feature(frame: gpd.GeoDataFrame, delivery: Delivery) -> Iterable[bool]:
    """Every feature of the layer."""
    del delivery
    return np.ones(len(frame), dtype=bool)


def having(**values: object) -> Fits:
    """The features that hold these values; a tuple holds several, True stands for any value."""

    def fits(frame: gpd.GeoDataFrame, delivery: Delivery) -> Iterable[bool]:
        del delivery
        kept = np.ones(len(frame), dtype=bool)
        for column, wanted in values.items():
            if column not in frame:
                return np.zeros(len(frame), dtype=bool)
            if wanted is True:
                kept &= frame[column].notna().to_numpy()
            else:
                kept &= frame[column].isin(wanted if isinstance(wanted, tuple) else (wanted,)).to_numpy()
        return kept

    return fits


@dataclass(frozen=True)
class Kind:
    """One kind of defect: at which features of a layer it can be planted, and how.

    ``whole`` kinds change a layer of a delivery and not one feature of it. What lies within what a survey can
    tell, such as 3 mm, is ``no_defect``: it may end in no traceback and touch no other community, and needs no
    finding.
    """

    name: str
    layer: str
    change: Change
    fits: Fits = any_feature
    whole: bool = False
    no_defect: bool = False


def at_layers(
    name: str, layers: Iterable[str], change: Change, fits: Fits = any_feature, *, no_defect: bool = False
) -> list[Kind]:
    """The same defect as a kind for each of some layers."""
    return [Kind(f"{layer}: {name}", layer, change, fits, no_defect=no_defect) for layer in layers]
