"""Rules on the ground that the survey says runs on to a lawn, paving or facility (``receives_from``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import networkx as nx

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.named_sources import named_sources
from spongecalc.layers.standing import stands
from spongecalc.project.scenario_settings import Scenario

# Facilities on the ground that other ground runs on to.
RECEIVING_KINDS = ("rain_garden", "infiltration_trench", "infiltration_well")
LAYERS = {"surfaces": "surface_id", "facilities": "facility_id", "buildings": "building_id"}


@dataclass(frozen=True)
class _Receiver:
    """A row that names sources; ``store`` is True for a sunken lawn, False for layers, None where it cannot."""

    layer: str
    row: Any
    name: str
    sources: tuple[str, ...]
    store: bool | None


def check_run_on(layers: LayerSet, scenarios: Sequence[Scenario]) -> Iterator[Finding]:
    """Findings about ``receives_from``; one that shows in several scenarios is named once."""
    receivers = [r for layer in ("surfaces", "facilities") for r in _receivers(layers, layer)]
    if not receivers:
        return
    places: dict[str, set[str]] = {}
    for layer, column in LAYERS.items():
        frame = layers[layer]
        for name, community in zip(frame[column], frame["community_id"], strict=True):
            places.setdefault(str(name), set()).add(str(community))
    for receiver in receivers:
        yield from _at(receiver, places)
    seen: set[tuple[str, str, str, str]] = set()
    for scenario in scenarios:
        for finding in _in_scenario(layers, receivers, scenario):
            key = (finding.rule, finding.feature.layer, finding.feature.feature_id, repr(dict(finding.found)))
            if key not in seen:
                seen.add(key)
                yield finding


def _receivers(layers: LayerSet, layer: str) -> Iterator[_Receiver]:
    frame = layers[layer]
    known = layers.catalogue.covers
    for row in frame[frame["receives_from"].notna()].itertuples():
        sources = named_sources(row.receives_from)
        if not sources:
            continue
        store: bool | None = None
        if layer == "facilities":
            store = False if row.kind in RECEIVING_KINDS else None
        elif row.cover in known:
            cover = known[row.cover]
            store = True if cover.is_sunken else False if cover.is_permeable_paving else None
        yield _Receiver(layer, row, str(getattr(row, LAYERS[layer])), sources, store)


def _at(receiver: _Receiver, places: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Findings that do not depend on the scenario."""
    if receiver.store is None:
        what = receiver.row.kind if receiver.layer == "facilities" else receiver.row.cover
        yield finding_at("receives.cannot", receiver.layer, receiver.row, what=what)
        return
    for name in receiver.sources:
        if name == receiver.name:
            yield finding_at("receives.itself", receiver.layer, receiver.row)
        elif name not in places:
            yield finding_at("receives.unknown", receiver.layer, receiver.row, source=name)
        elif not places[receiver.name] & places[name]:
            other = ", ".join(sorted(places[name]))
            yield finding_at("receives.other_community", receiver.layer, receiver.row, source=name, other=other)


def _in_scenario(layers: LayerSet, receivers: Sequence[_Receiver], scenario: Scenario) -> Iterator[Finding]:
    """Findings among what stands in a scenario: sources of two, rings, what SWMM cannot lead on."""
    names = (*LAYERS, "connections", "nodes")
    standing = {layer: layers[layer][stands(layers, layer, scenario)] for layer in names}
    ids = {layer: set(standing[layer][column]) for layer, column in LAYERS.items()}
    here = [r for r in receivers if r.store is not None and r.name in ids[r.layer]]
    holding, piped = _holding(layers, standing), _piped(standing) & ids["buildings"] - ids["surfaces"]
    by_source: dict[str, list[_Receiver]] = {}
    ways = nx.DiGraph()
    for receiver in here:
        for name in receiver.sources:
            if name == receiver.name or not any(name in own for own in ids.values()):
                continue
            by_source.setdefault(name, []).append(receiver)
            ways.add_edge(name, receiver.name)
            if name in piped:
                yield finding_at("receives.roof_in_pipes", receiver.layer, receiver.row, source=name)
            if name in holding and not receiver.store:
                yield finding_at("receives.over_layers", receiver.layer, receiver.row, source=name)
    for name, all_found in sorted(by_source.items()):
        # The pieces of one that was cut at a border are one receiver.
        found = list({r.name: r for r in all_found}.values())
        for receiver in found if len(found) > 1 else ():
            others = ", ".join(sorted(r.name for r in found if r is not receiver))
            yield finding_at("receives.two", receiver.layer, receiver.row, source=name, others=others)
    of = {r.name: r for r in here}
    for ring in sorted(sorted(c) for c in nx.strongly_connected_components(ways) if len(c) > 1):
        first = of[ring[0]]
        yield finding_at("receives.ring", first.layer, first.row, ids=", ".join(ring[:12]))


def _holding(layers: LayerSet, standing: Mapping[str, gpd.GeoDataFrame]) -> set[str]:
    """Ids of what stands and receives water of other ground itself."""
    covers = layers.catalogue.covers
    receiving = [name for name, cover in covers.items() if cover.is_sunken or cover.is_permeable_paving]
    surfaces, facilities = standing["surfaces"], standing["facilities"]
    found = set(surfaces.loc[surfaces["cover"].isin(receiving), "surface_id"])
    return found | set(facilities.loc[facilities["kind"].isin(RECEIVING_KINDS), "facility_id"])


def _piped(standing: Mapping[str, gpd.GeoDataFrame]) -> set[str]:
    """Ids of the buildings whose roofs drain into nodes that stand."""
    nodes = set(standing["nodes"]["node_id"])
    drains, houses = standing["connections"], standing["buildings"]
    by_pipe = (drains["kind"] == "roof_drain") & drains["to_node"].isin(nodes)
    return set(drains.loc[by_pipe, "source"]) | set(houses.loc[houses["roof_to"].isin(nodes), "building_id"])
