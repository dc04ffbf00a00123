"""The layers of a project, read and brought to the data contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
from pyproj import CRS

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.contract import SCHEMAS
from spongecalc.layers.dem import Dem
from spongecalc.layers.level_series import LevelSeries
from spongecalc.layers.source_read import SourceRead
from spongecalc.layers.sources.swmm.carried import CarriedModel


@dataclass(frozen=True)
class LayerSet:
    """All vector layers in one projected CRS, in metres, with the contract's columns; and the ground.

    Each frame has the contract's columns, ``community_id``, ``file`` and ``file_row`` (the source it came
    from, and the place in it, from 1) and ``geometry``; a layer that the project does not have is an empty
    frame. One with values that are no numbers has them in ``unread``. ``catalogue`` says what their covers and
    materials are, ``read`` what each source held, ``across`` the source and row of the surfaces that name no
    community and reach over a border: they are cut there. ``by_pipe`` are layer, source and row of nodes and
    pipes that name no community and do not lie in theirs: nodes have that of their pipe, pipes that of one of
    their ends. ``carried`` is what SWMM models among the sources hold beside layers and is put back into models,
    ``outfall_series`` are the levels over time that they have at their outfalls, by node id.
    """

    crs: CRS
    frames: Mapping[str, gpd.GeoDataFrame]
    dem: Dem | None
    catalogue: Catalogue = field(default_factory=shipped)
    read: tuple[SourceRead, ...] = ()
    across: frozenset[tuple[str, int]] = frozenset()
    by_pipe: frozenset[tuple[str, str, int]] = frozenset()
    carried: tuple[CarriedModel, ...] = ()
    outfall_series: Mapping[str, LevelSeries] = field(default_factory=dict)

    def __getitem__(self, layer: str) -> gpd.GeoDataFrame:
        return self.frames[layer]

    def with_frame(self, layer: str, frame: gpd.GeoDataFrame) -> LayerSet:
        """A copy with ``layer`` replaced by ``frame``."""
        return replace(self, frames={**self.frames, layer: frame})

    @property
    def community_ids(self) -> tuple[str, ...]:
        """Ids of the communities, in sorted order."""
        return tuple(sorted(self.frames["communities"]["community_id"].dropna().unique()))


def empty_frame(layer: str, crs: CRS) -> gpd.GeoDataFrame:
    """A frame of ``layer`` without rows, with the contract's columns."""
    columns = [*SCHEMAS[layer].column_names, "community_id", "file", "file_row"]
    return gpd.GeoDataFrame({c: [] for c in dict.fromkeys(columns)}, geometry=[], crs=crs)
