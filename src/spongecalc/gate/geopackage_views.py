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
_INDEX = re.compile(r"(?is)^\s*CREATE\s+VIRTUAL\s+TABLE\b.*?\bUSING\s+rtree\b")
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
    if worked_out:
        refused |= _worked_out(path, worked_out, limits)
    return refused


def _most_bytes(limits: Limits) -> float:
    return max(limits.text_limit_mb * MB, _LEAST_BYTES)


def _relations(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Names of what is worked out while it is read, and of the tables that are stored."""
    worked_out: list[str] = []
    stored: list[str] = []
    known = connection.execute("SELECT name, type, sql FROM sqlite_master WHERE type IN ('view', 'table')")
    for name, kind, sql in known.fetchall():
        if kind == "view":
            worked_out.append(name)
        elif re.match(r"(?i)\s*CREATE\s+VIRTUAL\b", sql or ""):
            if not _INDEX.match(sql):
                worked_out.append(name)
        else:
            fields = connection.execute("SELECT hidden FROM pragma_table_xinfo(?)", [name]).fetchall()
            (worked_out if (_NOT_STORED,) in fields else stored).append(name)
    return worked_out, stored


def _with_large_values(
    connection: sqlite3.Connection, tables: list[str], limits: Limits
) -> dict[str, NotAdmittedError]:
    """Tables with a value that is larger than a text may be: SQLite stops at the first."""
    endless = {"seconds": float("inf"), "steps": 10**9, "total": float("inf"), "rows": float("inf")}
    return {
        name: NotAdmittedError(LARGE_VALUE, name=name[:_NAME], allowed=f"{limits.text_limit_mb:,g}")
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
    name = name[:_NAME]
    if found == "rows":
        return NotAdmittedError("view_rows", name=name, allowed=f"{limits.feature_limit:,}")
    if found == "large":
        return NotAdmittedError("view_large", name=name)
    if found == "long":
        return NotAdmittedError("view_long", name=name, seconds=f"{SECONDS:g}")
    return NotAdmittedError("view_unclear", name=name, reason=found.removeprefix("words:")[:200])
