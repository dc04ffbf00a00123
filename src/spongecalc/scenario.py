"""One community's drainage in one scenario: the layers cut to the features that exist in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.layers.border_cut import is_sliver
from spongecalc.layers.community_ground import areas_of, community_grounds
from spongecalc.layers.dem import Dem
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.level_series import LevelSeries
from spongecalc.layers.outfall_levels import OutfallLevels
from spongecalc.layers.sources.swmm.carried import CarriedModel
from spongecalc.layers.standing import stands
from spongecalc.project.scenario_settings import Scenario

SCENARIO_LAYERS = (
    "nodes",
    "pipes",
    "surfaces",
    "buildings",
    "connections",
    "facilities",
    "utilities",
    "barriers",
    "structures",
)

# What the far end of a pipe that leaves the modelled communities is taken to be, by the pipe's system.
BORDER_RECEIVER = {"storm": "municipal_storm", "sewage": "municipal_sewage", "combined": "municipal_combined"}


@dataclass(frozen=True, eq=False)
class DrainageSystem:
    """The drainage of one community, or of several that drain through one another, in one scenario.

    Two systems are the same only if they are one object (frames have no truth value to compare by), so that
    what is derived from a system can be kept beside it; its frames are never changed in place.

    Frames have the columns of the data contract and hold only features of this scenario. ``communities``
    are sorted ids; ``dem`` is the file of ground elevations, if the project has one; ``removed_pipes`` are the
    communities' pipes of the status removed that are not part of the scenario. ``catalogue`` says what their
    covers and materials are. ``outfall_levels`` are levels over time by node id: the first of them is the
    ``outfall_level_m`` of such an outfall. ``carried`` is what SWMM models among the sources hold beside layers.
    """

    scenario: str
    communities: tuple[str, ...]
    crs: CRS
    boundaries: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    pipes: gpd.GeoDataFrame
    surfaces: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    connections: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    utilities: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    structures: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    dem: Dem | None = None
    removed_pipes: gpd.GeoDataFrame | None = None
    catalogue: Catalogue = field(default_factory=shipped)
    outfall_levels: Mapping[str, LevelSeries] = field(default_factory=dict)
    carried: tuple[CarriedModel, ...] = ()

    @property
    def model(self) -> str:
        """Name of the model: the communities' ids joined by a plus sign."""
        return "+".join(self.communities)

    @property
    def highest_outfall_levels_m(self) -> pd.Series:
        """Highest level outside each outfall [m], in the order of nodes; NaN where there is none."""
        over_time = {outfall: series.highest_m for outfall, series in self.outfall_levels.items()}
        levels = self.nodes["outfall_level_m"].astype(float)
        return self.nodes["node_id"].map(over_time).astype(float).fillna(levels) if over_time else levels

    def under(self, levels: OutfallLevels) -> DrainageSystem:
        """The system with those of a project's levels over time that are of its outfalls; else itself."""
        own = levels.of(self.nodes)
        if not own:
            return self
        first = self.nodes["node_id"].map({outfall: series.first_m for outfall, series in own.items()})
        given = self.nodes["outfall_level_m"].astype(float)
        nodes = self.nodes.assign(outfall_level_m=first.astype(float).fillna(given))
        return replace(self, nodes=nodes, outfall_levels=own)

    def of_community(self, community_id: str) -> dict[str, gpd.GeoDataFrame]:
        """The community's own features by layer name; the system's own frames where all is the community's."""
        own = {}
        for name in SCENARIO_LAYERS:
            frame = getattr(self, name)
            chosen = frame["community_id"] == community_id
            own[name] = frame if chosen.all() else frame[chosen]
        return own


def drainage_systems(
    layers: LayerSet, scenario: Scenario, excluded: frozenset[str] = frozenset()
) -> tuple[tuple[DrainageSystem, ...], tuple[Finding, ...]]:
    """Cut the layers into one system per community, joining communities that drain through one another.

    Parameters
    ----------
    layers
        Checked layers.
    scenario
        Its name, and the rule of the features that stand in it.
    excluded
        Communities that are not modelled because their data has errors. A pipe from a modelled community
        into an excluded one ends in an outfall at the border, which is a finding.

    Returns
    -------
    Systems in the order of their communities' ids, and what was found.
    """
    frames = {
        name: layers[name][stands(layers, name, scenario)].reset_index(drop=True) for name in SCENARIO_LAYERS
    }
    wanted = [c for c in layers.community_ids if c not in excluded]
    links = _links_between(frames)
    groups = nx.Graph()
    groups.add_nodes_from(wanted)
    groups.add_edges_from((a, b) for a, b in links if a in groups and b in groups)
    findings: list[Finding] = []
    systems = []
    parts = {name: _Parts.of(frame) for name, frame in frames.items()}
    pipes = layers["pipes"]
    removed = (pipes["status"] == "removed").to_numpy()
    gone = pipes[removed & ~stands(layers, "pipes", scenario)].reset_index(drop=True)
    gone_parts, outlines = _Parts.of(gone), _Parts.of(_outlines(layers["communities"], frames["buildings"]))
    for group in sorted(sorted(c) for c in nx.connected_components(groups)):
        own = {name: part.of_group(group) for name, part in parts.items()}
        own["nodes"] = _border_outfalls(own, frames["nodes"], findings)
        own["pipes"] = _without_upstream(own, frames["nodes"], findings)
        systems.append(
            DrainageSystem(
                scenario.name,
                tuple(group),
                layers.crs,
                outlines.of_group(group),
                **own,
                dem=layers.dem,
                removed_pipes=gone_parts.of_group(group),
                catalogue=layers.catalogue,
                carried=layers.carried,
            )
        )
    return tuple(systems), tuple(findings)


def _outlines(communities: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The communities with the ground on which rain is theirs alone.

    That is their outline without what a smaller one shares of it, and without the houses of others that stand
    on it: a house drains with its own community, and the rain on its roof counts there.
    """
    grounds = community_grounds(communities)
    if grounds.empty:
        return communities
    own = dict(zip(grounds["community_id"], grounds.geometry, strict=True))
    shapes, names = buildings.geometry.to_numpy(), buildings["community_id"].to_numpy(object)
    house, ground = shapely.STRtree(grounds.geometry.to_numpy()).query(shapes, predicate="intersects")
    ids = grounds["community_id"].to_numpy(object)[ground]
    foreign = (names[house] != ids) & np.array([isinstance(n, str) for n in names[house]], dtype=bool)
    for building, community in zip(house[foreign].tolist(), ids[foreign], strict=True):
        shared = areas_of(shapely.intersection(own[community], shapes[building]))
        if not is_sliver(shared):
            own[community] = areas_of(shapely.difference(own[community], shapes[building]))
    changed = [
        own[c] if isinstance(c, str) and not own[c].equals_exact(g, 0.0) else g
        for c, g in zip(communities["community_id"], communities.geometry, strict=True)
    ]
    return communities.set_geometry(gpd.GeoSeries(changed, index=communities.index, crs=communities.crs))


@dataclass(frozen=True, eq=False)
class _Parts:
    """A layer to be cut by communities. All that have nothing of it get the same frame without rows: of a county
    with thousands of systems most frames are such, and a frame takes some 10 kB whatever is in it."""

    frame: gpd.GeoDataFrame
    rows: Mapping[str, np.ndarray]
    nothing: gpd.GeoDataFrame

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame) -> _Parts:
        """The parts of a layer."""
        rows = frame.groupby("community_id", sort=False).indices
        return cls(frame, rows, frame.iloc[:0].reset_index(drop=True))

    def of_group(self, group: Sequence[str]) -> gpd.GeoDataFrame:
        """The rows of some communities, in the frame's order."""
        found = [self.rows[c] for c in group if c in self.rows]
        if not found:
            return self.nothing
        return self.frame.iloc[np.sort(np.concatenate(found))].reset_index(drop=True)


def _links_between(frames: Mapping[str, gpd.GeoDataFrame]) -> list[tuple[str, str]]:
    """Pairs of communities that a pipe, lateral, structure or tank overflow joins."""
    community = dict(zip(frames["nodes"]["node_id"], frames["nodes"]["community_id"], strict=True))
    pairs = set()
    for layer, columns in (
        ("pipes", ("from_node", "to_node")),
        ("connections", ("to_node",)),
        ("facilities", ("from_node", "overflow_to")),
        ("structures", ("from_node", "to_node")),
    ):
        frame = frames[layer]
        for column in columns:
            others = frame[column].map(community)
            for own, other in zip(frame["community_id"], others, strict=True):
                if isinstance(own, str) and isinstance(other, str) and own != other:
                    pairs.add((min(own, other), max(own, other)))
    return sorted(pairs)


def _border_outfalls(
    own: Mapping[str, gpd.GeoDataFrame], every_node: gpd.GeoDataFrame, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """The system's nodes, and as outfalls those beyond its border that one of its pipes runs to."""
    nodes, pipes = own["nodes"], own["pipes"]
    beyond = pipes["to_node"].notna() & ~pipes["to_node"].isin(nodes["node_id"])
    if not beyond.any():
        return nodes
    added = []
    for row in pipes[beyond].itertuples():
        match = every_node[every_node["node_id"] == row.to_node]
        if match.empty:
            continue
        findings.append(finding_at("border.cut", "pipes", row, node=row.to_node))
        outfall = match.iloc[[0]].assign(
            kind="outfall", receives=BORDER_RECEIVER[row.system], community_id=row.community_id
        )
        added.append(outfall)
    if not added:
        return nodes
    joined = pd.concat([nodes, *added], ignore_index=True).drop_duplicates("node_id", ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=nodes.crs)


def _without_upstream(
    own: Mapping[str, gpd.GeoDataFrame], every_node: gpd.GeoDataFrame, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """The system's pipes without those that begin at a node of a community left out; each is named."""
    pipes = own["pipes"]
    cut = pipes["from_node"].notna() & ~pipes["from_node"].isin(own["nodes"]["node_id"])
    if not cut.any():
        return pipes
    cut &= pipes["from_node"].isin(every_node["node_id"])
    findings.extend(
        finding_at("border.cut_upstream", "pipes", row, node=row.from_node) for row in pipes[cut].itertuples()
    )
    return pipes[~cut].reset_index(drop=True)
