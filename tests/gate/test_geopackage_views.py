"""Views and generated columns of a GeoPackage are worked out within limits, or refused; other layers are read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import Point

from spongecalc.gate import geopackage_views, vector
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.gate.limits import Limits
from spongecalc.gate.raster import opened
from spongecalc.gate.territory import claim

NODES = gpd.GeoDataFrame(
    {"node_id": ["007", "8", "9"], "depth_m": [1.5, 2.0, 2.5]},
    geometry=[Point(540000 + i, 2674000) for i in range(3)],
    crs="EPSG:4543",
)
# Harmless stand-ins for views that never end or fill the memory.
COUNTING = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT n AS fid, n FROM c"
LARGE = "SELECT 1 AS fid, hex(zeroblob(600000)) AS words"


def geopackage(path: Path, **views: str) -> Path:
    """A GeoPackage of nodes, with views by name."""
    pyogrio.write_dataframe(NODES, path, driver="GPKG", layer="nodes")
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        for name, sql in views.items():
            made.execute(f'CREATE VIEW "{name}" AS {sql}')
            made.execute(
                "INSERT INTO gpkg_contents(table_name, data_type, identifier) VALUES (?, 'attributes', ?)",
                [name, name],
            )
    return path


def names(path: Path) -> list[str]:
    """Names of the layers of a file, through the gate."""
    with Entrance(path, "vector"):
        return [str(name) for name in vector.list_layers(path)[:, 0]]


def layer(path: Path, name: str) -> pd.DataFrame:
    """One layer of a file, through the gate."""
    with Entrance(path, "vector"):
        return vector.read_dataframe(path, layer=name)


def refused(path: Path, name: str) -> UnreadableError:
    """Why a layer is refused, with words in both languages."""
    for ask in (layer, info):
        with pytest.raises(UnreadableError) as said:
            ask(path, name)
        for language in ("zh", "en"):
            assert name in said.value.cause.sentence(language)
        assert said.value.cause.turned_away
    return said.value


def info(path: Path, name: str) -> object:
    """The fields of a layer, through the gate."""
    with Entrance(path, "vector"):
        return vector.read_info(path, layer=name)


def test_sound_views_and_generated_columns_are_read(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", counted=COUNTING)
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute("CREATE VIEW deep AS SELECT fid, geom, node_id FROM nodes WHERE depth_m > 1.9")
        made.execute(
            "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) "
            "VALUES ('deep', 'features', 'deep', 4543)"
        )
        made.execute("INSERT INTO gpkg_geometry_columns VALUES ('deep', 'geom', 'POINT', 4543, 0, 0)")
        made.execute("CREATE TABLE made(fid INTEGER PRIMARY KEY, a TEXT, b TEXT GENERATED ALWAYS AS (a || '!'))")
        made.execute("INSERT INTO made(a) VALUES ('x')")
        made.execute(
            "INSERT INTO gpkg_contents(table_name, data_type, identifier) VALUES ('made', 'attributes', 'made')"
        )
    before = path.read_bytes()
    assert set(names(path)) == {"nodes", "deep", "counted", "made"}
    assert list(layer(path, "deep")["node_id"]) == ["8", "9"]
    assert list(layer(path, "counted")["n"]) == ["1", "2", "3", "4", "5"]
    assert list(layer(path, "made")["b"]) == ["x!"]
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def test_a_view_that_takes_longer_than_it_may_is_refused_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geopackage_views, "SECONDS", 0.0)
    monkeypatch.setattr(geopackage_views, "STEPS", 1)
    path = geopackage(tmp_path / "a.gpkg", counted=COUNTING)
    assert sorted(names(path)) == ["counted", "nodes"]
    said = refused(path, "counted").cause
    assert "save it as a table" in said.sentence("en")
    assert "另存为表" in said.sentence("zh")
    assert len(layer(path, "nodes")) == 3


def test_views_of_which_the_process_says_nothing_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where SQLite is held within one of its functions, and the process is ended."""
    monkeypatch.setattr(geopackage_views, "PROGRAM", ("-c", "import time; time.sleep(600)"))
    monkeypatch.setattr(geopackage_views, "ALL_SECONDS", 0.1)
    path = geopackage(tmp_path / "a.gpkg", counted=COUNTING)
    assert refused(path, "counted").cause.kind == "view_long"
    assert len(layer(path, "nodes")) == 3


def test_a_view_that_gives_a_larger_value_than_a_text_may_be_is_refused(tmp_path: Path) -> None:
    claim(tmp_path, limits=Limits(text_limit_mb=1.0))
    path = geopackage(tmp_path / "a.gpkg", large=LARGE)
    assert "text_limit" in refused(path, "large").cause.sentence("en")
    assert len(layer(path, "nodes")) == 3
    claim(tmp_path, limits=Limits(text_limit_mb=2.0))
    assert len(layer(path, "large")["words"][0]) == 1_200_000


def test_a_view_that_gives_more_in_all_than_may_be_unpacked_is_refused(tmp_path: Path) -> None:
    rows = f"SELECT n AS fid, hex(zeroblob(10000 + n)) AS words FROM ({COUNTING})"
    path = geopackage(tmp_path / "a.gpkg", many=f"SELECT a.* FROM ({rows}) a, ({rows}) b")
    claim(tmp_path, limits=Limits(unpacked_limit_mb=0.4))
    assert refused(path, "many").cause.kind == "view_large"
    claim(tmp_path, limits=Limits(unpacked_limit_mb=1.0))
    assert len(layer(path, "many")) == 25


def test_a_view_of_more_rows_than_features_are_allowed_names_the_setting(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", counted=COUNTING)
    claim(tmp_path, limits=Limits(feature_limit=4))
    assert "feature_limit" in refused(path, "counted").cause.sentence("en")
    assert len(layer(path, "nodes")) == 3


def test_a_virtual_table_counts_as_a_view_does(tmp_path: Path) -> None:
    """One of words may take them from a view, whatever its text says besides."""
    path = geopackage(tmp_path / "a.gpkg", large=LARGE)
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute('CREATE VIRTUAL TABLE found USING fts4(words, content="large", prefix="2")')
    assert geopackage_views.refused_relations(path, Limits()) == {}
    assert set(geopackage_views.refused_relations(path, Limits(text_limit_mb=1.0))) >= {"large", "found"}


def test_a_generated_column_counts_as_a_view_does(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute(
            "CREATE TABLE made(fid INTEGER PRIMARY KEY, b TEXT GENERATED ALWAYS AS (hex(zeroblob(600000))))"
        )
        made.execute("INSERT INTO made(fid) VALUES (1)")
    claim(tmp_path, limits=Limits(text_limit_mb=1.0))
    assert refused(path, "made").cause.kind == "view_large"
    assert len(layer(path, "nodes")) == 3


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT random() AS n",
        "SELECT sqlite_version() AS n",
        "SELECT ST_MinX(geom) AS n FROM nodes",
        "SELECT * FROM pragma_database_list",
        "SELECT readfile('a') AS n",
        "SELECT * FROM generate_series(1, 2)",
    ],
)
def test_a_view_of_which_the_look_would_promise_nothing_is_refused(tmp_path: Path, sql: str) -> None:
    path = geopackage(tmp_path / "a.gpkg", strange=sql)
    assert refused(path, "strange").cause.kind == "view_unclear"
    assert len(layer(path, "nodes")) == 3


def test_a_view_of_a_table_that_is_gone_stands_in_nobodys_way(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", left="SELECT * FROM gone", cut="SELECT gone FROM nodes")
    assert len(layer(path, "nodes")) == 3


def test_names_in_another_encoding_are_left_to_their_reader(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", counted=COUNTING)
    path.write_bytes(path.read_bytes().replace(b"depth_m", "深度".encode("gbk") + b"abc"))
    assert len(layer(path, "counted")) == 5
    with Entrance(path, "vector"):
        assert len(vector.read_dataframe(path, layer="nodes", encoding="ISO-8859-1")) == 3
    path.write_bytes(path.read_bytes().replace(b"counted", "深度".encode("gbk") + b"abc"))
    with pytest.raises(UnreadableError) as said:
        names(path)
    assert said.value.cause.kind == "view_unclear"


def test_a_stored_value_that_is_larger_than_a_text_may_be_is_refused(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg")
    pyogrio.write_dataframe(
        NODES.assign(words=["a", "b" * 1_200_000, "c"]), path, driver="GPKG", layer="large", append=True
    )
    claim(tmp_path, limits=Limits(text_limit_mb=1.0))
    assert sorted(names(path)) == ["large", "nodes"]
    assert "text_limit" in refused(path, "large").cause.sentence("en")
    assert len(layer(path, "nodes")) == 3
    claim(tmp_path)
    assert len(layer(path, "large")) == 3


def test_a_geopackage_in_an_archive_is_looked_at_likewise(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", large=LARGE)
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "a.gpkg")
    assert len(layer(tmp_path / "a.zip", "nodes")) == 3
    claim(tmp_path, limits=Limits(text_limit_mb=1.0))
    with pytest.raises(UnreadableError) as said:
        names(tmp_path / "a.zip")
    assert said.value.cause.kind == "view_large"
    with ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(path, "a.gpkg")
        archive.writestr("a.gpkg-wal", b"rows")
    with pytest.raises(UnreadableError) as said:
        names(tmp_path / "b.zip")
    assert said.value.cause.kind == "packed_log"
    assert "a.gpkg-wal" in said.value.cause.sentence("zh")


def test_a_raster_in_a_geopackage_is_looked_at_likewise(tmp_path: Path) -> None:
    import rasterio

    path = tmp_path / "dem.gpkg"
    profile = {"driver": "GPKG", "width": 4, "height": 4, "count": 1, "dtype": "uint8", "crs": "EPSG:3857"}
    with rasterio.open(path, "w", transform=rasterio.Affine(1, 0, 0, 0, -1, 4), **profile) as written:
        written.write(np.ones((1, 4, 4), "uint8"))
    with Entrance(path, "raster", "dem"), opened(path) as raster:
        assert raster.width == 4
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute(f"CREATE VIEW large AS {LARGE}")
    claim(tmp_path, limits=Limits(text_limit_mb=1.0))
    with pytest.raises(UnreadableError) as said, Entrance(path, "raster", "dem"):
        opened(path)
    assert said.value.cause.kind == "view_large"
