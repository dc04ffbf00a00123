"""Flooded nodes of one low spot are one ponding site: by a bowl of the ground, and by distance and level."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from tests.conftest import WholeRun, take_through
from tests.small_project import Frames, write_small_project

from spongecalc.assess.low_spots import with_low_spots
from spongecalc.ground.grid import Ground
from spongecalc.project.ponding_settings import PondingSettings
from spongecalc.steps import pipeline

SETTINGS = PondingSettings()


def nodes(*rows: tuple[str, float, float, float, float]) -> gpd.GeoDataFrame:
    """Flooded nodes: id, x, y, ground level in m, and the water that stood there in m3."""
    ids, x, y, level, stood = zip(*rows, strict=True)
    columns = {"node_id": ids, "ground_m": level, "volume_m3": stood, "stood_m3": stood}
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(x, y))


def bowls(*middles: tuple[float, float]) -> Ground:
    """A plain of 60 x 60 m at 10 m, with a round bowl of 8 m and 40 cm at each of some places."""
    x, y = np.meshgrid(np.arange(60) + 0.5, 60 - np.arange(60) - 0.5)
    z = np.full(x.shape, 10.0)
    for across, up in middles:
        z = np.minimum(z, 9.6 + 0.4 * np.hypot(x - across, y - up) / 8)
    return Ground(z, Affine(1.0, 0.0, 0.0, 0.0, -1.0, 60.0), np.zeros(z.shape, dtype=bool))


def groups(found: gpd.GeoDataFrame) -> set[frozenset[str]]:
    return {frozenset(own["node_id"]) for _, own in found.groupby("spot")}


THREE = (("M1", 20.5, 30.5, 9.6, 1.0), ("T1", 24.5, 30.5, 9.8, 0.5), ("I1", 20.5, 26.5, 9.75, 2.0))


def test_a_bowl_with_three_nodes_is_one_low_spot_and_two_bowls_are_two() -> None:
    one = with_low_spots(nodes(*THREE), bowls((20.5, 30.5)), SETTINGS)
    assert groups(one) == {frozenset({"M1", "T1", "I1"})}
    assert one["node_id"].tolist() == ["M1", "I1", "T1"]  # from the lowest up
    assert set(one["joined_by"]) == {"ground"}
    far = ("M2", 44.5, 30.5, 9.6, 1.0)
    both = bowls((20.5, 30.5), (44.5, 30.5))
    assert groups(with_low_spots(nodes(*THREE, far), both, SETTINGS)) == {
        frozenset({"M1", "T1", "I1"}),
        frozenset({"M2"}),
    }


def test_ids_and_the_order_of_nodes_decide_nothing() -> None:
    ground = bowls((20.5, 30.5), (44.5, 30.5))
    rows = [*THREE, ("M2", 44.5, 30.5, 9.6, 1.0)]
    names = {"M1": "z", "T1": "a", "I1": "k", "M2": "b"}
    renamed = [(names[n], *rest) for n, *rest in rows]
    for usable in (ground, None):
        as_it_is = with_low_spots(nodes(*rows), usable, SETTINGS)
        other = with_low_spots(nodes(*renamed[::-1]), usable, SETTINGS)
        assert as_it_is["node_id"].map(names).tolist() == other["node_id"].tolist()
        assert as_it_is["spot"].tolist() == other["spot"].tolist()


def test_without_a_ground_nodes_are_joined_by_distance_and_level() -> None:
    """Circles of 50 m2 have a radius of 3.99 m; 12 m3 stand 15 cm deep on 80 m2, 5.05 m from the node."""

    def joined(apart_m: float, higher_m: float, stood_m3: float) -> bool:
        found = with_low_spots(
            nodes(("A", 0, 0, 10.0, 1.0), ("B", apart_m, 0, 10.0 + higher_m, stood_m3)), None, SETTINGS
        )
        assert set(found["joined_by"]) == {"distance"}
        return len(groups(found)) == 1

    assert joined(7.9, 0.0, 1.0) and not joined(8.0, 0.0, 1.0)
    assert joined(9.0, 0.0, 12.0) and not joined(9.1, 0.0, 12.0)
    assert joined(5.0, 0.15, 1.0) and not joined(5.0, 0.16, 1.0)


def test_a_street_is_not_one_site_from_end_to_end() -> None:
    """Nodes 7 m apart on a fall of 1 %: those up to 15 cm above the lowest are one, the next begin another."""
    street = nodes(*((f"N{n}", 7.0 * n, 0.0, 10 + 0.07 * n, 1.0) for n in range(6)))
    found = with_low_spots(street, None, SETTINGS)
    assert groups(found) == {frozenset({"N0", "N1", "N2"}), frozenset({"N3", "N4", "N5"})}


def more_manholes(names: tuple[str, str]):
    """A's rain inlet is the lower end of two manholes 3 and 6 m upstream, before a pipe that is too small."""

    def change(frames: Frames) -> None:
        all_nodes, pipes = frames["nodes"], frames["pipes"]
        inlet = all_nodes[all_nodes["node_id"] == "A-R1"]
        at = inlet.geometry.iloc[0]
        places = [at, shapely.Point(at.x - 3, at.y), shapely.Point(at.x - 6, at.y)]
        added = [
            inlet.assign(node_id=name, kind=kind, ground_m=100 + 0.02 * n, geometry=[places[n]])
            for n, (name, kind) in enumerate(zip(names, ("manhole", "septic_tank"), strict=True), start=1)
        ]
        pipe = pipes[pipes["pipe_id"] == "A-PR"]
        chain = ["A-R1", *names]
        legs = [
            pipe.assign(
                pipe_id=f"A-P{n}",
                from_node=chain[n],
                to_node=chain[n - 1],
                invert_up_m=99.0,
                invert_down_m=99.0,
                geometry=[shapely.LineString([places[n], places[n - 1]])],
            )
            for n in (1, 2)
        ]
        frames["nodes"] = gpd.GeoDataFrame(pd.concat([all_nodes, *added], ignore_index=True), crs=all_nodes.crs)
        pipes = pipes.assign(diameter_mm=pipes["diameter_mm"].mask(pipes["pipe_id"] == "A-PR", 75.0))
        frames["pipes"] = gpd.GeoDataFrame(pd.concat([pipes, *legs], ignore_index=True), crs=pipes.crs)

    return change


def chain_of_three(folder: Path, names: tuple[str, str]) -> WholeRun:
    write_small_project(folder, first=more_manholes(names), toml=lambda t: t.replace('"3 a"', '"20 a"'))
    return take_through(folder)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    return chain_of_three(tmp_path_factory.mktemp("chain") / "project", ("A-R3", "A-R4"))


def test_a_site_is_the_sum_of_its_nodes(chain: WholeRun) -> None:
    table = chain.review.tables["ponding"]
    (site,) = table[(table["community_id"] == "A") & (table["scenario"] == "after")].to_dict("records")
    storm = chain.built.storms[0].storm_id
    run = chain.results[f"A/after/{storm}"].nodes
    table = next(m for m in chain.built.models if (m.name, m.scenario) == ("A", "after")).elements
    rims = {"A-R1": 1.0, "A-R3": 1.02, "A-R4": 1.04}
    table = table[table["role"].isin(["junction", "gutter"]) & table["feature_id"].isin(rims)]
    own = run.loc[table["model_id"]]
    above = table["feature_id"].map(rims).where(table["role"] == "junction", 0.0).to_numpy()
    wet = (own["flood_volume_m3"] > 0.01).to_numpy()
    assert set(table["feature_id"][wet]) == set(rims)
    own, above = own[wet], above[wet]
    assert site["site_id"] == "A:A-R1"
    assert (site["site_nodes"], site["node_count"], site["joined_by"]) == ("A-R1; A-R3; A-R4", 3, "distance")
    assert site["volume_m3"] == pytest.approx(own["flood_volume_m3"].sum())
    assert site["max_ponded_m3"] == pytest.approx(own["max_ponded_m3"].sum())
    assert site["duration_h"] == own["flooded_h"].max()
    assert site["peak_l_s"] == own["flood_peak_l_s"].max()
    assert site["max_depth_m"] == pytest.approx(max(own["max_depth_m"].to_numpy() - above))
    assert site["households"] == 40  # one house of forty flats, within 20 m of all three
    row = chain.review.tables["communities"].set_index("community_id").loc["A"]
    assert row["ponding_sites_after"] == 1
    assert row["ponding_after_m3"] == pytest.approx(site["volume_m3"])
    listed = chain.review.tables["ponding_nodes"].set_index(["site_id", "scenario", "node_id"])
    listed = listed.loc["A:A-R1", "after"]
    assert listed["volume_m3"].sum() == pytest.approx(site["volume_m3"])
    assert listed["kind"].to_dict() == {"A-R1": "inlet", "A-R3": "manhole", "A-R4": "septic_tank"}


def test_other_ids_change_no_figure(chain: WholeRun, tmp_path: Path) -> None:
    other = chain_of_three(tmp_path / "project", ("A-R0", "0-R"))
    names = {"A-R3": "A-R0", "A-R4": "0-R"}
    was, now = (w.review.tables["ponding"] for w in (chain, other))
    figures = was.select_dtypes("number").columns
    pd.testing.assert_frame_equal(was[figures], now[figures])
    listed = [
        "; ".join(names.get(n, n) for n in held.split("; ")) if isinstance(held, str) else held
        for held in was["site_nodes"]
    ]
    assert listed == now["site_nodes"].tolist()
    assert was["site_id"].tolist() == now["site_id"].tolist()


def test_the_layers_of_nodes_and_sites_are_written(chain: WholeRun) -> None:
    pipeline.write_results(chain.built, chain.review)
    results = chain.folder / "results"
    nodes_of_sites = gpd.read_file(results / "spongecalc.gpkg", layer="ponding_nodes")
    assert len(nodes_of_sites) == len(pd.read_csv(results / "ponding_nodes.csv"))
    assert set(nodes_of_sites["site_id"]) == set(pd.read_csv(results / "ponding.csv")["site_id"])
