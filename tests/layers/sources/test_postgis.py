"""A real PostGIS server: views, schemas, writing; a wrong password, a dead server, in time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point
from tests.postgis_server import PASSWORD, execute, put, user_of
from tests.small_project import CRS, write_small_project

from spongecalc.catalogue.catalogue import shipped
from spongecalc.gate.limits import Limits
from spongecalc.gate.territory import claim
from spongecalc.language import LANGUAGES
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.form import read_raw
from spongecalc.layers.sources.postgis import read_postgis
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.layer_source import LayerSource

LIMIT_S = 10


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spongecalc", *words], capture_output=True, text=True, check=False
    )


@pytest.mark.usefixtures("password")
def test_a_table_in_a_schema_and_a_view_on_it(postgis) -> None:
    frame = gpd.GeoDataFrame(
        {"管线编号": ["A", "B"], "管径": [300, None]},
        geometry=[LineString([(0, 0), (1, 0)]), LineString([(0, 1), (1, 1)])],
        crs=CRS,
    )
    put(postgis, "survey", "pipes", frame)
    execute(
        postgis,
        'create or replace view survey.large as select "管线编号" as pipe_id, geometry as line from survey.pipes '
        'where "管径" >= 300',
    )
    read = read_postgis(postgis.url, "survey.pipes").frame
    assert read["管线编号"].tolist() == ["A", "B"]
    assert read.crs == CRS
    view = read_postgis(postgis.url, "survey.large").frame
    assert view["pipe_id"].tolist() == ["A"]
    assert view.geometry.iloc[0].equals(LineString([(0, 0), (1, 0)]))
    seen = {s.name: s for s in describe(postgis.url, Path()).layers}
    assert seen["survey.pipes"].meant_for == "pipes"
    assert 'diameter_mm = "管径"' in seen["survey.pipes"].draft
    with pytest.raises(SourceRefusedError) as refusal:
        read_postgis(postgis.url, "survey.nothing")
    assert refusal.value.rule == "layer.missing"
    assert "survey.large" in str(refusal.value.found["available"])


@pytest.mark.usefixtures("password")
def test_long_ids_beside_an_empty_one_stay_themselves(postgis) -> None:
    """As float64 both were 532524001000100032; other numbers, of any type, stay what they were."""
    execute(
        postgis,
        "create schema if not exists ids; create or replace view ids.nodes as "
        "select id, dn, depth, st_setsrid(st_point(dn, 0), 4543) as geometry from (values "
        "(532524001000100017::bigint, 1, 1.25::numeric), (532524001000100018, 2, null), (null, 3, 2.5)) "
        "v (id, dn, depth)",
    )
    frame = read_postgis(postgis.url, "ids.nodes").frame
    assert frame["id"].tolist()[:2] == ["532524001000100017", "532524001000100018"]
    assert pd.isna(frame["id"].iloc[2])
    assert frame["dn"].tolist() == [1, 2, 3]
    assert frame["depth"].dtype == "float64"
    assert frame["depth"].dropna().tolist() == [1.25, 2.5]


@pytest.mark.usefixtures("password")
def test_a_view_that_fails_does_not_hide_the_others(postgis) -> None:
    frame = gpd.GeoDataFrame({"pipe_id": ["A"]}, geometry=[LineString([(0, 0), (1, 0)])], crs=CRS)
    put(postgis, "halves", "pipes", frame)
    execute(
        postgis,
        "create or replace view halves.broken as "
        "select 1 / (length(pipe_id) - 1) as size, geometry from halves.pipes",
    )
    seen = {s.name: s for s in describe(postgis.url, Path()).layers}
    assert seen["halves.pipes"].count == 1
    refusal = seen["halves.broken"].refusal
    assert refusal is not None
    assert "division by zero" in str(refusal.found["reason"])
    answer = command("sources", postgis.url, "--lang", "en")
    said = " ".join((answer.stdout + answer.stderr).split())
    assert answer.returncode == 1
    assert "division by zero" in said
    assert "halves.pipes" in said


@pytest.mark.usefixtures("password")
def test_a_table_of_too_many_rows_is_refused_and_the_others_are_read(postgis, tmp_path: Path) -> None:
    """As a file's layers are; before, any number of rows was taken into memory."""
    for name, rows in (("long", 4), ("short", 3)):
        frame = gpd.GeoDataFrame({"a": range(rows)}, geometry=[Point(i, 2) for i in range(rows)], crs=CRS)
        put(postgis, "rows", name, frame)
    claim(tmp_path, limits=Limits(feature_limit=3))
    with pytest.raises(SourceRefusedError) as refusal:
        read_raw(tmp_path, "nodes", LayerSource(source=postgis.url, layer="rows.long"), shipped())
    assert refusal.value.rule == "file.not_admitted"
    for language in LANGUAGES:
        sentence = refusal.value.found["reason"].sentence(language)
        assert "feature_limit" in sentence
        assert "4" in sentence
    short = read_raw(tmp_path, "nodes", LayerSource(source=postgis.url, layer="rows.short"), shipped())
    assert len(short.frame) == 3
    seen = {s.name: s for s in describe(postgis.url, tmp_path).layers}
    assert seen["rows.short"].count == 3
    assert seen["rows.long"].refusal is not None


def project_with(tmp_path: Path, url: str) -> Path:
    project = write_small_project(tmp_path / "project")
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8").replace(
        'source = "c.gpkg"\nlayer = "pipes"', f'source = "{url}"\nlayer = "survey.pipes"'
    )
    page.write_text(text, encoding="utf-8")
    return project.folder


def test_a_wrong_password_gets_a_message_in_time(
    postgis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "wrong")
    folder = project_with(tmp_path, postgis.url)
    began = time.monotonic()
    with pytest.raises(SourceRefusedError) as refusal:
        read_postgis(postgis.url, "survey.pipes")
    assert time.monotonic() - began < LIMIT_S
    assert "password" in str(refusal.value.found["reason"])
    answer = command("check", str(folder), "--lang", "en")
    said = " ".join((answer.stdout + answer.stderr).split())
    assert answer.returncode == 1
    assert "Traceback" not in said
    assert "PGPASSWORD" in said


def test_a_dead_server_gets_a_message_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """One port where nobody listens; one address from which nothing ever comes back."""
    pytest.importorskip("psycopg")
    monkeypatch.setenv("PGPASSWORD", "any")
    for host in ("127.0.0.1:1", "203.0.113.1:5432"):
        began = time.monotonic()
        with pytest.raises(SourceRefusedError) as refusal:
            read_postgis(f"postgresql://engineer@{host}/survey", "pipes")
        assert time.monotonic() - began < LIMIT_S
        assert refusal.value.rule == "database.unreachable"


NAMES = ("we.ird", "a:b", "50%", 'q"uote', "Capitals", "管线 表", "semi;colon", "it's")


@pytest.mark.usefixtures("password")
@pytest.mark.parametrize("name", NAMES)
def test_names_with_any_sign(postgis, name: str) -> None:
    """Of a schema, a table, a field and a database, read and listed."""
    frame = gpd.GeoDataFrame({name: [1.5]}, geometry=[Point(1, 2)], crs=CRS)
    put(postgis, name, name, frame, column="shape")
    read = read_postgis(postgis.url, f"{name}.{name}").frame
    assert read[name].tolist() == [1.5]
    assert read.geometry.iloc[0].equals(Point(1, 2))
    quoted = '"' + name.replace('"', '""') + '"'
    assert len(read_postgis(postgis.url, f"{quoted}.{quoted}").frame) == 1
    seen = {s.name: s for s in describe(postgis.url, Path()).layers}
    assert seen[f"{name}.{name}"].count == 1
    database = f"base {name}"
    sql_name = '"' + database.replace('"', '""') + '"'
    execute(postgis, f"drop database if exists {sql_name}", f"create database {sql_name}")
    other = postgis.of(database)
    execute(other, "create extension postgis")
    put(other, "survey", "pipes", frame)
    assert read_postgis(other.url, "survey.pipes").frame[name].tolist() == [1.5]
    execute(postgis, f"drop database {sql_name}")


@pytest.mark.usefixtures("password")
def test_heights_measures_curves_and_what_has_no_shape(postgis) -> None:
    """A surface of faces costs only its own feature its place."""
    execute(
        postgis,
        "create schema if not exists shapes; create or replace view shapes.pipes as select * from (values "
        "('Z', st_geomfromewkt('SRID=4543;LINESTRING Z (0 0 5, 1 0 6)')), "
        "('M', st_geomfromewkt('SRID=4543;LINESTRING M (0 0 7, 1 0 8)')), "
        "('ZM', st_geomfromewkt('SRID=4543;LINESTRING ZM (0 0 5 7, 1 0 6 8)')), "
        "('curve', st_geomfromewkt('SRID=4543;CIRCULARSTRING (0 0, 1 1, 2 0)')), "
        "('faces', st_geomfromewkt('SRID=4543;POLYHEDRALSURFACE Z (((0 0 0, 1 0 0, 0 1 0, 0 0 0)))')), "
        "('none', null)) v (pipe_id, geometry)",
    )
    frame = read_postgis(postgis.url, "shapes.pipes").frame.set_index("pipe_id")
    assert frame.crs == CRS
    assert frame.geometry.has_z.to_dict() == {
        "Z": True, "M": False, "ZM": True, "curve": False, "faces": False, "none": False
    }  # fmt: skip
    assert frame.loc[["Z", "M", "ZM"]].length.tolist() == [1.0] * 3
    assert frame.geometry["curve"].geom_type == "LineString"
    assert frame.geometry["curve"].length == pytest.approx(3.1416, abs=0.01)
    assert frame.geometry.isna().sum() <= 2


@pytest.mark.usefixtures("password")
def test_long_numbers_of_the_type_numeric_stay_themselves(postgis) -> None:
    execute(
        postgis,
        "create schema if not exists ids; create or replace view ids.numerics as select id, "
        "st_setsrid(st_point(0, 0), 4543) as geometry from (values (532524001000100017::numeric), "
        "(532524001000100018)) v (id)",
    )
    assert read_postgis(postgis.url, "ids.numerics").frame["id"].tolist() == [
        "532524001000100017",
        "532524001000100018",
    ]


@pytest.mark.usefixtures("password")
def test_postgis_in_a_schema_of_its_own(postgis) -> None:
    execute(postgis, "drop database if exists apart", "create database apart")
    other = postgis.of("apart")
    execute(other, "create schema gis", "create extension postgis schema gis")
    execute(
        other,
        "create schema survey",
        "create table survey.pipes as select 1 as pipe_id, gis.st_setsrid(gis.st_point(1, 2), 4543) as geometry",
    )
    assert read_postgis(other.url, "survey.pipes").frame.crs == CRS


@pytest.mark.usefixtures("password")
def test_a_driver_in_the_address_is_passed_over(postgis) -> None:
    put(postgis, "driven", "pipes", gpd.GeoDataFrame({"a": [1]}, geometry=[Point(1, 2)], crs=CRS))
    for scheme in ("postgresql+psycopg", "POSTGRES"):
        url = postgis.url.replace("postgresql", scheme, 1)
        assert len(read_postgis(url, "driven.pipes").frame) == 1


@pytest.mark.usefixtures("password")
def test_a_table_of_somebody_elses_is_told_from_one_that_is_not_there(postgis) -> None:
    put(postgis, "closed", "nodes", gpd.GeoDataFrame({"a": [1]}, geometry=[Point(1, 2)], crs=CRS))
    stranger = user_of(postgis, "stranger")
    for table, rule in (("closed.nodes", "database.no_right"), ("closed.nothing", "layer.missing")):
        with pytest.raises(SourceRefusedError) as refusal:
            read_postgis(stranger.url, table)
        assert refusal.value.rule == rule


@pytest.mark.usefixtures("password")
def test_reading_cannot_write(postgis) -> None:
    execute(
        postgis,
        "create schema if not exists sly; create table if not exists sly.log (t text)",
        "create or replace function sly.written() returns text language plpgsql volatile as "
        "$$ begin insert into sly.log values ('x'); return 'x'; end $$",
        "create or replace view sly.pipes as select sly.written() as pipe_id, "
        "st_setsrid(st_point(0, 0), 4543) as geometry",
    )
    with pytest.raises(SourceRefusedError) as refusal:
        read_postgis(postgis.url, "sly.pipes")
    assert "read-only" in str(refusal.value.found["reason"])
