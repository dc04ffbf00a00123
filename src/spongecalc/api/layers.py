"""A project's layers by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import geopandas as gpd

from spongecalc.api.card import card_html
from spongecalc.contract import SCHEMAS
from spongecalc.language import text
from spongecalc.language.unknown_name import known_name
from spongecalc.layers.layer_set import LayerSet


class Layers(Mapping[str, gpd.GeoDataFrame]):
    """The layers of a project, checked and brought to the data contract: name -> GeoDataFrame.

    Columns are those of the contract, ``community_id``, and where each feature came from. A layer that the
    project does not have is a frame without rows.
    """

    def __init__(self, layers: LayerSet, language: str) -> None:
        self._layers, self._language = layers, language

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        """A copy of a layer. Raises UnknownNameError, a KeyError that names the nearest."""
        return self._layers[known_name("layer", name, self, self._language)].copy()

    def __iter__(self) -> Iterator[str]:
        """Names of the layers, in the order of the data contract."""
        return iter(SCHEMAS)

    def __len__(self) -> int:
        """Number of layers of the data contract."""
        return len(SCHEMAS)

    def __contains__(self, name: object) -> bool:
        """Tell whether the data contract has such a layer."""
        return name in SCHEMAS

    def __repr__(self) -> str:
        """Each layer with its number of features."""
        counts = ", ".join(f"{name} {len(self._layers[name])}" for name in self if len(self._layers[name]))
        return f"<Layers: {counts}>"

    def _repr_html_(self) -> str:
        words = {k: text(f"api.card.{k}", self._language) for k in ("layers", "layer", "geometry", "features")}
        rows = [(n, "/".join(SCHEMAS[n].geometry), len(self._layers[n])) for n in self]
        return card_html(words["layers"], rows, (words["layer"], words["geometry"], words["features"]))
