"""The network that design checks read: as it stands after the works, with what it drains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.catalogue.pipe_section import PipeSections, barrels_of
from spongecalc.design.check import Subject
from spongecalc.layers.feature import feature_of
from spongecalc.network.given_inflow import given_inflows
from spongecalc.network.graph import drainage_graph
from spongecalc.network.pipe_length import pipe_lengths_m
from spongecalc.network.sewage_load import sewage_by_node_l_s
from spongecalc.network.sources import sources
from spongecalc.project.sewage_settings import SewageSettings
from spongecalc.scenario import DrainageSystem

FRAMES = ("nodes", "pipes", "surfaces", "buildings", "connections", "utilities")


@dataclass(frozen=True)
class DrainedArea:
    """Ground that enters at a node: its area by cover in m2, and the feature (inlet, lateral) it enters by."""

    node_id: str
    feature_id: str
    covers_m2: Mapping[str, float]


@dataclass(frozen=True)
class DesignNetwork:
    """One drainage system after the works.

    ``pipes`` has, beside the contract's columns, ``length_m``, ``diameter_m``, ``slope`` (m/m, NaN where a
    level is missing), ``manning_n``, ``side_by_side`` (how many such pipes there are) and ``under_pressure``;
    frames are ordered by id. ``sewage_l_s`` is the mean flow by node, that which the survey gives included.
    """

    graph: nx.MultiDiGraph
    nodes: gpd.GeoDataFrame
    pipes: gpd.GeoDataFrame
    surfaces: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    connections: gpd.GeoDataFrame
    utilities: gpd.GeoDataFrame
    sewage_l_s: Mapping[str, float]
    areas: Sequence[DrainedArea]
    trees: gpd.GeoDataFrame = field(
        default_factory=lambda: gpd.GeoDataFrame({"geometry": []}, geometry="geometry")
    )
    catalogue: Catalogue = field(default_factory=shipped)

    @property
    def node_rows(self) -> dict[str, Any]:
        """Rows of nodes by id."""
        return {row.node_id: row for row in self.nodes.itertuples()}

    @property
    def by_gravity(self) -> DesignNetwork:
        """The same without pressure pipes among ``pipes``: what the rules of gravity sewers are held to.

        The graph keeps them, since their flow comes down to the sewers behind them.
        """
        pressed = self.pipes["under_pressure"].to_numpy(bool)
        return replace(self, pipes=self.pipes[~pressed].reset_index(drop=True)) if pressed.any() else self


def design_network(
    system: DrainageSystem,
    areas: Sequence[DrainedArea],
    sewage: SewageSettings,
    trees: gpd.GeoDataFrame | None = None,
) -> DesignNetwork:
    """The network of a system as the checks read it."""
    keys = ("node_id", "pipe_id", "surface_id", "building_id", "connection_id", "utility_id")
    frames = {
        name: getattr(system, name).sort_values(key).reset_index(drop=True)
        for name, key in zip(FRAMES, keys, strict=True)
    }
    frames["pipes"] = with_hydraulics(frames["pipes"], system.catalogue)
    extra = {} if trees is None else {"trees": trees}
    sewage_l_s = sewage_by_node_l_s(system.buildings, sources(system), sewage)
    for node, flow_l_s in given_inflows(system, sewage_l_s)[0].sewage_l_s.items():
        sewage_l_s[node] = sewage_l_s.get(node, 0.0) + flow_l_s
    return DesignNetwork(
        drainage_graph(system),
        **frames,
        sewage_l_s=sewage_l_s,
        areas=areas,
        catalogue=system.catalogue,
        **extra,
    )


def with_hydraulics(pipes: gpd.GeoDataFrame, catalogue: Catalogue) -> gpd.GeoDataFrame:
    """Pipes with their plan length, inner diameter, slope, roughness and number as numbers.

    The diameter is NaN for a section that is not circular. Roughness is the survey's, else the material's. A pipe
    with a C of Hazen and Williams is ``under_pressure``.
    """
    length = pipe_lengths_m(pipes)
    drop = pipes["invert_up_m"].to_numpy(float) - pipes["invert_down_m"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(length > 0, drop / length, np.nan)
    by_material = [catalogue.roughness(m)[0] for m in pipes["material"]]
    return pipes.assign(
        length_m=length,
        diameter_m=PipeSections.of(pipes).circle_m,
        slope=slope,
        side_by_side=barrels_of(pipes),
        under_pressure=pipes["hazen_williams"].notna().to_numpy(),
        manning_n=pipes["roughness"].astype(float).fillna(pd.Series(by_material, index=pipes.index)),
    )


def subject_of(layer: str, row: Any) -> Subject:
    """The feature of a row as the subject of checks; the place of a line is its middle."""
    status, system = (str(getattr(row, name, "") or "") for name in ("status", "system"))
    return Subject(feature_of(layer, row, mid_line=True), status, system)
