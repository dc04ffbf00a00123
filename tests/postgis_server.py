"""A private PostgreSQL server with PostGIS on a temporary data directory, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import shapely

USER, PASSWORD, DATABASE = "engineer", "only-for-tests", "survey"


@dataclass(frozen=True)
class Server:
    """Where the server listens."""

    port: int
    user: str = USER
    database: str = DATABASE

    @property
    def url(self) -> str:
        return f"postgresql://{quote(self.user)}@127.0.0.1:{self.port}/{quote(self.database, safe='')}"

    def of(self, database: str) -> Server:
        """The same server, with another database."""
        return replace(self, database=database)


def missing() -> str:
    """Why no server can be started; empty if one can."""
    if not binaries():
        return "PostgreSQL's initdb is not installed"
    if not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        return "PostGIS is not installed"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "runuser is not there to start the server as another user than root"
    return ""


def binaries() -> Path | None:
    """The folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def _as_user(*command: str | Path) -> None:
    """Run a program as a user who is not root: a server refuses to start as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, *map(str, command)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd="/",
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running() -> Iterator[Server]:
    """A server that takes connections by password, with an empty database that has PostGIS."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    programs = binaries()
    assert programs is not None
    word = folder / "password"
    word.write_text(PASSWORD, encoding="ascii")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        shutil.chown(word, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        _as_user(
            programs / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={word}", "-E", "UTF8"
        )
        _as_user(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start")
        try:
            server = Server(port)
            execute(server, "create database survey", database="postgres")
            execute(server, "create extension postgis")
            yield server
        finally:
            _as_user(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_connection(server: Server) -> Any:
    """A connection as the server's user, each statement for itself."""
    import psycopg

    return psycopg.connect(
        host="127.0.0.1",
        port=server.port,
        user=server.user,
        password=PASSWORD,
        dbname=server.database,
        autocommit=True,
    )


def execute(server: Server, *statements: str, database: str | None = None) -> None:
    """Run statements, each on its own."""
    with open_connection(server.of(database or server.database)) as connection:
        for statement in statements:
            connection.execute(statement)


def asked(server: Server, statement: str) -> list[tuple[Any, ...]]:
    """The rows that a statement gives."""
    with open_connection(server) as connection:
        return list(connection.execute(statement).fetchall())


def user_of(server: Server, name: str) -> Server:
    """The server as a user without any rights of its own, who is made if there is none of the name."""
    if not asked(server, f"select 1 from pg_roles where rolname = '{name}'"):
        execute(server, f"create role \"{name}\" login password '{PASSWORD}'")
    return replace(server, user=name)


def put(server: Server, schema: str, name: str, frame: gpd.GeoDataFrame, column: str = "geometry") -> None:
    """Put a surveyor's table into the database: made by hand, in the place of one of its name."""
    from psycopg import sql

    kinds = {"f": "double precision", "i": "bigint", "b": "boolean"}
    fields = [c for c in frame.columns if c != frame.geometry.name]
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(str(c)), sql.SQL(kinds.get(frame[c].dtype.kind, "text")))
        for c in fields
    ]
    columns.append(sql.SQL("{} geometry").format(sql.Identifier(column)))
    table = sql.Identifier(schema, name)
    srid = frame.crs.to_epsg() if frame.crs is not None else 0
    shapes = shapely.to_wkb(
        shapely.set_srid(frame.geometry.to_numpy(), srid), include_srid=True, hex=True, flavor="extended"
    )
    with open_connection(server) as connection:
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        connection.execute(sql.SQL("drop table if exists {} cascade").format(table))
        connection.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns)))
        with connection.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin").format(table)) as copy:
            for row, shape in zip(frame[fields].itertuples(index=False, name=None), shapes, strict=True):
                copy.write_row([*(None if pd.isna(v) else v for v in row), shape])
