"""``spongecalc publish`` as a whole: a project that reads a database, and publishes into it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import Point
from tests.planted_secret import PLAIN, files_that_tell, told_in
from tests.postgis_server import PASSWORD, Server, asked, execute, open_connection, put, user_of
from tests.small_project import CRS, community, write_small_project

from spongecalc.language import LANGUAGES


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spongecalc", *words], capture_output=True, text=True, check=False
    )


@pytest.fixture
def server(postgis: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    execute(postgis, "drop database if exists county with (force)", "create database county")
    own = postgis.of("county")
    execute(own, "create extension postgis")
    yield own


def project_on(server: Server, tmp_path: Path) -> Path:
    """The small project with the pipes of C from the database, and results as if a run had left them."""
    put(server, "survey", "pipes", community("C", 2)["pipes"])
    folder = write_small_project(tmp_path / "project").folder
    page = folder / "spongecalc.toml"
    here = 'source = "c.gpkg"\nlayer = "pipes"'
    text = page.read_text(encoding="utf-8")
    assert here in text
    page.write_text(text.replace(here, f'source = "{server.url}"\nlayer = "survey.pipes"'), encoding="utf-8")
    results = folder / "results"
    results.mkdir()
    for name in ("communities", "pipes"):
        frame = gpd.GeoDataFrame({"community_id": ["A"], "runoff_m3": [1.5]}, geometry=[Point(1, 2)], crs=CRS)
        pyogrio.write_dataframe(frame, results / "spongecalc.gpkg", layer=name, driver="GPKG")
    table = pd.DataFrame({"community_id": ["007"], "name": ["'＝小区"], "runoff_m3": [1.5]})
    table.to_csv(results / "communities.csv", index=False, encoding="utf-8-sig")
    return folder


def test_results_are_published_beside_the_survey_and_never_over_it(server: Server, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder = project_on(server, tmp_path)
    results = folder / "results"
    (results / "sweeps").mkdir()
    pd.DataFrame({"set": ["base"], "runoff_m3": [2.5]}).to_csv(results / "sweeps" / "paving.csv", index=False)
    (results / "store").mkdir()
    duckdb.sql("SELECT 'A/after/P3' AS run_id, 3.5 AS runoff_m3").write_parquet(
        str(results / "store" / "runs.parquet")
    )
    survey = asked(server, "select * from survey.pipes order by pipe_id")
    for language, said in (
        ("en", "survey.pipes is a source of this project"),
        ("zh", "survey.pipes 是本项目的数据源"),
    ):
        answer = command("publish", str(folder), "--to", server.url, "--schema", "survey", "--lang", language)
        assert answer.returncode == 1
        assert said in " ".join(answer.stderr.split())
    assert asked(server, "select * from survey.pipes order by pipe_id") == survey
    assert asked(server, "select count(*) from pg_tables where schemaname = 'survey'") == [(1,)]
    for _ in range(2):
        answer = command("publish", str(folder), "--to", server.url, "--schema", "done", "--lang", "en")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        # No warning of a library, and nothing else that is no answer.
        assert answer.stderr == ""
        assert "5 tables" in answer.stdout
    assert asked(server, "select community_id, runoff_m3 from done.communities") == [("A", 1.5)]
    for table, volume_m3 in (("sweep_paving", 2.5), ("store_runs", 3.5)):
        assert asked(server, f"select runoff_m3 from done.{table}") == [(volume_m3,)]
    # An id keeps its zeros, and a name loses the apostrophe that kept a spreadsheet from calculating it.
    assert asked(server, "select community_id, name from done.table_communities") == [("007", "＝小区")]
    (results / "sweeps" / "paving.csv").unlink()
    answer = command("publish", str(folder), "--to", server.url, "--schema", "done", "--json")
    found = json.loads(answer.stdout)
    assert found["emptied"] == ["done.sweep_paving"]
    assert "done.communities" in found["written"]


def test_a_publisher_that_is_killed_leaves_what_was_there_and_the_same_command_publishes(
    server: Server, tmp_path: Path
) -> None:
    """It is killed while the server holds it in the middle of its tables."""
    folder = project_on(server, tmp_path)
    words = ("publish", str(folder), "--to", server.url, "--schema", "done", "--lang", "en")
    assert command(*words).returncode == 0
    tables = ("communities", "pipes", "table_communities")
    before = [asked(server, f"select * from done.{name}") for name in tables]
    results = folder / "results"
    table = pd.DataFrame({"community_id": ["007"], "name": ["another"], "runoff_m3": [2.5]})
    table.to_csv(results / "communities.csv", index=False, encoding="utf-8-sig")
    execute(
        server,
        "create function public.wait() returns trigger language plpgsql as "
        "$$ begin perform pg_advisory_xact_lock(77); return new; end $$",
        "create trigger wait before insert on done.table_communities for each row execute function wait()",
    )
    with open_connection(server) as gate:
        gate.execute("select pg_advisory_lock(77)")
        publisher = subprocess.Popen(
            [sys.executable, "-m", "spongecalc", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not asked(server, "select 1 from pg_locks where locktype = 'advisory' and not granted"):
            assert publisher.poll() is None
        publisher.kill()
        publisher.wait()
        gate.execute("select pg_advisory_unlock(77)")
    assert [asked(server, f"select * from done.{name}") for name in tables] == before
    answer = command(*words)
    assert answer.returncode == 0, answer.stderr
    assert asked(server, "select name, runoff_m3 from done.table_communities") == [("another", 2.5)]


@pytest.mark.parametrize("to", [("--to", ""), (), ("--to", "results.gpkg"), ("--to", "postgresql://")])
def test_no_address_is_refused_before_anything_is_read(tmp_path: Path, to: tuple[str, ...]) -> None:
    folder = write_small_project(tmp_path / "project").folder
    for language in LANGUAGES:
        answer = command("publish", str(folder), *to, "--lang", language)
        assert answer.returncode == 2
        assert "postgresql://" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_a_damaged_geopackage_of_results_is_named(server: Server, tmp_path: Path) -> None:
    folder = project_on(server, tmp_path)
    (folder / "results" / "spongecalc.gpkg").write_bytes(b"no database" * 99)
    answer = command("publish", str(folder), "--to", server.url, "--lang", "en")
    assert answer.returncode == 2
    assert "spongecalc.gpkg" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_password_of_the_environment_is_told_nowhere(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A county's work with a database, from the check to the report, with a right and with a wrong password."""
    reader = user_of(server, "planted")
    execute(
        server,
        f"alter role planted password '{PLAIN}'",
        "grant create on database county to planted",
    )
    folder = project_on(server, tmp_path)
    execute(server, "grant usage on schema survey to planted", "grant select on survey.pipes to planted")
    page = folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8").replace(server.url, reader.url), encoding="utf-8")
    shutil.rmtree(folder / "results")  # tables of a test's hand, which a project's own would not replace
    monkeypatch.setenv("PGPASSWORD", PLAIN)
    works = (
        ("sources", reader.url),
        ("sources", reader.url.replace("postgresql:", "postgresql+psycopg:")),
        ("all", str(folder)),
        ("store", str(folder)),
        ("publish", str(folder), "--to", reader.url, "--schema", "told"),
        ("publish", str(folder), "--to", reader.url, "--schema", "survey"),
        ("status", str(folder)),
        ("check", str(folder), "--fix"),
        ("explain", "communities.csv:C:sewage_laid_m", str(folder)),
        ("publish", str(folder), "--to", reader.url.replace("county", "nowhere")),
        ("publish", str(folder), "--to", reader.url.replace(str(server.port), "1")),
    )
    for words in works:
        answer = command(*words, "--lang", "en")
        told = answer.stdout + answer.stderr
        assert not told_in(told.encode()), words
        assert "Traceback" not in told, told
        if words[0] in ("all", "store"):
            assert answer.returncode == 0, told
    assert (folder / "report" / "index.html").is_file()
    assert asked(server, "select count(*) > 0 from told.table_communities") == [(True,)]
    assert files_that_tell(tmp_path) == []
    searched = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    monkeypatch.setenv("PGPASSWORD", f"{PLAIN}-wrong")
    for words in (works[0], ("check", str(folder)), works[4]):
        answer = command(*words, "--lang", "en")
        assert answer.returncode == 1
        assert "PGPASSWORD" in answer.stdout + answer.stderr
        assert not told_in((answer.stdout + answer.stderr).encode())
    changed = [p for p in tmp_path.rglob("*") if searched.get(p) != p.stat().st_mtime_ns]
    unchanged = tuple(p for p in searched if p not in changed)
    assert files_that_tell(tmp_path, except_for=unchanged) == []
