"""Planted misconnections on random networks: found, cut and mended, and nothing else."""

from __future__ import annotations

import itertools

import pytest

from spongecalc.network.cross_connections import OWN_SYSTEM, cross_connections
from spongecalc.network.graph import drainage_graph
from spongecalc.network.leftovers import leftovers
from spongecalc.network.mending import MendingRules, separate
from spongecalc.network.smallest_set import flow_network, smallest_set
from spongecalc.network.sources import sources
from tests.network.random_networks import KINDS, random_network

NETWORKS = 1000


@pytest.mark.parametrize("block", range(10))
def test_every_planted_misconnection_is_found_and_nothing_else_and_no_cut_is_larger(block: int) -> None:
    planted_kinds = set()
    for seed in range(block * NETWORKS // 10, (block + 1) * NETWORKS // 10):
        planted = random_network(seed)
        graph = drainage_graph(planted.system)
        found = {(j.kind, j.feature_id) for j in cross_connections(planted.system, graph)}
        assert found == planted.joints, seed
        left = {(j.kind, j.feature_id) for j in leftovers(planted.system, graph)}
        assert left == planted.leftovers, seed
        cut = smallest_set(planted.system, graph).cut
        assert len(cut) <= len(planted.joints), seed
        assert {feature for _, feature in cut} <= {feature for _, feature in planted.joints}, seed
        planted_kinds |= {kind for kind, _ in (*planted.joints, *planted.leftovers)}
    assert len(planted_kinds) == 8  # both directions of pipes between systems are one kind


@pytest.mark.parametrize("seed", range(60))
def test_what_is_cut_separates_and_every_source_gets_its_way_back(seed: int) -> None:
    planted = random_network(seed)
    mending = separate(planted.system, MendingRules())
    assert mending.separated
    assert cross_connections(mending.system) == ()
    for part in mending.reconnections:
        assert part.way is not None
        node = mending.system.nodes.set_index("node_id").loc[part.way.node_id]
        assert node["system"] == OWN_SYSTEM[part.water]
        assert part.way.fall_m >= 0.005 * part.way.length_m


@pytest.mark.parametrize("seed", range(40))
def test_no_smaller_set_separates(seed: int) -> None:
    """Second calculation: every smaller set of connections is tried."""
    kinds = tuple(itertools.islice(itertools.cycle(KINDS[:6]), seed % 6, seed % 6 + 3))
    planted = random_network(seed, kinds)
    network = flow_network(drainage_graph(planted.system), sources(planted.system))
    cut = smallest_set(planted.system).cut
    numbers = [network.connections.index(c) for c in cut]
    assert not any(network.crosses(water, numbers) for water in OWN_SYSTEM)
    for fewer in itertools.combinations(range(len(network.connections)), len(cut) - 1):
        assert any(network.crosses(water, fewer) for water in OWN_SYSTEM)
