"""Sites on the ground: the table, the outlines in the GeoPackage and the raster on disk say the same."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.features
import shapely
from rasterio.transform import from_origin
from tests.conftest import WholeRun, take_through
from tests.small_project import ORIGIN_X, ORIGIN_Y, write_small_project

from spongecalc.assess.ponding import within_limits
from spongecalc.assess.ponding_tables import record_table
from spongecalc.steps import pipeline


@pytest.fixture(scope="module")
def bowl(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The three squares, each with a bowl of 30 cm at its inlet, under a storm too large for 200 mm."""
    folder = tmp_path_factory.mktemp("bowl") / "project"
    dem = '\n[layers.dem]\nsource = "dem.tif"\n\n[ponding]\nlevel = 2\n\n[rainfall]'
    write_small_project(folder, toml=lambda t: t.replace("\n[rainfall]", dem).replace('"3 a"', '"50 a"'))
    x, y = np.meshgrid(np.arange(170) + 0.5 - 20, 70 - np.arange(90) - 0.5)
    z = np.full(x.shape, 100.3)
    for column in range(3):
        z = np.minimum(z, 100 + 0.3 * np.hypot(x - 40 * column - 10, y - 10) / 10)
    transform = from_origin(ORIGIN_X - 20, ORIGIN_Y + 70, 1.0, 1.0)
    profile = {"driver": "GTiff", "width": 170, "height": 90, "count": 1, "dtype": "float32"}
    with rasterio.open(folder / "dem.tif", "w", crs="EPSG:4543", transform=transform, **profile) as out:
        out.write(z.astype("float32"), 1)
    whole = take_through(folder)
    pipeline.write_results(whole.built, whole.review)
    return whole


def test_table_outlines_and_raster_agree(bowl: WholeRun) -> None:
    table = bowl.review.tables["ponding"]
    before = table[table["scenario"] == "before"]
    assert set(before["community_id"]) == {"A", "B", "C"}
    assert (table["level"] == 2).all()
    outlines = gpd.read_file(bowl.folder / "results" / "spongecalc.gpkg", layer="ponding_areas")
    assert len(outlines) == len(table)
    merged = outlines.merge(table, on=["site_id", "scenario", "storm_id"], suffixes=("", "_csv"))
    assert len(merged) == len(table)
    assert merged.geometry.area.to_numpy() == pytest.approx(merged["area_m2_csv"].to_numpy())
    for site in merged.itertuples():
        name = f"{site.community_id}_{site.scenario}_{site.storm_id}_level2.tif"
        with rasterio.open(bowl.folder / "results" / "ponding" / name) as raster:
            depth = raster.read(1, masked=True).filled(0)
            inside = rasterio.features.geometry_mask([site.geometry], depth.shape, raster.transform, invert=True)
        assert depth[inside].min() >= 0.05 - 1e-6
        assert depth[inside].max() == pytest.approx(site.max_depth_m_csv, abs=1e-5)
        assert depth[inside].sum() == pytest.approx(site.volume_m3_csv, rel=1e-5)
        assert (depth[inside] >= 0.15).sum() == pytest.approx(site.lane_area_m2_csv, abs=1)


def test_lakes_hold_what_the_nodes_flooded(bowl: WholeRun) -> None:
    levels = bowl.review.tables["ponding_levels"]
    for row in levels[levels["scenario"] == "before"].itertuples():
        result = bowl.results[f"{row.model}/before/{row.storm_id}"]
        ponded = result.nodes["max_ponded_m3"]
        ponded = ponded[ponded > 0.01].sum()
        assert ponded > 1
        # what the inlets let past left over the ground, beside what the lakes let run off
        past = result.outfalls.loc[result.outfalls.index.str.endswith("__AWAY"), "volume_m3"].sum()
        assert row.site_volume_m3 + row.shallow_m3 + row.ran_off_m3 == pytest.approx(ponded + past, rel=1e-6)


def test_limits_by_hand() -> None:
    site = {"max_depth_m": 0.15, "buildings": 0, "recession_h": float("nan")}
    assert within_limits(site) == "yes"
    assert within_limits({**site, "max_depth_m": 0.16}) == "no"
    assert within_limits({**site, "buildings": 1}) == "no"
    assert within_limits({**site, "recession_h": 4.5}) == "no"
    assert within_limits({**site, "buildings": float("nan")}) == ""


def test_records_hit_missed_and_false(bowl: WholeRun) -> None:
    storms = bowl.built.storms
    places = [(ORIGIN_X + 12, ORIGIN_Y + 12), (ORIGIN_X + 60, ORIGIN_Y + 200)]
    records = gpd.GeoDataFrame(
        {
            "record_id": ["P1", "P2"],
            "community_id": ["A", "B"],
            "depth_m": [0.2, 0.1],
            "duration_min": [60.0, 30.0],
            "rainfall_mm": [50.0, np.nan],
        },
        geometry=[shapely.Point(p) for p in places],
        crs="EPSG:4543",
    )
    sites = pd.DataFrame(bowl.review.tables["ponding"])
    sites = sites[sites["scenario"] == "before"]
    table = record_table(records, sites, storms, 20.0, ["A", "B", "C"])
    assert table[["community_id", "record_id", "answer"]].to_numpy().tolist() == [
        ["A", "P1", "hit"],
        ["B", "P2", "missed"],
        ["B", "", "false"],
    ]
    assert table["observed_duration_h"].tolist()[:2] == [1.0, 0.5]
