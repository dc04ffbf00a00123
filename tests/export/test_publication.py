"""Publication into a real server: only the project's own tables, all or none, and what stands on them stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
from shapely import LineString, MultiLineString, Point

from spongecalc.export.database_table import DatabaseTable, layer_table, result_table
from spongecalc.export.publication import MARK, PublishRefusedError, publish
from spongecalc.language import LANGUAGES, text
from spongecalc.layers.sources.postgis import read_postgis
from spongecalc.layers.sources.raw import SourceRefusedError
from tests.postgis_server import PASSWORD, Server, asked, execute, open_connection, put, user_of
from tests.small_project import CRS

SCHEMA, PROJECT = "results", "three squares"
NAMES = ("we.ird", "a:b", "50%", 'q"uote', "Capitals", "成果 一", "it's", "select", " x")


@pytest.fixture
def server(postgis: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with an empty database that has PostGIS, and no schema but those that it comes with."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    execute(postgis, "drop database if exists publishing with (force)", "create database publishing")
    own = postgis.of("publishing")
    execute(own, "create extension postgis")
    yield own


def table(name: str = "table_communities", **columns: list[str | None]) -> DatabaseTable:
    return result_table(
        name, pd.DataFrame(columns or {"community_id": ["A", "B"], "runoff_m3": ["1.50", "2.50"]})
    )


def layer(name: str = "communities", shape: object = None, **columns: list[object]) -> DatabaseTable:
    shapes = [shape if shape is not None else Point(1, 2)]
    return layer_table(name, gpd.GeoDataFrame(columns or {"runoff_m3": [1.5]}, geometry=shapes, crs=CRS))


def published(
    server: Server, *tables: DatabaseTable, schema: str = SCHEMA, read: tuple[str, ...] = ()
) -> list[str]:
    return list(publish(server.url, schema, PROJECT, tables or (layer(), table()), read).written)


def refused(server: Server, key: str, *tables: DatabaseTable, **more: object) -> str:
    """The sentence of a publication that is refused: whole in each language, without words of the driver's."""
    with pytest.raises(PublishRefusedError) as refusal:
        published(server, *tables, **more)  # type: ignore[arg-type]
    assert refusal.value.key == key
    said = [text(f"survey.publish.{key}", lang, **refusal.value.found) for lang in LANGUAGES]
    for sentence in said:
        assert "{" not in sentence
        assert "psycopg" not in sentence.lower()
        assert "COPY " not in sentence
    return said[-1]


def oids(server: Server, schema: str = SCHEMA) -> dict[str, int]:
    found = asked(
        server,
        "select c.relname, c.oid::int from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        f"where n.nspname = '{schema}'",
    )
    return dict(found)


def test_tables_are_made_once_and_filled_from_then_on(server: Server) -> None:
    """Views, rights, indexes and the tables themselves stay: they were dropped and made anew."""
    assert published(server) == ["results.communities", "results.table_communities"]
    user_of(server, "reader")
    execute(
        server,
        "create view public.large as select community_id, runoff_m3 from results.table_communities",
        "grant usage on schema results to reader",
        "grant select on results.table_communities to reader",
        "create index mine on results.table_communities (community_id)",
    )
    before = oids(server)
    for _ in range(2):
        published(server, layer(), table(community_id=["C"], runoff_m3=["9.00"]))
    assert oids(server) == before
    assert asked(user_of(server, "reader"), "select * from results.table_communities") == [("C", 9.0)]
    assert asked(server, "select * from large") == [("C", 9.0)]
    assert len(read_postgis(server.url, "results.communities").frame) == 1


@pytest.mark.parametrize("kind", ["table", "view", "materialized view"])
def test_what_somebody_else_made_is_left_as_it_is(server: Server, kind: str) -> None:
    execute(server, "create schema results", f"create {kind} results.table_communities as select 'survey' as x")
    said = refused(server, "not_ours")
    assert "results.table_communities" in said
    assert f"COMMENT ON TABLE results.table_communities IS '{MARK}{PROJECT}'" in said
    # Nothing else was made either.
    assert set(oids(server)) == {"table_communities"}
    assert asked(server, "select x from results.table_communities") == [("survey",)]


def test_results_of_an_earlier_version_are_taken_over_by_the_advised_comment(server: Server) -> None:
    execute(
        server,
        "create schema results",
        "create table results.table_communities as select 'A'::text as community_id, 1.5::float as runoff_m3",
    )
    advice = refused(server, "not_ours").partition("COMMENT ON")
    execute(server, "COMMENT ON" + advice[2])
    published(server)
    assert len(asked(server, "select * from results.table_communities")) == 2


def test_results_of_another_project_are_left_as_they_are(server: Server) -> None:
    publish(server.url, SCHEMA, "another", [table()])
    assert "results.table_communities" in refused(server, "not_ours")
    assert len(asked(server, "select * from results.table_communities")) == 2


PIPES = gpd.GeoDataFrame({"pipe_id": ["A"]}, geometry=[LineString([(0, 0), (1, 0)])], crs=CRS)


@pytest.mark.parametrize("typed", ["survey.pipes", "pipes", '"survey"."pipes"', "survey.shown", "public.deeper"])
def test_what_the_project_reads_is_never_touched_even_if_it_is_marked(server: Server, typed: str) -> None:
    """By its name with and without schema, and through views on views."""
    put(server, "survey", "pipes", PIPES)
    execute(
        server,
        f"comment on table survey.pipes is '{MARK}{PROJECT}'",
        "create view survey.shown as select * from survey.pipes",
        "create view public.deeper as select * from survey.shown",
    )
    said = refused(server, "is_read", layer("pipes"), schema="survey", read=("nodes", typed))
    assert "survey.pipes" in said
    assert typed in said
    assert "--schema" in said
    assert asked(server, "select pipe_id from survey.pipes") == [("A",)]


@pytest.mark.parametrize("typed", ["results.sweep_paving", "public.shown"])
def test_a_source_is_not_emptied_for_want_of_a_result(server: Server, typed: str) -> None:
    """A marked table that no result stands behind any more, and that the project has come to read."""
    published(server, layer(), table(), table("sweep_paving"))
    execute(server, "create view public.shown as select * from results.sweep_paving")
    said = refused(server, "is_read", layer(runoff_m3=[9.9]), table(), read=(typed,))
    assert "results.sweep_paving" in said
    assert typed in said
    assert asked(server, "select runoff_m3 from results.sweep_paving order by 1") == [(1.5,), (2.5,)]
    assert asked(server, "select runoff_m3 from results.communities") == [(1.5,)]
    assert publish(server.url, SCHEMA, PROJECT, [layer(), table()]).emptied == ("results.sweep_paving",)


def test_rows_of_tables_that_inherit_stay(server: Server) -> None:
    published(server, table(), table("sweep_paving"))
    for name in ("table_communities", "sweep_paving"):
        execute(
            server,
            f"create table public.heir_of_{name} (checked_by text) inherits (results.{name})",
            f"insert into public.heir_of_{name} values ('Z', 7.5, 'surveyor')",
        )
    assert published(server, table(community_id=["C"], runoff_m3=["9.00"])) == ["results.table_communities"]
    for name, rows in (("table_communities", [("C", 9.0)]), ("sweep_paving", [])):
        assert asked(server, f"select * from public.heir_of_{name}") == [("Z", 7.5, "surveyor")]
        assert asked(server, f"select * from only results.{name}") == rows


@pytest.mark.parametrize(
    "changed",
    [
        {"community_id": ["A"]},
        {"community_id": ["A"], "runoff_m3": ["none"]},
        {"community_id": ["A"], "runoff_m3": ["3.00"], "added_m": ["2.00"]},
    ],
    ids=["gone", "of another type", "come"],
)
def test_columns_of_tables_that_inherit_are_not_changed(server: Server, changed: dict) -> None:
    published(server, table())
    execute(
        server,
        "create table public.heir () inherits (results.table_communities)",
        "insert into public.heir values ('Z', 7.5)",
    )
    said = refused(server, "inherited", table(**changed))
    assert "heir" in said
    assert "results.table_communities" in said
    assert asked(server, "select * from public.heir") == [("Z", 7.5)]
    assert asked(server, "select runoff_m3 from only results.table_communities order by 1") == [(1.5,), (2.5,)]


@pytest.mark.parametrize("action", ["cascade", "set null", "set default"])
@pytest.mark.parametrize("name", ["table_communities", "sweep_paving"])
def test_rows_that_would_go_with_ours_by_a_key_stay(server: Server, name: str, action: str) -> None:
    """Of a table that is filled anew, and of one that is emptied."""
    published(server, table(), table("sweep_paving"))
    execute(
        server,
        f"alter table results.{name} add primary key (community_id)",
        f"create table public.remarks (of text references results.{name} on delete {action}, remark text)",
        "insert into public.remarks values ('A', 'seen on site')",
    )
    said = refused(server, "followed", table())
    assert "remarks" in said
    assert f"results.{name}" in said
    assert asked(server, "select * from public.remarks") == [("A", "seen on site")]
    assert asked(server, "select runoff_m3 from results.table_communities order by 1") == [(1.5,), (2.5,)]
    # What the message advises works, where the same rows come again.
    execute(
        server,
        "alter table public.remarks drop constraint remarks_of_fkey",
        f"alter table public.remarks add foreign key (of) references results.{name} "
        "on delete no action deferrable initially deferred",
    )
    published(server, table(), table("sweep_paving"))
    assert asked(server, "select * from public.remarks") == [("A", "seen on site")]
    # And where the row that is referred to has gone, the table that refers to it is named.
    rows = table(name, community_id=["C"], runoff_m3=["9.00"])
    others = [t for t in (table(), table("sweep_paving")) if t.name != name]
    assert "remarks" in refused(server, "referred", rows, *others)
    assert asked(server, f"select runoff_m3 from results.{name} order by 1") == [(1.5,), (2.5,)]


def test_a_table_of_the_same_name_in_another_schema_is_no_source(server: Server) -> None:
    put(server, "survey", "pipes", PIPES)
    assert published(server, layer("pipes"), read=("survey.pipes",)) == ["results.pipes"]
    assert published(server, layer("pipes"), read=("survey.pipes",)) == ["results.pipes"]


def test_columns_that_come_change_and_go(server: Server) -> None:
    published(server, table(community_id=["A"], note=["1"], gone=["x"], runoff_m3=["1.50"]))
    execute(
        server,
        "create view public.mine as select community_id, runoff_m3 from results.table_communities",
        "alter table results.table_communities add column checked_by text",
    )
    before = oids(server)
    # A whole number that became a text, one that comes and one that goes; somebody's own column stays.
    published(server, table(community_id=["A"], note=["see plan"], added_m=["2.00"], runoff_m3=["3.00"]))
    assert oids(server)["table_communities"] == before["table_communities"]
    columns = "community_id, note, added_m, runoff_m3, checked_by"
    assert asked(server, f"select {columns} from results.table_communities") == [
        ("A", "see plan", 2.0, 3.0, None)
    ]
    assert asked(server, "select * from mine") == [("A", 3.0)]
    assert not asked(
        server,
        "select 1 from information_schema.columns where table_schema = 'results' and column_name = 'gone'",
    )


@pytest.mark.parametrize(
    "changed",
    [{"community_id": ["A"]}, {"community_id": ["A"], "runoff_m3": ["none"]}],
    ids=["gone", "of another type"],
)
def test_a_view_on_a_changed_column_is_named_and_nothing_happens(server: Server, changed: dict) -> None:
    published(server)
    execute(server, "create view public.mine as select runoff_m3 from results.table_communities")
    said = refused(server, "stands_on", layer(runoff_m3=[9.9]), table(**changed))
    assert "mine" in said
    assert "table_communities" in said
    assert asked(server, "select runoff_m3 from mine order by 1") == [(1.5,), (2.5,)]
    assert asked(server, "select runoff_m3 from results.communities") == [(1.5,)]


def test_a_layer_takes_parts_and_heights(server: Server) -> None:
    line = LineString([(0, 0), (1, 0)])
    published(server, layer("pipes", line))
    first = oids(server)["pipes"]
    for shape in (MultiLineString([line]), line, LineString([(0, 0, 5), (1, 0, 6)]), Point(0, 0)):
        published(server, layer("pipes", shape))
        (found,) = read_postgis(server.url, "results.pipes").frame.geometry
        assert found.equals(shape)
        assert found.has_z == shape.has_z
    assert oids(server)["pipes"] == first


def test_an_empty_layer_and_a_result_that_is_gone_leave_no_old_rows(server: Server) -> None:
    published(server, layer(), table(), table("sweep_paving"))
    nothing = layer_table("communities", gpd.GeoDataFrame({"runoff_m3": []}, geometry=[], crs=CRS))
    done = publish(server.url, SCHEMA, PROJECT, [nothing, table()])
    assert done.emptied == ("results.sweep_paving",)
    for name in ("communities", "sweep_paving"):
        assert asked(server, f"select count(*) from results.{name}") == [(0,)]


def test_values_come_as_they_are(server: Server) -> None:
    published(
        server,
        table(
            community_id=["007", "8"],
            material=["NA", None],
            code=["0012", "13"],
            count=["3", None],
            flag=["True", "False"],
            share_percent=["-0.50", "1e-05"],
            empty=[None, None],
            empty_m=[None, None],
        ),
    )
    rows = asked(server, "select * from results.table_communities order by community_id desc")
    assert rows == [
        ("8", None, "13", None, False, 1e-05, None, None),
        ("007", "NA", "0012", 3, True, -0.5, None, None),
    ]


def test_readers_see_the_old_rows_until_all_are_new(server: Server) -> None:
    """The publication waits in its middle: who reads then, reads what was there, and need not wait."""
    published(server)
    execute(
        server,
        "create function public.wait() returns trigger language plpgsql as "
        "$$ begin perform pg_advisory_xact_lock(77); return new; end $$",
        "create trigger wait before insert on results.table_communities for each row execute function wait()",
    )
    with open_connection(server) as gate, open_connection(server) as reader:
        gate.execute("select pg_advisory_lock(77)")
        reader.execute("begin isolation level repeatable read")
        rows = (layer(runoff_m3=[9.9]), table(community_id=["C"], runoff_m3=["9.00"]))
        work = threading.Thread(target=published, args=(server, *rows))
        work.start()
        while not asked(server, "select 1 from pg_locks where locktype = 'advisory' and not granted"):
            assert work.is_alive()
        for connection in (reader, gate):
            assert connection.execute("select count(*) from results.table_communities").fetchall() == [(2,)]
            assert connection.execute("select runoff_m3 from results.communities").fetchall() == [(1.5,)]
        assert "results" in refused(server, "busy")
        gate.execute("select pg_advisory_unlock(77)")
        work.join(60)
        # A reader's view of the data stays one whole: rows that were there when it began are not taken from it.
        assert reader.execute("select count(*) from results.table_communities").fetchall() == [(2,)]
        reader.execute("commit")
    assert asked(server, "select runoff_m3 from results.table_communities") == [(9.0,)]


def trigger(server: Server, body: str) -> None:
    """Have the server do something whenever a row is put into a table of results."""
    published(server)
    execute(
        server,
        f"create function public.happens() returns trigger language plpgsql as $$ begin {body} end $$",
        "create trigger happens before insert on results.table_communities for each row execute function "
        "happens()",
    )


FAULTS = {
    "lost": "perform pg_terminate_backend(pg_backend_pid()); return new;",
    "full": "raise exception using errcode = '53100', message = 'no space', detail = 'row (A, 1.5)';",
    "value": "raise exception using errcode = '23514', message = 'violates check', detail = 'row (A, 1.5)';",
    "slow": "perform pg_cancel_backend(pg_backend_pid()); perform pg_sleep(5); return new;",
    "read_only": "raise exception using errcode = '25006', message = 'read-only', detail = 'row (A, 1.5)';",
    "held": "raise exception using errcode = '40P01', message = 'deadlock', detail = 'row (A, 1.5)';",
    "refused": "raise exception using errcode = 'XX001', message = 'damaged', detail = 'row (A, 1.5)';",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_middle_leaves_what_was_there_and_says_what_to_do(server: Server, fault: str) -> None:
    trigger(server, FAULTS[fault])
    said = refused(server, fault, layer(runoff_m3=[9.9]), table(community_id=["C"], runoff_m3=["9.00"]))
    assert "1.5" not in said
    assert asked(server, "select runoff_m3 from results.communities") == [(1.5,)]
    assert asked(server, "select runoff_m3 from results.table_communities order by 1") == [(1.5,), (2.5,)]


def test_a_server_that_is_set_to_read_only(server: Server) -> None:
    execute(server, "alter database publishing set default_transaction_read_only = on")
    refused(server, "read_only")
    assert oids(server) == {}


def test_a_table_that_somebody_holds(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spongecalc.layers.sources.database_connection.LOCK_TIMEOUT_S", 0.2)
    published(server)
    with open_connection(server) as other:
        other.execute("begin")
        other.execute("lock table results.table_communities in access exclusive mode")
        assert "table_communities" in refused(server, "held")


def test_a_value_that_no_text_of_the_server_holds(server: Server) -> None:
    said = refused(server, "value", table(community_id=["A\x00B"]))
    assert "table_communities" in said


def test_rights_on_one_schema_suffice(server: Server) -> None:
    """A user who may make no schema, owns no database and is nobody's superuser; the extension is another's."""
    publisher = user_of(server, "publisher")
    execute(
        server,
        "revoke all on database publishing from public",
        "grant connect on database publishing to publisher",
        "revoke all on schema public from public",
        "grant usage on schema public to publisher",
    )
    said = refused(publisher, "no_schema")
    assert 'CREATE SCHEMA "results" AUTHORIZATION "publisher"' in said
    execute(server, "create schema results")
    said = refused(publisher, "no_right")
    assert "publisher" in said
    assert "USAGE and CREATE" in said
    execute(server, "drop schema results", said_schema())
    for _ in range(2):
        assert published(publisher) == ["results.communities", "results.table_communities"]
    # A colleague who may fill what is there need not own it.
    colleague = user_of(server, "colleague")
    execute(
        server,
        "grant connect on database publishing to colleague",
        "grant usage on schema public, results to colleague",
    )
    assert "colleague" in refused(colleague, "no_right")
    execute(publisher, "grant select, insert, delete on all tables in schema results to colleague")
    published(colleague)


def said_schema() -> str:
    """What the administrator is told to run."""
    return 'CREATE SCHEMA "results" AUTHORIZATION "publisher"'


def test_rows_that_a_policy_hides_do_not_stay_beside_the_new_ones(server: Server) -> None:
    published(server)
    colleague = user_of(server, "colleague")
    execute(
        server,
        "grant usage on schema public, results to colleague",
        "grant select, insert, delete on all tables in schema results to colleague",
        "alter table results.table_communities enable row level security",
        "create policy half on results.table_communities using (community_id = 'A') with check (true)",
    )
    with pytest.raises(PublishRefusedError):
        published(colleague)
    assert len(asked(server, "select * from results.table_communities")) == 2


@pytest.mark.parametrize("name", NAMES)
def test_names_with_any_sign(server: Server, name: str) -> None:
    """Of a schema, of a sweep, of a column and of a project; twice, so that each is found again."""
    rows = [layer(name, None, **{name: [1.5]}), table(f"sweep_{name}", **{name: ["x"], "a_m": ["1.00"]})]
    for _ in range(2):
        done = publish(server.url, name, f"project {name}", rows)
        assert done.written == (f"{name}.{name}", f"{name}.sweep_{name}")
    assert read_postgis(server.url, f"{name}.{name}").frame[name].tolist() == [1.5]
    assert set(oids(server, name.replace("'", "''"))) >= {name, f"sweep_{name}"}


def test_long_names_stay_apart(server: Server) -> None:
    """The server cuts names after 63 bytes, which are 21 Chinese characters, and says nothing."""
    long = "透水铺装比选方案之一二三四五六七八九十"
    done = published(server, table(f"sweep_{long}甲"), table(f"sweep_{long}乙"))
    assert len(set(done)) == 2
    assert set(oids(server)) == {name.partition(".")[2] for name in done}
    assert published(server, table(f"sweep_{long}甲"), table(f"sweep_{long}乙")) == done
    with pytest.raises(PublishRefusedError, match="schema"):
        published(server, schema=long + long)


@pytest.mark.parametrize("schema", ["pg_results", "pg_catalog", "PG_TEMP", "information_schema"])
def test_schemas_of_the_server_itself(server: Server, schema: str) -> None:
    assert schema in refused(server, "reserved", schema=schema)


@pytest.mark.parametrize(
    "url", ["", " ", "postgresql://", "postgresql:///", "results.gpkg", "mysql://127.0.0.1/x", "PG:dbname=x"]
)
def test_an_address_that_names_no_database_is_refused_before_anything(url: str) -> None:
    with pytest.raises(PublishRefusedError) as refusal:
        publish(url, SCHEMA, PROJECT, [table()])
    assert refusal.value.key == "address"
    with pytest.raises(PublishRefusedError) as refusal:
        publish("postgresql://127.0.0.1:1/survey", " ", PROJECT, [table()])
    assert refusal.value.key == "schema"


def test_a_database_without_postgis(server: Server) -> None:
    with pytest.raises(SourceRefusedError) as refusal:
        publish(replace(server, database="postgres").url, SCHEMA, PROJECT, [table()])
    assert refusal.value.rule == "database.no_postgis"


def test_nothing_of_a_failure_is_chained_to_what_is_raised(server: Server) -> None:
    """A traceback in somebody's own script shows no rows either."""
    trigger(server, FAULTS["full"])
    with pytest.raises(PublishRefusedError) as refusal:
        published(server)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert isinstance(refusal.value.__context__, psycopg.Error)
