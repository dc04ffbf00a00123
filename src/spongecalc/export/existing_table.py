"""Tables that a database holds already: whose they are, what stands on them, and which a project reads."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spongecalc.export.database_table import Shape, first_type, takes
from spongecalc.layers.sources.postgis import is_named

if TYPE_CHECKING:
    import pandas as pd
    from psycopg import Connection

_SHAPE = re.compile(r"(?:\S+\.)?geometry\((\w+?)(Z|M|ZM)?,(\d+)\)")
# Tables whose rows change when those of another are deleted: theirs go too, or lose what they refer to.
_FOLLOWING = (
    "select confrelid, conrelid::regclass::text from pg_catalog.pg_constraint where contype = 'f' "
    "and confdeltype in ('c', 'n', 'd') and conrelid <> confrelid and confrelid = any(%s) order by 2"
)
_HEIRS = (
    "select inhparent, inhrelid::regclass::text from pg_catalog.pg_inherits where inhparent = any(%s) order by 2"
)
# Which relation another is made of: of a view what it selects from, of a table its partitions and heirs.
_MADE_OF = (
    "select w.ev_class as upper, d.refobjid as lower from pg_catalog.pg_rewrite w "
    "join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid "
    "and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> w.ev_class "
    "union select inhparent, inhrelid from pg_catalog.pg_inherits"
)


@dataclass(frozen=True)
class ExistingTable:
    """A relation of a schema.

    ``types`` are those of its columns, without the geometry's; ``own_columns`` those that a publication made;
    ``views`` what stands on it; ``heirs`` tables that inherit its columns; ``following`` tables with a key on it
    that does away with, or empties, what refers to a row that is deleted.
    """

    oid: int
    is_table: bool
    comment: str
    columns: tuple[str, ...]
    types: Mapping[str, str]
    shape: Shape | None
    views: tuple[str, ...]
    heirs: tuple[str, ...] = ()
    following: tuple[str, ...] = ()

    def marked_as(self, mark: str) -> bool:
        """True where the first line of its comment is a project's mark."""
        return self.comment.partition("\n")[0].strip() == mark

    @property
    def own_columns(self) -> tuple[str, ...]:
        """Columns that the last publication made; those that somebody added are not among them."""
        try:
            own = json.loads(self.comment.partition("\n")[2].partition("\n")[0])
        except (ValueError, RecursionError):  # anybody may have written the comment
            return ()
        return tuple(str(c) for c in own) if isinstance(own, list) else ()

    def type_for(self, column: str, wanted: str, values: pd.Series) -> str:
        """The type that a column is to have for new values: the one it has, if that takes them."""
        there = self.types.get(column)
        if there is None:
            return wanted or first_type(column)
        return there if takes(there, wanted, values) else wanted


def existing_tables(connection: Connection[Any], schema: str) -> dict[str, ExistingTable]:
    """All relations of a schema by name."""
    relations = connection.execute(
        "select c.oid, c.relname, c.relkind, coalesce(obj_description(c.oid, 'pg_class'), '') "
        "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')",
        [schema],
    ).fetchall()
    known = [row[0] for row in relations]
    fields = connection.execute(
        "select a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a "
        "where a.attrelid = any(%s) and a.attnum > 0 and not a.attisdropped order by a.attnum",
        [known],
    ).fetchall()
    standing = connection.execute(
        f"select m.lower, m.upper::regclass::text from ({_MADE_OF}) m where m.lower = any(%s) order by 2",
        [known],
    ).fetchall()
    heirs = connection.execute(_HEIRS, [known]).fetchall()
    following = connection.execute(_FOLLOWING, [known]).fetchall()
    found = {}
    for oid, name, kind, comment in relations:
        types = {c: _plain_type(t) for of, c, t in fields if of == oid}
        others = [
            tuple(dict.fromkeys(other for of, other in pairs if of == oid))
            for pairs in (standing, heirs, following)
        ]
        shape = _shape(types.pop("geometry", ""))
        columns = tuple(c for of, c, _ in fields if of == oid)
        found[name] = ExistingTable(oid, kind == "r", comment, columns, types, shape, *others)
    return found


def read_by_project(connection: Connection[Any], typed: Collection[str]) -> dict[int, str]:
    """Relations that a project's sources are made of, by oid: those it names, and what views among them show."""
    if not typed:
        return {}
    relations = connection.execute(
        "select c.oid, n.nspname, c.relname from pg_catalog.pg_class c "
        "join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f')"
    ).fetchall()
    named = {oid: n for oid, schema, name in relations for n in typed if is_named(schema, name, n)}
    below = connection.execute(
        "with recursive made as ("
        "select o as start, o as oid from unnest(%s::oid[]) o "
        f"union select made.start, m.lower from made join ({_MADE_OF}) m on m.upper = made.oid) "
        "select start, oid from made",
        [list(named)],
    ).fetchall()
    return {oid: named[start] for start, oid in below}


def _plain_type(said: str) -> str:
    """A type without the zone that a time has none of."""
    return said.removesuffix(" without time zone")


def _shape(said: str) -> Shape | None:
    found = _SHAPE.fullmatch(said)
    return Shape(found[1], int(found[3]), found[2] == "Z") if found and found[2] in (None, "Z") else None
