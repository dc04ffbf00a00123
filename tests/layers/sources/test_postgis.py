"""A real PostGIS server: views, schemas, writing; a wrong password, a dead server, in time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, Point
from tests.postgis_server import PASSWORD, execute
from tests.small_project import CRS, write_small_project

from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.postgis import connected, read_postgis, write_postgis
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import ProjectError, load_project

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
    write_postgis(postgis.url, "survey", {"pipes": frame})
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
    write_postgis(postgis.url, "halves", {"pipes": frame})
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
def test_results_are_published(postgis, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    sqlalchemy = pytest.importorskip("sqlalchemy")
    project = write_small_project(tmp_path / "project")
    results = project.folder / "results"
    results.mkdir()
    places = gpd.GeoDataFrame({"community_id": ["A"], "runoff_m3": [1.5]}, geometry=[Point(1, 2)], crs=CRS)
    pyogrio.write_dataframe(places, results / "spongecalc.gpkg", layer="communities", driver="GPKG")
    pd.DataFrame({"community_id": ["A"], "runoff_m3": [1.5]}).to_csv(results / "communities.csv", index=False)
    (results / "sweeps").mkdir()
    pd.DataFrame({"set": ["base"], "runoff_m3": [2.5]}).to_csv(results / "sweeps" / "paving.csv", index=False)
    (results / "store").mkdir()
    duckdb.sql("SELECT 'A/after/P3' AS run_id, 3.5 AS runoff_m3").write_parquet(
        str(results / "store" / "runs.parquet")
    )
    answer = command("publish", str(project.folder), "--to", postgis.url, "--schema", "done", "--lang", "en")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert read_postgis(postgis.url, "done.communities").frame["runoff_m3"].tolist() == [1.5]
    with connected(postgis.url) as connection:
        for table, volume_m3 in (("sweep_paving", 2.5), ("store_runs", 3.5)):
            found = connection.execute(sqlalchemy.text(f"select runoff_m3 from done.{table}"))
            assert [row[0] for row in found] == [volume_m3]
    # Twice is as good as once.
    assert command("publish", str(project.folder), "--to", postgis.url, "--schema", "done").returncode == 0


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


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://engineer:secret@127.0.0.1/survey",
        "postgresql://engineer@127.0.0.1/survey?password=secret",
        "postgresql://engineer@127.0.0.1/survey?sslmode=require&PASSWORD=secret&connect_timeout=3",
        "postgres://engineer@127.0.0.1/survey?sslpassword=secret",
    ],
)
def test_a_password_in_the_file_is_refused_and_not_shown(tmp_path: Path, url: str) -> None:
    folder = project_with(tmp_path, url)
    with pytest.raises(ProjectError) as mistakes:
        load_project(folder)
    for language in ("zh", "en"):
        said = " ".join(mistakes.value.sentences(language))
        assert "PGPASSWORD" in said
        assert "secret" not in said
        assert "***" in said
        assert "engineer" in said
    with pytest.raises(ValueError, match="password"):
        LayerSource(source=url)
