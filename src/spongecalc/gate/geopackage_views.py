"""The look at what a GeoPackage works out while it is read: views, and fields that are made of others.

Their SQL is of the file's maker, and may go on for ever or fill the memory. Each is worked out once beforehand,
by a process of its own with an end; GDAL gets only those that have one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from spongecalc.gate.geopackage_worker import against, asked_of, connected
from spongecalc.gate.limits import MB, Limits
from spongecalc.gate.not_admitted import NotAdmittedError

SECONDS = 10.0
"""Processor time that working out one view may take [s]; a view of 100,000 pipes takes a tenth of a second."""
ALL_SECONDS = 30.0
"""Processor time for all views of a file [s]."""
WAITED = 10.0
"""How many times the processor time they may take by the clock: disks and busy machines are slow."""
STEPS = 1000
"""Steps of SQLite's machine between two looks at the clock."""
# Without -P the folder that the program is called in, a project with files of anyone, would come first.
PROGRAM = ("-P", "-m", "spongecalc.gate.geopackage_worker")
# What SQLite works out while a table is read: a field that is not stored.
_NOT_STORED = 2
# A spatial index: a virtual table that works nothing out of others.
_INDEX = re.compile(
    r"""(?is)\s*CREATE\s+VIRTUAL\s+TABLE\s+("(?:[^"]|"")*"|'(?:[^']|'')*'|`[^`]*`|\[[^\]]*\]|\w+)\s+USING\s+rtree\b"""
)
_STORED = re.compile(r"(?i)\s*CREATE\s+TABLE\b")
_NAME = 60
LARGE_VALUE = "large_value"
"""The refusal of a table whose values are stored, and of which one is too large."""
_LEAST_BYTES = 1_000_000.0  # the file's own account of its tables is to be read in any case


def refused_relations(path: Path, limits: Limits) -> dict[str, NotAdmittedError]:
    """Refusals of layers of a GeoPackage beside which no journal lies, by the layer's name.

    Raises
    ------
    sqlite3.Error
        What SQLite says of a damaged file.
    """
    with closing(connected(str(path), _most_bytes(limits))) as connection:
        worked_out, stored = _relations(connection)
        # A file that is smaller than a value may be holds none that is larger.
        large = path.stat().st_size > _most_bytes(limits)
        refused = _with_large_values(connection, stored, limits) if large else {}
    for name in worked_out:
        if name.encode("utf-8", "replace").decode() != name:
            raise NotAdmittedError("view_unclear", name=_shown(name), reason="UTF-8")
    if worked_out:
        refused |= _worked_out(path, worked_out, limits)
    return refused


def _shown(name: str) -> str:
    return name[:_NAME].encode("utf-8", "replace").decode()


def _most_bytes(limits: Limits) -> float:
    return max(limits.text_limit_mb * MB, _LEAST_BYTES)


def _relations(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Names of what is worked out while it is read, and of the tables that are stored."""
    worked_out: list[str] = []
    stored: list[str] = []
    # Names of fields may be in any encoding, which only their reader decodes.
    connection.text_factory = lambda given: given.decode("utf-8", "surrogateescape")
    known = connection.execute(
        "SELECT name, type, sql, CASE WHEN type = 'table' AND rootpage > 0 "
        "THEN (SELECT max(hidden = ?) FROM pragma_table_xinfo(m.name)) END "
        "FROM sqlite_master m WHERE type IN ('view', 'table')",
        [_NOT_STORED],
    )
    for name, kind, sql, not_stored in known.fetchall():
        if kind == "table" and _INDEX.match(sql or ""):
            continue
        if kind == "table" and _STORED.match(sql or "") and not not_stored:
            stored.append(name)
        else:
            worked_out.append(name)
    return worked_out, stored


def _with_large_values(
    connection: sqlite3.Connection, tables: list[str], limits: Limits
) -> dict[str, NotAdmittedError]:
    """Tables with a value that is larger than a text may be: SQLite stops at the first."""
    endless = {"seconds": float("inf"), "steps": 10**9, "total": float("inf"), "rows": float("inf")}
    return {
        name: NotAdmittedError(LARGE_VALUE, name=_shown(name), allowed=f"{limits.text_limit_mb:,g}")
        for name in tables
        if against(connection, name, endless) == "large"
    }


def _worked_out(path: Path, relations: list[str], limits: Limits) -> dict[str, NotAdmittedError]:
    """Refusals of relations that are worked out; one that the process has no answer for took too long."""
    bounds = {
        "seconds": SECONDS,
        "all_seconds": ALL_SECONDS,
        "steps": STEPS,
        "value": _most_bytes(limits),
        "total": max(limits.unpacked_limit_mb * MB, 2.0 * path.stat().st_size),
        "rows": limits.feature_limit,
    }
    told = _told(asked_of(str(path), relations, bounds))
    return {name: _refusal(name, found, limits) for name in relations if (found := told.get(name, "long"))}


def _told(asked: str) -> dict[str, str]:
    """Answers of the process by relation, as far as it came."""
    process = subprocess.Popen(
        [sys.executable, *PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    try:
        answers, _ = process.communicate(asked.encode(), ALL_SECONDS * WAITED)
    except subprocess.TimeoutExpired:
        process.kill()
        answers, _ = process.communicate()
    except BaseException:
        process.kill()
        process.wait()
        raise
    told = {}
    for line in answers.splitlines():
        with contextlib.suppress(ValueError):  # half a line, where it was ended
            answer = json.loads(line)
            told[answer["name"]] = answer["against"]
    return told


def _refusal(name: str, found: str, limits: Limits) -> NotAdmittedError:
    name = _shown(name)
    if found == "rows":
        return NotAdmittedError("view_rows", name=name, allowed=f"{limits.feature_limit:,}")
    if found == "large":
        return NotAdmittedError("view_large", name=name)
    if found == "long":
        return NotAdmittedError("view_long", name=name, seconds=f"{SECONDS:g}")
    return NotAdmittedError("view_unclear", name=name, reason=found.removeprefix("words:")[:200])
