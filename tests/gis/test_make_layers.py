"""The worked example holds the published totals, is sound where it should be, and is made again the same."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import rasterio
from pandas.testing import assert_frame_equal

LAYERS = (
    "communities",
    "nodes",
    "pipes",
    "surfaces",
    "buildings",
    "connections",
    "facilities",
    "ponding_records",
    "utilities",
)
AFTER, BEFORE = ("existing", "proposed"), ("existing", "removed")


@pytest.fixture(scope="module")
def layers(repository: Path) -> dict[str, gpd.GeoDataFrame]:
    path = repository / "gis" / "eshan_phase1.gpkg"
    return {layer: gpd.read_file(path, layer=layer) for layer in LAYERS}


@pytest.fixture(scope="module")
def published(repository: Path) -> dict[str, float]:
    with (repository / "gis" / "eshan_bulletin.csv").open(encoding="utf-8") as rows:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(rows)}


def laid(layers, system):
    pipes = layers["pipes"]
    return pipes[(pipes["status"] == "proposed") & (pipes["system"] == system)].geometry.length.sum()


def test_totals_are_the_published_ones(layers, published):
    communities, buildings, utilities = layers["communities"], layers["buildings"], layers["utilities"]
    assert len(communities) == published["communities"]
    assert communities["district"].nunique() == published["districts"]
    assert len(buildings) == published["buildings"]
    assert buildings["households"].sum() == communities["households"].sum() == published["households"]
    assert communities.geometry.area.sum() == pytest.approx(published["area"], abs=1)
    assert laid(layers, "storm") == pytest.approx(published["storm_pipe_laid"], abs=0.05)
    assert laid(layers, "sewage") == pytest.approx(published["sewage_pipe_laid"], abs=0.05)
    assert communities["claimed_storm_m"].sum() == published["storm_pipe_laid"]
    assert communities["claimed_sewage_m"].sum() == published["sewage_pipe_laid"]
    for utility, key in (("telecom", "telecom_line_laid"), ("gas_low", "gas_pipe_laid")):
        length = utilities[utilities["utility"] == utility].geometry.length.sum()
        assert length == pytest.approx(published[key], abs=0.05)


def test_green_share_rises_by_the_published_points(layers, published):
    surfaces = layers["surfaces"]
    green = surfaces[surfaces["cover"].isin(["green", "sunken_green"])]
    area = layers["communities"].geometry.area.sum()
    share = {
        name: 100 * green[green["status"].isin(statuses)].geometry.area.sum() / area
        for name, statuses in (("before", BEFORE), ("after", AFTER))
    }
    assert share["after"] - share["before"] == pytest.approx(published["green_ratio_gain"], abs=0.05)


def test_ids_are_unique_and_every_pipe_ends_on_its_nodes(layers):
    for name in ("nodes", "pipes", "connections", "surfaces", "buildings"):
        assert layers[name].iloc[:, 0].is_unique
    places = layers["nodes"].set_index("node_id").geometry
    for pipe in layers["pipes"].itertuples():
        first, last = pipe.geometry.coords[0], pipe.geometry.coords[-1]
        assert first == places[pipe.from_node].coords[0]
        assert last == places[pipe.to_node].coords[0]


@pytest.mark.parametrize("statuses", [BEFORE, AFTER])
def test_surfaces_and_buildings_tile_each_community(layers, statuses):
    for community in layers["communities"].itertuples():
        parts = [
            layers[name][
                (layers[name]["community_id"] == community.community_id) & layers[name]["status"].isin(statuses)
            ]
            for name in ("surfaces", "buildings")
        ]
        total = sum(p.geometry.area.sum() for p in parts)
        union = gpd.GeoSeries([g for p in parts for g in p.geometry]).union_all()
        assert total == pytest.approx(community.geometry.area, abs=2.0)
        assert union.area == pytest.approx(total, abs=0.5)


def test_new_pipes_fall_and_have_cover(layers):
    nodes = layers["nodes"].set_index("node_id")
    new = layers["pipes"][layers["pipes"]["status"] == "proposed"]
    assert (new["invert_up_m"] > new["invert_down_m"]).all()
    for pipe in new.itertuples():
        assert nodes.loc[pipe.from_node, "ground_m"] - pipe.invert_up_m - pipe.diameter_mm / 1000 >= 0.3


HDPE_WALL = 0.085  # of the inner diameter, as materials.csv has it


def outsides(pipe, place) -> tuple[float, float]:
    """Crown and underside of a pipe at a place on it, in m."""
    share = pipe.geometry.project(place, normalized=True)
    invert = pipe.invert_up_m + (pipe.invert_down_m - pipe.invert_up_m) * share
    size = pipe.diameter_mm / 1000
    return invert + size * (1 + HDPE_WALL), invert - size * HDPE_WALL


def test_utilities_and_pipes_pass_each_other_but_at_the_planted_crossing(layers, repository):
    """By plain geometry, without the package: 0.15 m between outsides wherever two lines cross (GB 50014, C)."""
    pipes = layers["pipes"][layers["pipes"]["status"] == "proposed"]
    utilities = layers["utilities"]
    near = {}
    for pipe in pipes.itertuples():
        for line in utilities[utilities.crosses(pipe.geometry)].itertuples():
            crown, underside = outsides(pipe, pipe.geometry.intersection(line.geometry))
            gap = max(line.top_m - line.diameter_mm / 1000 - crown, underside - line.top_m)
            near[pipe.pipe_id, line.utility_id] = gap
        for other in pipes[pipes.crosses(pipe.geometry)].itertuples():
            place = pipe.geometry.intersection(other.geometry)
            (top, bottom), (crown, underside) = outsides(pipe, place), outsides(other, place)
            near[pipe.pipe_id, other.pipe_id] = max(bottom - crown, underside - top)
    assert len(near) >= 100
    planted = json.loads((repository / "tests" / "gis" / "planted_faults.json").read_text())
    wanted = {(p["feature"], p["other"]) for p in planted if p["check"] == "vertical_clearance"}
    assert {pair for pair, gap in near.items() if gap < 0.15} == wanted


def test_no_soffit_rises_and_no_pipe_shrinks_along_the_flow_but_at_the_planted_step(layers):
    pipes = layers["pipes"][layers["pipes"]["status"] == "proposed"]
    steps = set()
    for below in pipes.itertuples():
        soffit = below.invert_up_m + below.diameter_mm / 1000
        for above in pipes[
            (pipes["to_node"] == below.from_node) & (pipes["system"] == below.system)
        ].itertuples():
            assert above.diameter_mm <= below.diameter_mm
            assert round(above.invert_down_m - below.invert_up_m, 3) >= 0
            if round(above.invert_down_m + above.diameter_mm / 1000 - soffit, 3) < 0:
                steps.add((above.pipe_id, below.pipe_id))
    assert steps == {("EY16-Y04", "EY16-Y05")}


def test_node_grounds_agree_with_the_dem(layers, repository):
    nodes = layers["nodes"]
    with rasterio.open(repository / "gis" / "dem.tif") as dem:
        ground = np.array([v[0] for v in dem.sample([(g.x, g.y) for g in nodes.geometry])])
    assert np.abs(ground - nodes["ground_m"]).max() < 0.15


def test_only_the_planted_defects_mix_the_waters_after_the_works(layers, repository):
    """By plain reachability, without the package: a second way to the answer."""
    planted = json.loads((repository / "tests" / "gis" / "planted_defects.json").read_text())
    nodes = layers["nodes"][layers["nodes"]["status"].isin(AFTER)].set_index("node_id")
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes.index)
    for name, upper in (("pipes", "from_node"), ("connections", "source")):
        rows = layers[name][layers[name]["status"].isin(AFTER)]
        graph.add_edges_from(
            (a, b) for a, b in zip(rows[upper], rows["to_node"], strict=True) if a in nodes.index
        )
    mixed = set()
    laterals = layers["connections"][layers["connections"]["status"].isin(AFTER)]
    for lateral in laterals.itertuples():
        sewage = lateral.kind in ("kitchen", "toilet", "balcony_drain")
        below = {lateral.to_node} | nx.descendants(graph, lateral.to_node)
        wrong = {"storm", "combined"} if sewage else {"sewage", "combined"}
        if set(nodes.loc[sorted(below), "system"]) & wrong:
            mixed.add(lateral.connection_id[:4])
    for inlet in nodes[nodes["kind"] == "inlet"].index:
        if set(nodes.loc[sorted(nx.descendants(graph, inlet)), "system"]) & {"sewage", "combined"}:
            mixed.add(inlet[:4])
    assert mixed == set(planted)


def test_made_again_the_layers_are_the_same_bytes(repository, tmp_path):
    script = repository / "gis" / "make_layers.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True)
    for file in ("eshan_phase1.gpkg", "county/eshan_county.gpkg"):
        for layer in LAYERS:
            committed = gpd.read_file(repository / "gis" / file, layer=layer)
            assert_frame_equal(committed, gpd.read_file(tmp_path / file, layer=layer))
    for file in ("dem.tif", "county/dem.tif"):
        with rasterio.open(repository / "gis" / file) as a, rasterio.open(tmp_path / file) as b:
            assert np.array_equal(a.read(1), b.read(1))


@pytest.fixture(scope="module")
def county(repository: Path) -> dict[str, gpd.GeoDataFrame]:
    path = repository / "gis" / "county" / "eshan_county.gpkg"
    return {layer: gpd.read_file(path, layer=layer) for layer in LAYERS}


def test_the_countys_totals_are_the_published_ones(county, published):
    communities, buildings = county["communities"], county["buildings"]
    assert len(communities) == published["communities_total"]
    assert len(buildings) == published["buildings_total"] == communities["buildings"].sum()
    assert buildings["households"].sum() == communities["households"].sum() == published["households_total"]
    assert buildings["residents"].sum() == communities["residents"].sum() == published["residents_total"]
    assert communities.geometry.area.sum() == pytest.approx(published["area_total"], abs=1)
    assert communities["district"].nunique() == published["districts"]
    assert communities["phase"].value_counts().to_dict() == {"一期": 22, "二期": 23, "三期": 22}


def test_the_countys_first_phase_is_the_first_example(county, layers):
    first = set(layers["communities"]["community_id"])
    assert first == set(county["communities"].query("phase == '一期'")["community_id"])
    for layer in LAYERS:
        # Three nodes state no community; their ids begin with it.
        identifier = county[layer].columns[0]
        own = county[layer][county[layer][identifier].str[:4].isin(first)].reset_index(drop=True)
        # Pipes that are only designed have no year, which makes the column one of floats.
        assert_frame_equal(own, layers[layer], check_dtype=False)


def test_the_ground_of_the_first_phase_is_that_of_the_first_example(repository):
    with (
        rasterio.open(repository / "gis" / "dem.tif") as first,
        rasterio.open(repository / "gis" / "county" / "dem.tif") as whole,
    ):
        assert (whole.transform, whole.height) == (first.transform, first.height)
        assert np.array_equal(whole.read(1)[:, : first.width], first.read(1))


def test_no_two_communities_of_the_county_overlap(county):
    outlines = county["communities"].geometry
    assert outlines.area.sum() == pytest.approx(outlines.union_all().area, abs=0.01)
