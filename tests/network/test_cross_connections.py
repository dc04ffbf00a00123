import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from spongecalc.network.cross_connections import cross_connections
from spongecalc.network.graph import drainage_graph
from spongecalc.network.sources import sources
from tests.network.systems import system


def set_value(layer: str, id_column: str, feature_id: str, column: str, value: object):
    def change(frames):
        frame = frames[layer]
        assert (frame[id_column] == feature_id).sum() == 1
        frame.loc[frame[id_column] == feature_id, column] = value

    return change


def found(scenario, change=None):
    return [(j.kind, j.feature_id, j.carries) for j in cross_connections(system(scenario, change))]


def test_a_combined_sewer_is_one_joint_with_all_its_sources():
    (joint,) = cross_connections(system("before"))
    assert (joint.kind, joint.feature_id, joint.at_node) == ("combined_in_service", "A-PC", "A-C2")
    assert joint.carries == "both"
    assert joint.sources == ("A-C1", "A-D0", "A-K0", "A-T0")
    assert joint.outfalls == ("A-C2",)
    assert joint.households == 40


def test_separate_pipes_have_no_joint():
    assert found("after") == []


def test_a_sewage_lateral_on_a_rain_node():
    change = set_value("connections", "connection_id", "A-K1", "to_node", "A-R1")
    assert found("after", change) == [("sewage_lateral_to_storm", "A-K1", "sewage")]


def test_a_roof_drain_on_a_sewage_node():
    change = set_value("connections", "connection_id", "A-D1", "to_node", "A-S1")
    assert found("after", change) == [("rain_lateral_to_sewage", "A-D1", "rain")]


def test_moving_a_pipe_end_moves_the_finding_and_moving_it_back_removes_it():
    change = set_value("pipes", "pipe_id", "A-PR", "to_node", "A-S1")
    (joint,) = cross_connections(system("after", change))
    assert (joint.kind, joint.feature_id, joint.carries) == ("pipe_between_systems", "A-PR", "rain")
    assert joint.sources == ("A-D1", "A-R1")
    assert joint.outfalls == ("A-S2",)
    assert found("after", set_value("pipes", "pipe_id", "A-PR", "to_node", "A-R2")) == []


def test_a_house_left_on_the_combined_pipe_is_one_joint():
    def change(frames):
        nodes, pipes, laterals = frames["nodes"], frames["pipes"], frames["connections"]
        nodes.loc[nodes["node_id"].isin(["A-C1", "A-C2"]), "status"] = "existing"
        nodes.loc[nodes["node_id"] == "A-C1", "kind"] = "manhole"
        pipes.loc[pipes["pipe_id"] == "A-PC", "status"] = "existing"
        laterals.loc[laterals["connection_id"].isin(["A-K0", "A-T0"]), "status"] = "existing"

    assert found("after", change) == [("combined_in_service", "A-PC", "sewage")]


def test_an_inlet_whose_lead_ends_on_a_sewage_manhole():
    def change(frames):
        inlet = {
            "node_id": "A-I",
            "system": "storm",
            "kind": "inlet",
            "ground_m": 100.0,
            "invert_m": 99.2,
            "receives": None,
            "status": "proposed",
            "geometry": Point(540012, 2674014),
        }
        lead = {
            "connection_id": "A-I1",
            "source": "A-I",
            "kind": "yard_drain",
            "to_node": "A-S1",
            "status": "proposed",
            "geometry": LineString([(540012, 2674014), (540010, 2674012)]),
        }
        for layer, row in (("nodes", inlet), ("connections", lead)):
            frames[layer] = pd.concat(
                [frames[layer], gpd.GeoDataFrame([row], crs="EPSG:4543")], ignore_index=True
            )

    assert found("after", change) == [("rain_lateral_to_sewage", "A-I1", "rain")]


def test_sewage_that_reaches_a_combined_outfall_only_through_a_wrong_label_is_no_joint():
    def change(frames):
        for layer in ("nodes", "pipes"):
            frame = frames[layer]
            frame.loc[frame["system"] == "sewage", "system"] = "combined"

    assert found("after", change) == []


@pytest.mark.parametrize("seed", range(40))
def test_on_random_networks_a_joint_lies_on_every_way_from_a_source_to_a_foreign_outfall(seed):
    """Second calculation: all simple paths of a small random network, looked through one by one."""
    random = np.random.default_rng(seed)

    def change(frames):
        count = int(random.integers(3, 7))
        nodes, pipes = [], []
        for i in range(count):
            kind = "outfall" if i == count - 1 else "inlet" if i % 2 else "manhole"
            nodes.append(
                {
                    "node_id": f"A-N{i}",
                    "system": str(random.choice(["storm", "sewage"])),
                    "kind": kind,
                    "ground_m": 100.0,
                    "invert_m": 99.0 - i / 10,
                    "receives": "municipal_storm" if kind == "outfall" else None,
                    "status": "proposed",
                    "geometry": Point(540000 + 5 * i, 2674005),
                }
            )
        for i, j in itertools.combinations(range(count), 2):
            if random.random() < 0.5:
                pipes.append(
                    {
                        "pipe_id": f"A-E{i}{j}",
                        "system": str(random.choice(["storm", "sewage"])),
                        "from_node": f"A-N{i}",
                        "to_node": f"A-N{j}",
                        "status": "proposed",
                        "geometry": LineString([nodes[i]["geometry"], nodes[j]["geometry"]]),
                    }
                )
        frames["nodes"] = gpd.GeoDataFrame(nodes, crs="EPSG:4543")
        frames["pipes"] = gpd.GeoDataFrame(
            pipes, columns=[*frames["pipes"].columns], geometry="geometry", crs="EPSG:4543"
        )
        laterals = frames["connections"]
        laterals["to_node"] = [f"A-N{int(random.integers(0, count))}" for _ in range(len(laterals))]

    drainage = system("after", change)
    joints = cross_connections(drainage)
    graph = drainage_graph(drainage)
    own = {"rain": "storm", "sewage": "sewage"}
    expected: dict[str, set[str]] = {}
    for source in sources(drainage):
        right = own[source.water]
        if graph.nodes[source.node_id]["system"] != right:
            expected.setdefault(source.feature_id, set()).add(source.feature_id)
            continue
        for target in set(graph) - {source.node_id}:
            for path in nx.all_simple_edge_paths(graph, source.node_id, target):
                *inner, (_, lower, (_, feature)) = path
                pure = all(
                    graph.nodes[v]["system"] == right and graph.edges[u, v, k]["system"] == right
                    for u, v, k in inner
                )
                edge = graph.edges[path[-1]]["system"]
                if pure and (edge != right or graph.nodes[lower]["system"] != right):
                    expected.setdefault(feature, set()).add(source.feature_id)
    assert {j.feature_id: set(j.sources) for j in joints} == expected
