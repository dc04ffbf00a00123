"""Rules on how pipes follow one another: loops, ways out, steps, sizes downstream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from spongecalc.catalogue.pipe_section import PipeSections
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at, numbers
from spongecalc.layers.rules.pipe_rules import LEVEL_M
from spongecalc.layers.standing import stands
from spongecalc.project.scenario_settings import Scenario


def check_network(layers: LayerSet, scenarios: Sequence[Scenario]) -> Iterator[Finding]:
    """Findings about the network in each scenario; one that shows in several is named once."""
    seen: set[tuple[str, str]] = set()
    for scenario in scenarios:
        nodes, pipes = (
            layers[name][stands(layers, name, scenario)].reset_index(drop=True) for name in ("nodes", "pipes")
        )
        nodes = nodes.dropna(subset=["node_id"]).drop_duplicates("node_id").reset_index(drop=True)
        if nodes.empty or pipes.empty:
            continue
        for finding in _scenario(nodes, pipes, layers):
            key = (finding.rule, finding.feature.feature_id)
            if key not in seen:
                seen.add(key)
                yield finding


def _scenario(nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame, layers: LayerSet) -> Iterator[Finding]:
    place = pd.Series(np.arange(len(nodes)), index=nodes["node_id"])
    up = pipes["from_node"].map(place).to_numpy(float)
    down = pipes["to_node"].map(place).to_numpy(float)
    joined = np.isfinite(up) & np.isfinite(down) & (up != down)
    pipes, up, down = pipes[joined].reset_index(drop=True), up[joined].astype(int), down[joined].astype(int)
    if pipes.empty:
        return
    yield from _loops(nodes, pipes, up, down)
    yield from _ways_out(nodes, up, down, layers, place)
    yield from _outlets(nodes, pipes, up)
    yield from _steps(nodes, pipes, up, down)
    yield from _shrinking(pipes, up, down)
    yield from _between_systems(nodes, pipes, up, down)


def _loops(
    nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame, up: np.ndarray, down: np.ndarray
) -> Iterator[Finding]:
    """Rings in which water would flow in a circle, named at the pipe with the first id."""
    count = len(nodes)
    graph = coo_matrix((np.ones(len(up)), (up, down)), shape=(count, count))
    _, label = connected_components(graph, directed=True, connection="strong")
    ring = label[up] == label[down]
    if not ring.any():
        return
    of = pd.Series(label[up][ring])
    ids = pipes["pipe_id"][ring].reset_index(drop=True)
    members = {k: sorted(str(i) for i in ids[of == k]) for k in of.unique()}
    positions = np.flatnonzero(ring)
    mask = np.zeros(len(pipes), dtype=bool)
    words = np.full(len(pipes), "", dtype=object)
    for position, key in zip(positions, of, strict=True):
        if str(pipes["pipe_id"].iloc[position]) == members[key][0]:
            mask[position], words[position] = True, ", ".join(members[key][:12])
    yield from found_at("network.loop", "pipes", pipes, mask, pipes=words)


def _ways_out(
    nodes: gpd.GeoDataFrame, up: np.ndarray, down: np.ndarray, layers: LayerSet, place: pd.Series
) -> Iterator[Finding]:
    """Connected parts of the network that hold no outfall, named at the node with the first id.

    Laterals, structures and overflows join parts as pipes do. Single nodes have a rule of their own.
    """
    count = len(nodes)
    links = [(up, down)]
    for layer, upper, lower in (
        ("connections", "source", "to_node"),
        ("facilities", "from_node", "overflow_to"),
        ("structures", "from_node", "to_node"),
    ):
        frame = layers[layer]
        a, b = (frame[c].map(place).to_numpy(float) for c in (upper, lower))
        both = np.isfinite(a) & np.isfinite(b)
        links.append((a[both].astype(int), b[both].astype(int)))
    a, b = (np.concatenate([pair[k] for pair in links]) for k in (0, 1))
    total, label = connected_components(
        coo_matrix((np.ones(len(a)), (a, b)), shape=(count, count)), directed=False
    )
    outlet = np.zeros(total, dtype=bool)
    outlet[label[(nodes["kind"] == "outfall").to_numpy()]] = True
    sizes = np.bincount(label, minlength=total)
    lost = ~outlet[label] & (sizes[label] > 1)
    frame = pd.DataFrame({"label": label, "id": nodes["node_id"].astype(str), "lost": lost})
    first = frame[frame["lost"]].sort_values("id").drop_duplicates("label").index
    mask = np.zeros(count, dtype=bool)
    mask[first] = True
    yield from found_at("network.no_way_out", "nodes", nodes, mask, count=sizes[label])


def _between_systems(
    nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame, up: np.ndarray, down: np.ndarray
) -> Iterator[Finding]:
    """Pipes from a node of sewage to one of rain, or the other way: the joints that one looks for in a survey."""
    system, ids = nodes["system"].to_numpy(object), nodes["node_id"].to_numpy(object)
    words = {"up": ids[up], "down": ids[down]}
    for rule, upper, lower in (
        ("pipe.sewage_to_rain", "sewage", "storm"),
        ("pipe.rain_to_sewage", "storm", "sewage"),
    ):
        yield from found_at(rule, "pipes", pipes, (system[up] == upper) & (system[down] == lower), **words)


def _outlets(nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame, up: np.ndarray) -> Iterator[Finding]:
    count = np.bincount(up, minlength=len(nodes))
    names: dict[int, list[str]] = {}
    for position in np.flatnonzero(count[up] > 1):
        names.setdefault(int(up[position]), []).append(str(pipes["pipe_id"].iloc[position]))
    words = [", ".join(sorted(names.get(i, ()))) for i in range(len(nodes))]
    yield from found_at("node.several_outlets", "nodes", nodes, count > 1, pipes=words)


def _steps(
    nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame, up: np.ndarray, down: np.ndarray
) -> Iterator[Finding]:
    """Pipes that leave a node higher than the lowest pipe that comes in: water stands behind the step.

    What is pressed through a pipe climbs steps.
    """
    by_gravity = pipes["hazen_williams"].isna()
    incoming = np.full(len(nodes), np.inf)
    np.fmin.at(incoming, down, pipes["invert_down_m"].where(by_gravity).to_numpy(float))
    outgoing = np.full(len(nodes), np.inf)
    np.fmin.at(outgoing, up, pipes["invert_up_m"].where(by_gravity).to_numpy(float))
    with np.errstate(invalid="ignore"):
        step = outgoing - incoming
    mask = np.isfinite(step) & (step > LEVEL_M) & (nodes["kind"] != "storage").to_numpy()
    words = {"step": numbers(np.where(mask, step * 1000, 0), 0)}
    yield from found_at("node.step_up", "nodes", nodes, mask, **words)


def _shrinking(pipes: gpd.GeoDataFrame, up: np.ndarray, down: np.ndarray) -> Iterator[Finding]:
    """Pipes lower than one that flows into them from a node with this as its only way on, none under pressure."""
    height = np.where(pipes["hazen_williams"].isna(), PipeSections.of(pipes).height_m, np.nan)
    widest = np.full(int(max(up.max(), down.max())) + 1, -np.inf)
    np.fmax.at(widest, down, height)
    own = np.full_like(widest, -np.inf)
    np.fmax.at(own, up, height)
    shrunk = np.isfinite(height) & (own[up] < widest[up] - 1e-6) & (height >= own[up] - 1e-9)
    words = {"size": numbers(height * 1000, 0), "above": numbers(widest[up] * 1000, 0)}
    yield from found_at("pipe.shrinks", "pipes", pipes, shrunk, **words)
