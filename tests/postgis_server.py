"""A private PostgreSQL server with PostGIS on a temporary data directory, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD, DATABASE = "engineer", "only-for-tests", "survey"


@dataclass(frozen=True)
class Server:
    """Where the server listens."""

    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"


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


def execute(server: Server, *statements: str, database: str = DATABASE) -> None:
    """Run statements, each on its own."""
    import psycopg

    with psycopg.connect(
        host="127.0.0.1", port=server.port, user=USER, password=PASSWORD, dbname=database, autocommit=True
    ) as connection:
        for statement in statements:
            connection.execute(statement)
