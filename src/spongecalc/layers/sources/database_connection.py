"""A connection to a PostgreSQL database, and what a failure of it means.

The password never stands in a project's file: it comes from PGPASSWORD, from the file that PGPASSFILE names,
or from ~/.pgpass, as every PostgreSQL client takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from spongecalc.layers.sources.raw import SourceRefusedError, one_line
from spongecalc.project.address_password import holds_password, without_password
from spongecalc.project.database_address import is_database, is_unfit, libpq_address

if TYPE_CHECKING:
    from psycopg import Connection

# A dead server must not hold a batch: it has this long to answer, and a statement this long to end.
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 120
LOCK_TIMEOUT_S = 15
# A server that went away without a word is given up after about half a minute.
KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# Codes of PostgreSQL: no right, and the classes and codes by which a connection ends.
NO_RIGHT = "42501"
_ENDED = ("08", "57P")
LONGEST = 300


@contextmanager
def connected(url: str, *, read_only: bool = True) -> Iterator[Connection[Any]]:
    """A connection to a database, in which PostGIS is found wherever it was installed.

    Parameters
    ----------
    url
        "postgresql://user@host:port/database", without a password.
    read_only
        True where nothing is to be written, and the server is to see to it.

    Raises
    ------
    SourceRefusedError
        If there is no driver, the server does not answer in ``CONNECT_TIMEOUT_S`` or lets nobody in, has no
        PostGIS, refuses a statement, or goes away.
    """
    try:
        import psycopg  # noqa: PLC0415  only a project with a database needs it
    except ImportError as reason:
        raise SourceRefusedError("database.no_driver") from reason
    shown = without_password(url)
    if holds_password(url) or is_unfit(url) or not is_database(url):
        wanted = "postgresql://user@host:port/database"
        raise SourceRefusedError("database.unreachable", url=shown, reason=wanted)
    try:
        connection = psycopg.connect(
            libpq_address(url), connect_timeout=CONNECT_TIMEOUT_S, client_encoding="utf8", **KEEPALIVE
        )
    except (psycopg.Error, ValueError) as reason:
        # What psycopg said may quote the address, and a chain of errors all that stands in it.
        raise SourceRefusedError("database.unreachable", url=shown, reason=said(reason)) from None
    try:
        # A server that is set to read only stays so for who may write, too.
        connection.read_only = True if read_only else None
        _settle(connection)
        yield connection
    except (psycopg.Error, UnicodeError) as reason:
        raise refusal(reason, connection, shown) from None
    finally:
        connection.close()


def _settle(connection: Connection[Any]) -> None:
    """Limits of time, and the schema that PostGIS is in. Raises SourceRefusedError where there is none."""
    for name, limit_s in (("statement_timeout", STATEMENT_TIMEOUT_S), ("lock_timeout", LOCK_TIMEOUT_S)):
        connection.execute("select set_config(%s, %s, false)", [name, str(limit_s * 1000)])
    found = connection.execute(
        "select n.nspname from pg_catalog.pg_extension e "
        "join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'postgis'"
    ).fetchone()
    if found is None:
        raise SourceRefusedError("database.no_postgis", database=connection.info.dbname)
    connection.execute(
        "select set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), "
        "quote_ident(%s)), false)",
        [found[0]],
    )
    # What was set is to outlast a transaction that fails.
    connection.commit()


def refusal(reason: Exception, connection: Connection[Any], shown: str) -> SourceRefusedError:
    """The refusal that an error of a statement is to who asked; ``shown`` is the address without passwords."""
    if is_lost(reason, connection):
        return SourceRefusedError("database.lost", url=shown)
    rule = "database.no_right" if getattr(reason, "sqlstate", None) == NO_RIGHT else "database.refused"
    return SourceRefusedError(rule, url=shown, reason=said(reason), user=connection.info.user)


def is_lost(reason: Exception, connection: Connection[Any]) -> bool:
    """True where an error is that there is no connection any more."""
    code = getattr(reason, "sqlstate", None) or ""
    return code.startswith(_ENDED) or connection.closed or connection.broken


def said(reason: BaseException) -> str:
    """The server's own words in one line: those that name no row, without detail, hint and statement."""
    diagnosis = getattr(reason, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    # Class 22 is of values, and quotes them.
    if primary and (getattr(reason, "sqlstate", None) or "").startswith("22"):
        primary = str(primary).partition(":")[0]
    return without_password(one_line(Exception(primary)) if primary else one_line(reason))[:LONGEST]
