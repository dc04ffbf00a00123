"""PostGIS tables and views, read as layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from spongecalc.gate.limits import DEFAULT_LIMITS
from spongecalc.gate.not_admitted import TooLargeError
from spongecalc.layers.sources.database_connection import connected
from spongecalc.layers.sources.exact_fields import LARGEST_WHOLE
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError

if TYPE_CHECKING:
    from psycopg import Connection

# Of a name that is looked for, nothing is quoted; in SQL all of it is.
_QUOTE = '"'
_SPATIAL = ("geometry", "geography", "raster")


@dataclass(frozen=True)
class SpatialTable:
    """A table or view that holds a geometry; of several geometries the first."""

    schema: str
    name: str
    column: str

    @property
    def full_name(self) -> str:
        """Its name with the schema."""
        return f"{self.schema}.{self.name}"

    def is_named(self, typed: str) -> bool:
        """True where a typed name means it: with or without the schema, in quotes or not."""
        return is_named(self.schema, self.name, typed)


def is_named(schema: str, name: str, typed: str) -> bool:
    """True where a typed name means a table: "pipes", "survey.pipes", or either with quotes as in SQL."""
    quoted = tuple(_QUOTE + part.replace(_QUOTE, _QUOTE * 2) + _QUOTE for part in (schema, name))
    with_schema = {f"{s}.{n}" for s in (schema, quoted[0]) for n in (name, quoted[1])}
    return typed in with_schema or typed in (name, quoted[1])


def spatial_tables(connection: Connection[Any]) -> tuple[SpatialTable, ...]:
    """Tables and views of a database that hold a geometry and may be read, by schema and name."""
    rows = connection.execute(
        "select g.f_table_schema, g.f_table_name, g.f_geometry_column from geometry_columns g "
        "join pg_catalog.pg_namespace n on n.nspname = g.f_table_schema "
        "join pg_catalog.pg_class c on c.relname = g.f_table_name and c.relnamespace = n.oid "
        "join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = g.f_geometry_column "
        "where has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage') "
        "order by 1, 2, a.attnum"
    ).fetchall()
    first = {(schema, name): column for schema, name, column in reversed(rows)}
    return tuple(SpatialTable(*key, column) for key, column in sorted(first.items()))


def read_postgis(url: str, table: str, feature_limit: int = DEFAULT_LIMITS.feature_limit) -> RawLayer:
    """A table or view as a layer.

    Parameters
    ----------
    url
        "postgresql://user@host:port/database", without a password.
    table
        Its name, with or without a schema.
    feature_limit
        Rows that it may have.

    Raises
    ------
    TooLargeError
        It has more rows.
    SourceRefusedError
        If the server does not answer, refuses or goes away, has no such table with a geometry that may be read,
        or the table's geometries lie in several reference systems.
    """
    with connected(url) as connection:
        found = _chosen(connection, table)
        crs = _crs(connection, found)
        names, rows = _read(connection, found, feature_limit)
    frame = pd.DataFrame.from_records(rows, columns=[*names, "geometry"], coerce_float=True)
    exact = {n: _exact([row[i] for row in rows]) for i, n in enumerate(names)}
    frame = frame.assign(**{n: pd.Series(v, dtype=object) for n, v in exact.items() if v is not None})
    # What shapely has no shape for has no place; it is said of that feature, and the others stay.
    shapes = shapely.from_wkb(frame.pop("geometry").to_numpy(dtype=object), on_invalid="ignore")
    return RawLayer(gpd.GeoDataFrame(frame, geometry=list(shapes), crs=crs))


def _chosen(connection: Connection[Any], table: str) -> SpatialTable:
    """The table that a name means, that of the schema public before others."""
    known = spatial_tables(connection)
    wanted = [t for t in known if t.is_named(table)]
    if wanted:
        return next((t for t in wanted if t.schema == "public"), wanted[0])
    there = connection.execute(
        "select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n "
        "on n.oid = c.relnamespace where c.relkind in ('r', 'v', 'm', 'f', 'p') and not "
        "(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))"
    )
    if any(is_named(schema, name, table) for schema, name in there):
        raise SourceRefusedError("database.no_right", reason=table, user=connection.info.user)
    available = ", ".join(t.full_name for t in known) or "-"
    raise SourceRefusedError("layer.missing", layer=table, available=available)


def _crs(connection: Connection[Any], table: SpatialTable) -> CRS | None:
    """The reference system of a table's geometries. Raises SourceRefusedError where there are several."""
    from psycopg import sql  # noqa: PLC0415

    asked = sql.SQL("select st_srid({0}) as srid from {1} where {0} is not null group by 1 order by 1")
    where = sql.Identifier(table.schema, table.name)
    srids = [row[0] for row in connection.execute(asked.format(sql.Identifier(table.column), where))]
    if len(srids) > 1:
        raise SourceRefusedError("database.mixed_srid", srids=", ".join(map(str, srids)))
    if not srids or srids[0] == 0:
        return None
    known = connection.execute(
        "select auth_name, auth_srid, srtext from spatial_ref_sys where srid = %s", [srids[0]]
    ).fetchone()
    said = [f"{known[0]}:{known[1]}", known[2]] if known is not None else [f"EPSG:{srids[0]}"]
    for text in said:
        try:
            return CRS.from_user_input(text)
        except CRSError:
            continue
    return None


def _read(
    connection: Connection[Any], table: SpatialTable, feature_limit: int
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names of a table's fields that are no geometries, and its rows with the geometry last, curves as lines.

    A row more than is allowed is asked for, and no further: the server holds the others, and not this program.
    """
    from psycopg import sql  # noqa: PLC0415

    fields = connection.execute(
        "select a.attname from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid "
        "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
        "join pg_catalog.pg_type t on t.oid = a.atttypid "
        "where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped "
        "and t.typname <> all(%s) and a.attname <> 'geometry' order by a.attnum",
        [table.schema, table.name, list(_SPATIAL)],
    )
    names = [row[0] for row in fields]
    shape = sql.SQL("st_asewkb(st_curvetoline({})) as geometry").format(sql.Identifier(table.column))
    asked = sql.SQL(", ").join([*map(sql.Identifier, names), shape])
    place = sql.Identifier(table.schema, table.name)
    rows = connection.execute(
        sql.SQL("select {} from {} limit {}").format(asked, place, sql.Literal(feature_limit + 1))
    ).fetchall()
    if len(rows) > feature_limit:
        counted = connection.execute(sql.SQL("select count(*) from {}").format(place)).fetchone()
        count = len(rows) if counted is None else counted[0]
        raise TooLargeError.of_count("feature_limit", count, feature_limit, layer=table.full_name)
    return names, rows


def _exact(values: Sequence[object]) -> list[str | None] | None:
    """Whole numbers as texts, where an empty one among them, or their type, would make rounded floats of them."""
    given = [v for v in values if v is not None]
    whole = all(
        (isinstance(v, int) and not isinstance(v, bool))
        or (isinstance(v, Decimal) and v.is_finite() and v == v.to_integral_value())
        for v in given
    )
    rounded = len(given) < len(values) or any(isinstance(v, Decimal) for v in given)
    if not (given and whole and rounded and any(abs(v) > LARGEST_WHOLE for v in given)):  # type: ignore[arg-type]
        return None
    return [None if v is None else f"{int(v)}" for v in values]  # type: ignore[call-overload]
