"""A GeoPackage with a journal beside it is read with all its rows, and nothing beside the source changes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import Point

from spongecalc.gate import geopackage_apart, vector
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.gate.limits import DEFAULT_LIMITS
from spongecalc.gate.territory import claim

NODES = gpd.GeoDataFrame(
    {"node_id": ["007", "8"]}, geometry=[Point(540000 + i, 2674000) for i in range(2)], crs="EPSG:4543"
)
# A row more by way of a log, and a transaction that breaks off when its pages are in the file already.
LOGGED = "c.execute('PRAGMA journal_mode = WAL'); c.execute(MORE); os._exit(0)"
BROKEN_OFF = (
    "c.execute('PRAGMA cache_size = 2'); c.execute('BEGIN'); c.execute(MORE)\n"
    "c.execute('CREATE TABLE pad(a)')\n"
    "for n in range(200): c.execute('INSERT INTO pad VALUES (zeroblob(3000))')\n"
    "os._exit(0)"
)
HELD = "c.execute('BEGIN EXCLUSIVE'); print('held', flush=True); sys.stdin.read()"


def program(path: Path, code: str) -> list[str]:
    """A program of its own that has the file open."""
    begin = (
        "import os, sqlite3, sys\nMORE = \"INSERT INTO nodes(node_id) VALUES ('9')\"\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('DROP TRIGGER IF EXISTS rtree_nodes_geom_insert')\n"
    )
    begin = "import os, sqlite3, sys\n" if code == HELD else begin
    return [
        sys.executable,
        "-c",
        f"{begin}c = sqlite3.connect(sys.argv[1], isolation_level=None)\n{code}",
        str(path),
    ]


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program holds the file."""
    with subprocess.Popen(program(path, HELD), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield
        finally:
            other.communicate()


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}


def ids(path: Path) -> list[str]:
    with Entrance(path, "vector"):
        assert [str(n) for n in vector.list_layers(path)[:, 0]] == ["nodes"]
        assert vector.read_info(path, layer="nodes")["driver"] == "GPKG"
        return sorted(vector.read_dataframe(path, layer="nodes")["node_id"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    pyogrio.write_dataframe(NODES, folder / "nodes.gpkg", driver="GPKG")
    return folder / "nodes.gpkg"


def test_rows_in_a_log_are_read_and_the_source_stays_as_it_is(path: Path) -> None:
    subprocess.run(program(path, LOGGED), check=True)
    before = contents(path.parent)
    assert before["nodes.gpkg-wal"][0]
    assert ids(path) == ["007", "8", "9"]
    assert contents(path.parent) == before


def test_a_link_to_a_geopackage_with_a_log_is_read_likewise(path: Path, tmp_path: Path) -> None:
    subprocess.run(program(path, LOGGED), check=True)
    before = contents(path.parent)
    (tmp_path / "link.gpkg").symlink_to(path)
    assert ids(tmp_path / "link.gpkg") == ["007", "8", "9"]
    assert contents(path.parent) == before


def test_what_a_broken_off_program_began_is_taken_back_in_a_copy(path: Path) -> None:
    subprocess.run(program(path, BROKEN_OFF), check=True)
    before = contents(path.parent)
    assert before["nodes.gpkg-journal"][0]
    assert ids(path) == ["007", "8"]
    assert contents(path.parent) == before


def test_a_file_that_changes_is_copied_anew_and_only_then(path: Path) -> None:
    subprocess.run(program(path, LOGGED), check=True)
    assert ids(path) == ["007", "8", "9"]
    first = geopackage_apart.readable(path, DEFAULT_LIMITS).place
    assert first != path
    assert geopackage_apart.readable(path, DEFAULT_LIMITS).place == first
    subprocess.run(program(path, LOGGED), check=True)
    assert ids(path) == ["007", "8", "9", "9"]
    assert not first.exists()


def test_a_file_of_which_nothing_lies_beside_is_read_where_it_is(path: Path) -> None:
    assert geopackage_apart.readable(path, DEFAULT_LIMITS).place == path.resolve()


def test_a_geopackage_that_is_held_is_waited_for_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geopackage_apart, "WAITED_S", 0.5)
    connect, waits = sqlite3.connect, []

    def noted(*given: object, **choices: object) -> sqlite3.Connection:
        waits.append(choices.get("timeout"))
        return connect(*given, **choices)

    monkeypatch.setattr(geopackage_apart.sqlite3, "connect", noted)
    with held(path):
        begun = time.monotonic()
        for _ in range(4):
            with pytest.raises(UnreadableError) as said, Entrance(path, "vector"):
                vector.list_layers(path)
            assert said.value.cause.kind == "locked"
        assert waits == [0.5, 0.0, 0.0, 0.0]
        assert time.monotonic() - begun < 8.0
    assert ids(path) == ["007", "8"]


def test_a_copy_counts_as_its_source_where_a_project_says_what_may_be_opened(path: Path) -> None:
    claim(path.parent)
    subprocess.run(program(path, LOGGED), check=True)
    assert ids(path) == ["007", "8", "9"]
