"""PostGIS tables and views, read as layers and written as results.

The password never stands in a project's file: it comes from PGPASSWORD, from the file that PGPASSFILE names,
or from ~/.pgpass, as every PostgreSQL client takes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from spongecalc.layers.sources.exact_fields import is_rounded
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError, one_line
from spongecalc.project.address_password import without_password

if TYPE_CHECKING:
    from sqlalchemy import Connection

# A dead server must not hold a batch: it has this long to answer.
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 120
# PostgreSQL's number of the type bigint.
_INT8 = 20
_AS_TEXT = "__as_text"


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection to a database; raises SourceRefusedError with what the server said."""
    try:
        import sqlalchemy  # noqa: PLC0415  only a project with a database needs it
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
    except ImportError as reason:
        raise SourceRefusedError("database.no_driver") from reason

    rest = url.partition("://")[2]
    shown = without_password(url)
    try:
        engine = sqlalchemy.create_engine(
            f"postgresql+psycopg://{rest}",
            poolclass=sqlalchemy.pool.NullPool,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                "options": f"-c statement_timeout={STATEMENT_TIMEOUT_S * 1000}",
            },
        )
        connection = engine.connect()
    except ImportError as reason:
        raise SourceRefusedError("database.no_driver") from reason
    except (SQLAlchemyError, ValueError, UnicodeError) as reason:
        raise SourceRefusedError("database.unreachable", url=shown, reason=_said(reason)) from reason
    try:
        yield connection
    except SQLAlchemyError as reason:
        raise SourceRefusedError("database.refused", url=shown, reason=_said(reason)) from reason
    finally:
        connection.close()
        engine.dispose()


def _said(reason: BaseException) -> str:
    """Words of the server, without the driver's advice behind them."""
    return one_line(getattr(reason, "orig", None) or reason).partition("(Background on")[0][:300].strip()


def split_table(name: str) -> tuple[str | None, str]:
    """Schema and table of a name such as "survey.pipes"; without a dot the search path decides."""
    schema, dot, table = name.rpartition(".")
    return (schema, table) if dot else (None, table)


def spatial_tables(connection: Connection) -> dict[str, dict[str, object]]:
    """Tables and views that hold a geometry: type, SRID and estimated rows of each, by schema.table."""
    import sqlalchemy  # noqa: PLC0415

    rows = connection.execute(
        sqlalchemy.text(
            "select g.f_table_schema, g.f_table_name, g.f_geometry_column, g.type, g.srid, "
            "coalesce(c.reltuples, -1) as estimate from geometry_columns g "
            "left join pg_namespace n on n.nspname = g.f_table_schema "
            "left join pg_class c on c.relname = g.f_table_name and c.relnamespace = n.oid "
            "order by 1, 2"
        )
    )
    return {
        f"{r.f_table_schema}.{r.f_table_name}": {
            "geometry": r.type,
            "column": r.f_geometry_column,
            "srid": r.srid,
            "estimate": int(r.estimate),
        }
        for r in rows
    }


def read_postgis(url: str, table: str) -> RawLayer:
    """A table or view as a layer.

    Parameters
    ----------
    url
        "postgresql://user@host:port/database", without a password.
    table
        Its name, with or without a schema.

    Raises
    ------
    SourceRefusedError
        If the server does not answer in ``CONNECT_TIMEOUT_S``, refuses, or has no such table with a geometry.
    """
    with connected(url) as connection:
        known = spatial_tables(connection)
        schema, name = split_table(table)
        wanted = [k for k in known if (k == table if schema else k.rpartition(".")[2] == name)]
        if not wanted:
            raise SourceRefusedError("layer.missing", layer=table, available=", ".join(known) or "-")
        full = wanted[0] if schema or f"public.{name}" not in wanted else f"public.{name}"
        own_schema, _, own_name = full.rpartition(".")
        quoted = ".".join(_identifier(part) for part in (own_schema, own_name))
        column = str(known[full]["column"])
        try:
            whole = _whole_numbers(connection, quoted)
            asked = "".join(f", {_identifier(n)}::text as {_identifier(n + _AS_TEXT)}" for n in whole)
            frame = gpd.read_postgis(f"select *{asked} from {quoted}", connection, geom_col=column)
        except (pd.errors.DatabaseError, ValueError, KeyError) as reason:
            # pandas wraps what the server said.
            said = _said(reason.__cause__ or reason)
            raise SourceRefusedError("database.refused", url=without_password(url), reason=said) from reason
    frame = _with_exact_numbers(frame, whole)
    if column != "geometry":
        frame = frame.drop(columns=[c for c in frame.columns if c == "geometry"]).rename_geometry("geometry")
    return RawLayer(frame)


def _whole_numbers(connection: Connection, quoted: str) -> list[str]:
    """Fields of 64-bit whole numbers of a table."""
    description = connection.exec_driver_sql(f"select * from {quoted} limit 0").cursor.description
    # A percent sign in a statement is taken for a parameter.
    return [str(name) for name, kind, *_ in description if kind == _INT8 and "%" not in name]


def _with_exact_numbers(frame: gpd.GeoDataFrame, whole: Sequence[str]) -> gpd.GeoDataFrame:
    """The table with fields of whole numbers as text where an empty one made floats of them that are rounded."""
    texts = {n: frame[n + _AS_TEXT] for n in whole}
    frame = frame.drop(columns=[n + _AS_TEXT for n in whole])
    return frame.assign(**{n: text.astype(object) for n, text in texts.items() if is_rounded(frame[n])})


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def write_postgis(
    url: str,
    schema: str,
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> list[str]:
    """Write layers and plain tables into a schema, each replacing the table of its name; all or nothing.

    Returns the names written, with the schema. The schema is made if it is not there.
    """
    import sqlalchemy  # noqa: PLC0415

    written = []
    with connected(url) as connection:
        quoted = '"' + schema.replace('"', '""') + '"'
        connection.execute(sqlalchemy.text(f"create schema if not exists {quoted}"))
        for name, frame in layers.items():
            if frame.geometry.notna().any():
                plain = frame.assign(**{c: frame[c].map(_plain) for c in frame.columns if c != "geometry"})
                plain.to_postgis(name, connection, schema=schema, if_exists="replace", index=False)
                written.append(f"{schema}.{name}")
        for name, table in (tables or {}).items():
            table.to_sql(name, connection, schema=schema, if_exists="replace", index=False)
            written.append(f"{schema}.{name}")
        connection.commit()
    return written


def _plain(value: object) -> object:
    """Missing values of any kind as NULL."""
    return None if value is None or (not isinstance(value, str) and pd.isna(value)) else value
