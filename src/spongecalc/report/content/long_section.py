"""The long section of a community's main path: ground, pipes, water levels, lines that cross."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import pandas as pd
import shapely

from spongecalc.assess.review import CommunityPage
from spongecalc.assess.settled import DEPTH, NODE
from spongecalc.report.content.figures import Figure
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.scenario_lines import ScenarioLine, scenario_lines
from spongecalc.report.content.section_structures import Installed, installed, structures_on_ways
from spongecalc.report.content.wording import Wording

SYSTEMS = ("storm", "sewage", "combined")


@dataclass(frozen=True)
class Station:
    """A node on the path: its distance from the path's upper end, and levels in m (NaN where not known).

    ``level_m`` is the highest water level by scenario; ``other_level_m`` that of the reference run, of the
    scenarios in which the level is known to a range only.
    """

    node_id: str
    station_m: float
    ground_m: float
    invert_m: float
    level_m: Mapping[str, float]
    other_level_m: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Reach:
    """A pipe on the path, between two stations; inverts at its own ends, in m.

    One ``under_pressure`` is a rising main: what counts of it is not its fall.
    """

    pipe_id: str
    start_m: float
    end_m: float
    invert_up_m: float
    invert_down_m: float
    diameter_mm: float
    material: str
    under_pressure: bool = False

    @property
    def slope_percent(self) -> float:
        """Fall over length, in percent; NaN without length or inverts."""
        length = self.end_m - self.start_m
        return 100 * (self.invert_up_m - self.invert_down_m) / length if length > 0 else math.nan


@dataclass(frozen=True)
class Crossing:
    """Another line over or under the path: where, its top in m and its diameter in mm (NaN if not known)."""

    utility_id: str
    utility: str
    station_m: float
    top_m: float
    diameter_mm: float


@dataclass(frozen=True, eq=False)
class LongSection(Figure):
    """One main path in one scenario; ``waters`` are the scenarios whose highest levels are known on it.

    ``structures`` are the pumps, weirs, orifices and outlets on it, and those that leave it at a station.
    """

    community_id: str
    name: str
    scenario: str
    system: str
    stations: tuple[Station, ...]
    reaches: tuple[Reach, ...]
    crossings: tuple[Crossing, ...]
    waters: tuple[ScenarioLine, ...]
    structures: tuple[Installed, ...] = ()

    @property
    def length_m(self) -> float:
        """Length of the path."""
        return self.stations[-1].station_m

    @property
    def levels_m(self) -> list[float]:
        """All levels that are known: of ground, inverts, water, structures, and lines that cross."""
        levels = [v for s in self.stations for v in (s.ground_m, s.invert_m, *s.level_m.values())]
        levels += [v for s in self.stations for v in s.other_level_m.values()]
        levels += [v for r in self.reaches for v in (r.invert_up_m, r.invert_down_m)]
        levels += [c.top_m for c in self.crossings]
        levels += [v for s in self.structures for v in s.levels_m]
        return [v for v in levels if not math.isnan(v)]

    @property
    def has_levels(self) -> bool:
        """True where there is anything to draw."""
        return bool(self.levels_m)


def long_sections(
    page: CommunityPage, words: Wording, unsettled: pd.DataFrame | None = None
) -> list[LongSection]:
    """The main path of each system in each scenario; none where a system has no pipes.

    The main path is the longest way along the flow that ends where the system's pipes end. ``unsettled`` are the
    community's rows of settled.csv.
    """
    changes_m = {s: _depth_changes_m(unsettled, s) for s in words.scenario_names}
    found = []
    for scenario in words.scenario_names:
        layers = page.layers.get(scenario, {})
        pipes, nodes = layers.get("pipes"), layers.get("nodes")
        if pipes is None or nodes is None or not {"pipe_id", "system", "from_node", "to_node"} <= set(pipes):
            continue
        for system in SYSTEMS:
            own = pipes[(pipes["system"] == system) & pipes.geometry.notna()]
            about = nodes.drop_duplicates("node_id").set_index("node_id")
            others = structures_on_ways(layers.get("structures"), about, system)
            path = main_path(own, others)
            if path:
                ways = _Ways(own.drop_duplicates("pipe_id").set_index("pipe_id"), others, about)
                utilities = layers.get("utilities")
                found.append(_section(page, scenario, system, path, ways, utilities, words, changes_m))
    return found


def main_path(pipes: gpd.GeoDataFrame, structures: Sequence[Mapping[str, object]] = ()) -> list[tuple[str, str]]:
    """Layer and id of what makes the longest path along the flow, from its upper end; empty without pipes.

    Length is that of the lines. Between two nodes a pipe goes before a structure. A loop has no longest path: its
    pipes are taken once, in the order met. ``structures`` are rows of :func:`structures_on_ways`.
    """
    graph = nx.DiGraph()
    for row in pipes.sort_values("pipe_id").itertuples():
        if not (isinstance(row.from_node, str) and isinstance(row.to_node, str)) or row.from_node == row.to_node:
            continue
        length = float(row.geometry.length)
        known = graph.get_edge_data(row.from_node, row.to_node)
        if length > 0 and (known is None or known["length"] < length):
            graph.add_edge(row.from_node, row.to_node, length=length, way=("pipes", str(row.pipe_id)))
    if graph.number_of_edges() == 0:
        return []
    for other in structures:
        ends = (other["from_node"], other["to_node"])
        if not graph.has_edge(*ends):
            length = float(other["geometry"].length)  # type: ignore[attr-defined]
            graph.add_edge(*ends, length=length, way=("structures", str(other["structure_id"])))
    while not nx.is_directed_acyclic_graph(graph):
        last = nx.find_cycle(graph)[-1]
        graph.remove_edge(last[0], last[1])
        if graph.number_of_edges() == 0:
            return []
    nodes = nx.dag_longest_path(
        graph, weight="length", topo_order=list(nx.lexicographical_topological_sort(graph))
    )
    return [graph.edges[a, b]["way"] for a, b in pairwise(nodes)]


class _Ways:
    """Parts that paths are made of: pipes by id, structures, and the nodes between them by id."""

    def __init__(
        self, pipes: pd.DataFrame, structures: Sequence[Mapping[str, object]], nodes: pd.DataFrame
    ) -> None:
        self.nodes = nodes
        self._pipes = pipes
        self._structures = {str(s["structure_id"]): s for s in structures}

    def row(self, layer: str, feature_id: str) -> Mapping[str, object]:
        """The row of a pipe or structure."""
        if layer == "structures":
            return self._structures[feature_id]
        return {str(k): v for k, v in self._pipes.loc[feature_id].to_dict().items()}

    def leaving(self, stations: Sequence[Station], on_path: Collection[str]) -> list[Installed]:
        """The structures that take from a station of a path without being on it."""
        at = {s.node_id: s.station_m for s in stations}
        rows = [s for i, s in self._structures.items() if i not in on_path and s["from_node"] in at]
        places = [at[str(row["from_node"])] for row in rows]
        return [
            installed(row, place, place, self.node(str(row["from_node"])))
            for row, place in zip(rows, places, strict=True)
        ]

    def node(self, node_id: str) -> Mapping[str, object]:
        """The row of a node; empty where the layer does not have it."""
        return self.nodes.loc[node_id].to_dict() if node_id in self.nodes.index else {}


def _section(
    page: CommunityPage,
    scenario: str,
    system: str,
    path: list[tuple[str, str]],
    ways: _Ways,
    utilities: gpd.GeoDataFrame | None,
    words: Wording,
    changes_m: Mapping[str, Mapping[str, float]],
) -> LongSection:
    about = ways.nodes
    levels = {s: _levels(page, s) for s in words.scenario_names}
    place, at = 0.0, str(ways.row(*path[0])["from_node"])
    stations = [_station(at, place, about, levels, changes_m)]
    reaches, others = [], []
    lines: list[tuple[float, shapely.LineString]] = []
    for layer, feature_id in path:
        row = ways.row(layer, feature_id)
        line = _along(row["geometry"], about, at)
        end = place + float(line.length)
        if layer == "structures":
            others.append(installed(row, place, end, ways.node(at)))
        else:
            reaches.append(_reach(feature_id, row, place, end))
        lines.append((place, line))
        place, at = end, str(row["to_node"])
        stations.append(_station(at, place, about, levels, changes_m))
    others += ways.leaving(stations, {feature for layer, feature in path if layer == "structures"})
    label = words(
        "document.profile_label",
        name=page.name,
        system=words.name("system", system),
        first=stations[0].node_id,
        last=stations[-1].node_id,
        length=cell_text("_m", stations[-1].station_m),
    )
    return LongSection(
        label,
        page.community_id,
        page.name,
        scenario,
        system,
        tuple(stations),
        tuple(reaches),
        tuple(_crossings(lines, utilities)),
        scenario_lines(words, {s for p in stations for s, level in p.level_m.items() if not math.isnan(level)}),
        tuple(others),
    )


def _reach(pipe_id: str, row: Mapping[str, object], start_m: float, end_m: float) -> Reach:
    return Reach(
        pipe_id,
        start_m,
        end_m,
        _number(row.get("invert_up_m")),
        _number(row.get("invert_down_m")),
        _number(row.get("diameter_mm")),
        str(row.get("material")) if is_known(row.get("material")) else "",
        is_known(row.get("hazen_williams")),
    )


def _along(line: object, nodes: pd.DataFrame, start: str) -> shapely.LineString:
    """The line in the direction of flow, however it was digitised."""
    assert isinstance(line, shapely.LineString)
    if start not in nodes.index:
        return line
    place = nodes.loc[start, "geometry"].centroid
    ends = shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])
    return line if place.distance(ends[0]) <= place.distance(ends[1]) else line.reverse()


def _levels(page: CommunityPage, scenario: str) -> Mapping[str, float]:
    found = page.hydraulics.get(scenario)
    if found is None or found.nodes.empty:
        return {}
    return dict(zip(found.nodes["node_id"], found.nodes["max_level_m"], strict=True))


def _depth_changes_m(unsettled: pd.DataFrame | None, scenario: str) -> Mapping[str, float]:
    """By how much the reference run's highest level at a node lies above the run's own, in m."""
    if unsettled is None:
        return {}
    depths = (unsettled["object"] == NODE) & (unsettled["figure"] == DEPTH)
    own = unsettled[depths & (unsettled["scenario"] == scenario)]
    return dict(zip(own["object_id"].astype(str), own["reference_value"] - own["value"], strict=True))


def _station(
    node: str,
    place: float,
    nodes: pd.DataFrame,
    levels: Mapping[str, Mapping[str, float]],
    changes_m: Mapping[str, Mapping[str, float]],
) -> Station:
    row: Mapping[str, object] = nodes.loc[node].to_dict() if node in nodes.index else {}
    return Station(
        node,
        place,
        _number(row.get("ground_m")),
        _number(row.get("invert_m")),
        {s: _number(by.get(node)) for s, by in levels.items()},
        {
            s: _number(by.get(node)) + changes_m[s][node]
            for s, by in levels.items()
            if node in changes_m[s] and is_known(by.get(node))
        },
    )


def _crossings(
    lines: list[tuple[float, shapely.LineString]], utilities: gpd.GeoDataFrame | None
) -> list[Crossing]:
    if utilities is None or utilities.empty or "utility_id" not in utilities:
        return []
    found = []
    for row in utilities[utilities.geometry.notna()].to_dict("records"):
        for start, line in lines:
            met = line.intersection(row["geometry"])
            for point in getattr(met, "geoms", [met]):
                if point.geom_type != "Point" or point.is_empty:
                    continue
                found.append(
                    Crossing(
                        str(row["utility_id"]),
                        str(row.get("utility", "")),
                        start + float(line.project(point)),
                        _number(row.get("top_m")),
                        _number(row.get("diameter_mm")),
                    )
                )
    return sorted(found, key=lambda c: (c.station_m, c.utility_id))


def _number(value: object) -> float:
    return float(value) if is_known(value) else math.nan  # type: ignore[arg-type]
