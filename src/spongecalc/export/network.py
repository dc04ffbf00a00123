"""The network to be written: the pipes and nodes of some communities that stand in a scenario."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.standing import stands
from spongecalc.network.ledger import largest_pipe_mm, manhole_size_mm
from spongecalc.project.scenario_settings import Scenario

LAYERS = ("nodes", "pipes")
NOT_WRITTEN = ("structures", "connections", "facilities")
"""Layers of the drainage that have neither section nor levels for a pipe network of other programs."""
LEFT_OUT_COLUMNS = ["form", "layer", "feature_id", "file", "file_row", "reason"]


@dataclass(frozen=True)
class LeftOut:
    """A feature that a form cannot hold: why, by a key of ``export.reason``; ``form`` is "" where none can."""

    form: str
    layer: str
    feature_id: str
    file: str
    file_row: int
    reason: str


@dataclass(frozen=True, eq=False)
class ExportedNetwork:
    """Pipes and nodes to be written, in the order of their ids.

    ``nodes`` has the communities' own and those of others that a pipe ends at. ``manhole_mm`` is the usual size
    of round manholes by node id; ``not_written`` counts features of layers that are no part of a pipe network.
    """

    name: str
    scenario: str
    crs: CRS
    communities: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    pipes: gpd.GeoDataFrame
    catalogue: Catalogue
    manhole_mm: Mapping[str, float]
    left_out: tuple[LeftOut, ...]
    not_written: Mapping[str, int]


def left_out(form: str, layer: str, row: object, reason: str) -> LeftOut:
    """A row of a layer as left out."""
    identifier = getattr(row, SCHEMAS[layer].id_column)
    name = identifier if isinstance(identifier, str) else ""
    file_row = getattr(row, "file_row", 0)
    return LeftOut(form, layer, name, str(getattr(row, "file", "")), int(file_row), reason)


def exported_network(
    name: str, layers: LayerSet, scenario: Scenario, communities: Collection[str]
) -> ExportedNetwork:
    """Return the network of some communities in a scenario.

    Parameters
    ----------
    name
        The project's name.
    layers
        Checked layers.
    scenario
        What stands.
    communities
        Ids. A node of another community comes along where one of their pipes ends at it.

    Returns
    -------
    Features without an id or a place, and second ones of an id, are among those left out.
    """
    out: list[LeftOut] = []
    standing = {layer: layers[layer][stands(layers, layer, scenario)] for layer in LAYERS}
    pipes = _nameable(standing["pipes"], "pipes", list(communities), out)
    ends = {*pipes["from_node"].dropna(), *pipes["to_node"].dropna()}
    own = standing["nodes"]["community_id"].isin(list(communities))
    beyond = standing["nodes"]["node_id"].isin(ends)
    nodes = _nameable(standing["nodes"][own | beyond], "nodes", None, out)
    sizes = manhole_size_mm(
        nodes["node_id"].map(largest_pipe_mm(layers.with_frame("pipes", pipes))).astype(float)
    )
    manhole = (nodes["kind"] == "manhole").to_numpy() & sizes.notna().to_numpy()
    there = layers["communities"]
    return ExportedNetwork(
        name,
        scenario.name,
        layers.crs,
        there[there["community_id"].isin(list(communities))].drop_duplicates("community_id"),
        nodes,
        pipes,
        layers.catalogue,
        dict(zip(nodes["node_id"][manhole], sizes[manhole].tolist(), strict=True)),
        tuple(out),
        {layer: n for layer in NOT_WRITTEN if (n := _count(layers, layer, scenario, communities))},
    )


def _count(layers: LayerSet, layer: str, scenario: Scenario, communities: Collection[str]) -> int:
    frame = layers[layer]
    return int((stands(layers, layer, scenario) & frame["community_id"].isin(list(communities))).sum())


def _nameable(
    frame: gpd.GeoDataFrame, layer: str, communities: Collection[str] | None, out: list[LeftOut]
) -> gpd.GeoDataFrame:
    """The features of some communities that have an id of their own and a place, in the order of the ids."""
    if communities is not None:
        frame = frame[frame["community_id"].isin(communities)]
    identifiers = frame[SCHEMAS[layer].id_column]
    shapes = frame.geometry.to_numpy()
    placed = np.isin(shapely.get_type_id(shapes), (0, 1)) & ~shapely.is_empty(shapes)
    for mask, reason in (
        (identifiers.isna().to_numpy(), "no_id"),
        ((identifiers.notna() & identifiers.duplicated()).to_numpy(), "id_twice"),
        (~placed, "no_place"),
    ):
        out.extend(left_out("", layer, row, reason) for row in frame[mask].itertuples())
    kept = frame[identifiers.notna() & ~identifiers.duplicated() & placed]
    return kept.sort_values(SCHEMAS[layer].id_column, ignore_index=True)


def left_out_table(features: Collection[LeftOut]) -> pd.DataFrame:
    """The features left out as a table, one of two reasons once."""
    rows = list(dict.fromkeys(features))
    return pd.DataFrame([[getattr(r, c) for c in LEFT_OUT_COLUMNS] for r in rows], columns=LEFT_OUT_COLUMNS)
