"""The process that works out views of a GeoPackage for the program: SQL of a stranger may hold SQLite for ever.

It takes one document of JSON, that of :func:`asked_of`, and answers with a line of JSON for each relation:
its name, and what stands against reading it ("" where nothing does). Nothing of the file is changed or kept.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import closing
from typing import Any

try:
    import resource
except ModuleNotFoundError:  # a system without limits of its own: the program's clock ends the process
    resource = None  # type: ignore[assignment]

MOST_MEMORY = 2_000_000_000
"""Memory that SQLite may take [bytes]."""
LONGEST_PATTERN = 1000
"""Letters of a pattern of LIKE: the time that one takes grows with their number and the text's."""
# What gives something else each time, or tells one program that reads from another: what is seen here would be
# no promise of what GDAL will see. The last ones reach beyond the file.
_DENIED = (
    *("random", "randomblob", "sqlite_version", "sqlite_source_id", "sqlite_compileoption_get"),
    *("sqlite_compileoption_used", "changes", "total_changes", "last_insert_rowid", "sqlite_offset"),
    *("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"),
)
# A virtual table may look whether the file has changed.
_PRAGMAS = ("data_version",)
# A view of a table or field that is gone: GDAL says so where the view is read, and nothing is worked out. Tables
# that one SQLite has built in, and another not, are no such.
_GONE = ("no such table: ", "no such column: ")
_BUILT_IN = ("pragma_", "json", "dbstat", "bytecode", "tables_used", "sqlite_", "generate_series", "fts")


class LongError(Exception):
    """A relation that took longer than it may."""


def asked_of(path: str, relations: list[str], limits: dict[str, float]) -> str:
    """The document that the process takes: a file, names in it, and how much each may give and take.

    ``limits`` are ``seconds`` for each and ``all_seconds``, ``steps`` (of SQLite's machine between two looks at
    the clock), ``value`` and ``total`` in bytes, and ``rows``.
    """
    return json.dumps({"path": path, "relations": relations, "limits": limits})


def against(connection: sqlite3.Connection, relation: str, limits: dict[str, float]) -> str:
    """Work a relation out: "" where it ends within the limits, else which it passes, or SQLite's words."""
    end = time.process_time() + limits["seconds"]
    connection.set_progress_handler(lambda: int(time.process_time() >= end), int(limits["steps"]))
    try:
        return _worked_out(connection, relation, limits, end)
    except LongError:
        return "long"
    except (sqlite3.Error, MemoryError, UnicodeError) as reason:
        said = str(reason)
        if "interrupted" in said:
            return "long"
        if isinstance(reason, MemoryError) or "too big" in said or "out of memory" in said:
            return "large"
        gone = next((said.removeprefix(words) for words in _GONE if said.startswith(words)), None)
        if gone is not None and not gone.lower().removeprefix("main.").startswith(_BUILT_IN):
            return ""
        return f"words:{said}"
    finally:
        connection.set_progress_handler(None, 0)


def _worked_out(connection: sqlite3.Connection, relation: str, limits: dict[str, float], end: float) -> str:
    name = _quoted(relation)
    with closing(connection.execute(f"SELECT * FROM {name} LIMIT 0")) as heading:
        fields = [f"length(CAST({_quoted(column[0])} AS BLOB))" for column in heading.description]
    rows, total = 0, 0
    with closing(connection.execute(f"SELECT {', '.join(fields)} FROM {name}")) as given:
        for sizes in given:
            rows += 1
            total += sum(size or 0 for size in sizes)
            if rows > limits["rows"]:
                return "rows"
            if total > limits["total"]:
                return "large"
            if time.process_time() >= end:
                raise LongError
    return ""


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _allowed(action: int, first: str | None, second: str | None, *_: object) -> int:
    """SQLite's question about a piece of a statement."""
    denied = (
        action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _DENIED)
        or (action == sqlite3.SQLITE_PRAGMA and (first or "").lower() not in _PRAGMAS)
    )
    return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK


def connected(path: str, value: float) -> sqlite3.Connection:
    """A connection that changes and locks nothing, in which no value may be larger than so many bytes."""
    from pathlib import Path  # noqa: PLC0415  for its address alone

    connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA query_only = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, int(min(value, 2**31 - 1)))
    return connection


def main() -> None:
    """Answer what is asked on the standard input."""
    asked: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    limits = asked["limits"]
    if resource is not None:
        most = int(limits["all_seconds"]) + 2
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    with closing(connected(asked["path"], limits["value"])) as connection:
        connection.execute(f"PRAGMA hard_heap_limit = {MOST_MEMORY}")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)
        connection.set_authorizer(_allowed)
        for relation in asked["relations"]:
            told = {"name": relation, "against": against(connection, relation, limits)}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
