"""Results in a PostGIS schema: only tables of the project's own are filled anew, all of them or none.

A table that is ours bears the project's name in its comment. It is emptied and filled in one transaction and
changed only where its columns do, so that views on it, rights to it and whoever reads it stay.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spongecalc.export.database_table import LONGEST_NAME, DatabaseTable, database_name, first_type
from spongecalc.export.existing_table import ExistingTable, existing_tables, read_by_project
from spongecalc.layers.sources.database_connection import NO_RIGHT, connected, is_lost, said
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.address_password import holds_password, without_password
from spongecalc.project.database_address import is_database, is_unfit

if TYPE_CHECKING:
    from psycopg import Connection

MARK = "spongecalc results: "
# Codes of PostgreSQL, each with the sentence that says what to do.
_FAULTS = {
    NO_RIGHT: "no_right",
    "25006": "read_only",
    "53100": "full",
    "53200": "full",
    "55P03": "held",
    "40P01": "held",
    "40001": "held",
    "57014": "slow",
    "2BP01": "stands_on",
    "0A000": "stands_on",
}
_KEY_BROKEN = "23503"
_OF_A_VALUE = ("22", "23")


class PublishRefusedError(Exception):
    """A publication that cannot be made: ``key`` names its sentence, ``found`` fills it. Nothing was written."""

    def __init__(self, key: str, **found: object) -> None:
        super().__init__(key)
        self.key, self.found = key, found


@dataclass(frozen=True)
class Published:
    """The outcome of a publication: tables that were filled, and those of earlier results that are empty now."""

    written: tuple[str, ...]
    emptied: tuple[str, ...] = ()


def checked_address(url: str, schema: str) -> None:
    """Refuse an address or a schema that cannot be published to. Raises PublishRefusedError."""
    if holds_password(url):
        raise PublishRefusedError("password")
    if not url.strip() or is_unfit(url) or not is_database(url):
        raise PublishRefusedError("address", url=without_password(url) or "-")
    if not schema.strip() or database_name(schema) != schema:
        raise PublishRefusedError("schema", schema=schema or "-", longest=LONGEST_NAME)
    if schema.lower().startswith("pg_") or schema.lower() == "information_schema":
        raise PublishRefusedError("reserved", schema=schema)


def publish(
    url: str, schema: str, project: str, tables: Sequence[DatabaseTable], read: Collection[str] = ()
) -> Published:
    """Publish tables into a schema, which is made if it is not there; all of them or none.

    Parameters
    ----------
    url
        "postgresql://user@host:port/database", without a password.
    schema
        Name of the schema.
    project
        The project's name: only tables that bear it are filled anew.
    tables
        What to publish.
    read
        Names of the tables that the project reads from any database, with their schema or without.

    Raises
    ------
    PublishRefusedError
        The address is none, a table of a name is not the project's own or is read by it, tables of others would
        lose rows or change with it, somebody else publishes there, or the server refuses or goes away.
    SourceRefusedError
        The server cannot be reached, or has no PostGIS.
    """
    checked_address(url, schema)
    with connected(url, read_only=False) as connection:
        place = _Place(connection, schema, project)
        with place.told():
            others = place.take(tables, read)
            written = [place.fill(t) for t in tables]
            emptied = [place.empty(name) for name in others]
            place.table = ""
            connection.commit()
    return Published(tuple(written), tuple(emptied))


class _Place:
    """A schema that is being published into, in one transaction."""

    def __init__(self, connection: Connection[Any], schema: str, project: str) -> None:
        self.connection, self.schema, self.table = connection, schema, ""
        self.mark = MARK + " ".join(project.split())
        self.there: dict[str, ExistingTable] = {}

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the server says into what it means here, without rows and statements."""
        import psycopg  # noqa: PLC0415

        try:
            yield
        except (psycopg.Error, UnicodeError) as reason:
            raise self._refused(reason) from None

    def _refused(self, reason: Exception) -> PublishRefusedError:
        code = getattr(reason, "sqlstate", None) or ""
        found = {"schema": self.schema, "table": self.table or "-", "user": self.connection.info.user}
        if is_lost(reason, self.connection):
            return PublishRefusedError("lost", **found)
        key = _FAULTS.get(code, "")
        if code == _KEY_BROKEN and getattr(reason, "diag", None) is not None:
            of = (reason.diag.schema_name, reason.diag.table_name)  # type: ignore[attr-defined]
            # Of a row of ours that refers to one of theirs, or of a row of theirs that refers to one of ours.
            key = "value" if of[0] == self.schema and of[1] == self.table else "referred"
        if not key:
            key = "value" if code.startswith(_OF_A_VALUE) or not code else "refused"
        views = ", ".join(self.there[self.table].views) if self.table in self.there else ""
        return PublishRefusedError(key, **found, reason=said(reason), views=views or "-")

    def _run(self, statement: str, *names: Any) -> None:
        """Run a statement with identifiers, or composed parts, in the places of its braces."""
        from psycopg import sql  # noqa: PLC0415

        parts = [n if isinstance(n, sql.Composable) else sql.Identifier(n) for n in names]
        self.connection.execute(sql.SQL(statement).format(*parts))

    def _named(self, table: str) -> Any:
        from psycopg import sql  # noqa: PLC0415

        return sql.Identifier(self.schema, table)

    def take(self, tables: Sequence[DatabaseTable], read: Collection[str]) -> list[str]:
        """Have the schema for oneself, and see that every table to be filled or emptied is ours.

        Returns the names of those to be emptied: tables of earlier publications that no result stands behind.
        """
        key = f"spongecalc {self.schema}"
        (free,) = self.connection.execute(
            "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [key]
        ).fetchone() or (False,)
        if not free:
            raise PublishRefusedError("busy", schema=self.schema)
        # Rows that a policy hides would stay beside the new ones: rather be refused.
        self.connection.execute("set local row_security = off")
        self._make_schema()
        self.there = existing_tables(self.connection, self.schema)
        sources = read_by_project(self.connection, read)
        names = {table.name for table in tables}
        others = [n for n, old in self.there.items() if n not in names and self._is_ours(old)]
        for name in [t.name for t in tables if t.name in self.there] + others:
            old = self.there[name]
            found = {"schema": self.schema, "table": f"{self.schema}.{name}"}
            if old.oid in sources:
                raise PublishRefusedError("is_read", **found, source=sources[old.oid])
            if not self._is_ours(old):
                raise PublishRefusedError("not_ours", **found, mark=self.mark)
            if old.following:
                raise PublishRefusedError("followed", **found, tables=", ".join(old.following))
        return others

    def _is_ours(self, old: ExistingTable) -> bool:
        return old.is_table and old.marked_as(self.mark)

    def _make_schema(self) -> None:
        found = self.connection.execute(
            "select has_database_privilege(current_database(), 'create'), current_database(), "
            "exists (select from pg_catalog.pg_namespace where nspname = %s)",
            [self.schema],
        ).fetchone()
        may_create, database, there = found or (False, "-", False)
        if there:
            return
        if not may_create:
            user = self.connection.info.user
            raise PublishRefusedError("no_schema", schema=self.schema, user=user, database=database)
        self._run("create schema {}", self.schema)

    def fill(self, table: DatabaseTable) -> str:
        """Put the rows of a table in the place of those that are there; its name with the schema."""
        self.table = table.name
        old = self.there.get(table.name)
        if old is None:
            types, shape = {c: t or first_type(c) for c, t in table.types.items()}, table.shape
            self._create(table, types)
        else:
            self.empty(table.name)
            types, shape = self._fit(table, old)
        self._copy(table, types, shape)
        return f"{self.schema}.{table.name}"

    def _create(self, table: DatabaseTable, types: dict[str, str]) -> None:
        from psycopg import sql  # noqa: PLC0415

        columns = [sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in types.items()]
        if table.shape is not None:
            columns.append(sql.SQL("geometry {}").format(sql.SQL(str(table.shape))))
        self._run("create table {} ({})", self._named(table.name), sql.SQL(", ").join(columns))
        if table.shape is not None:
            self._run("create index on {} using gist (geometry)", self._named(table.name))
        self._comment(table.name, self.mark, table)

    def _comment(self, name: str, first_line: str, table: DatabaseTable) -> None:
        """Mark a table as ours, with the columns that are: others that somebody adds are theirs."""
        from psycopg import sql  # noqa: PLC0415

        own = json.dumps([*table.types, *(["geometry"] if table.shape is not None else [])], ensure_ascii=False)
        self._run("comment on table {} is {}", self._named(name), sql.Literal(f"{first_line}\n{own}"))

    def _fit(self, table: DatabaseTable, old: ExistingTable) -> tuple[dict[str, str], Any]:
        """Change the columns of an empty table where the new rows need it; what they are then."""
        from psycopg import sql  # noqa: PLC0415

        changes: list[Any] = []
        types: dict[str, str] = {}
        for column, wanted in table.types.items():
            kind = old.type_for(column, wanted, table.frame[column])
            types[column] = kind
            if kind != old.types.get(column):
                changes.append(_change(column, kind, new=column not in old.types))
        shape = table.shape
        if shape is not None and old.shape is not None and old.shape.holds(shape):
            shape = old.shape
        elif shape is not None:
            changes.append(_change("geometry", str(shape), new="geometry" not in old.columns))
        kept = {*table.types, *(["geometry"] if shape is not None else [])}
        gone = [c for c in old.own_columns if c in old.columns and c not in kept]
        changes += [sql.SQL("drop column {}").format(sql.Identifier(c)) for c in gone]
        if changes and old.heirs:
            # What changes here changes in each of them, whose values would go.
            heirs = ", ".join(old.heirs)
            raise PublishRefusedError(
                "inherited", schema=self.schema, table=f"{self.schema}.{table.name}", tables=heirs
            )
        if changes:
            self._run("alter table {} {}", self._named(table.name), sql.SQL(", ").join(changes))
            self._comment(table.name, self.mark, table)
        return types, shape

    def _copy(self, table: DatabaseTable, types: dict[str, str], shape: Any) -> None:
        from psycopg import sql  # noqa: PLC0415

        columns = [*types, *(["geometry"] if table.shape is not None else [])]
        if not columns:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("copy {} ({}) from stdin").format(self._named(table.name), names)
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in table.rows(types, shape):
                copy.write_row(row)

    def empty(self, name: str) -> str:
        """Take the rows out of a table, and not out of those that inherit from it; its name with the schema."""
        self.table = name
        self._run("delete from only {}", self._named(name))
        return f"{self.schema}.{name}"


def _change(column: str, kind: str, *, new: bool) -> Any:
    """The part of ALTER TABLE by which an empty table's column gets a type."""
    from psycopg import sql  # noqa: PLC0415

    said_so = "add column {} {}" if new else "alter column {} type {} using null"
    return sql.SQL(said_so).format(sql.Identifier(column), sql.SQL(kind))


__all__ = ["MARK", "PublishRefusedError", "Published", "SourceRefusedError", "checked_address", "publish"]
