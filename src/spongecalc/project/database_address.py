"""The address of a PostgreSQL database: told from a path, and refused where nothing can be connected to by it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SCHEMES = ("postgresql", "postgres")

# Forms that other programs write: of PostgreSQL's own clients, and of GDAL.
_OTHER_FORM = re.compile(
    r"(?i)\s*(?:pg:|postgis:|postgres(?:ql)?(?:\+\w+)?:(?!//)|"
    r"(?:host|hostaddr|port|dbname|user|service|passfile|sslmode)\s*=)"
)

# With the name of GDAL's driver before it, or not.
_WEB = re.compile(r"(?i)\s*(?:[a-z]{2,20}:)?[a-z][a-z0-9+.-]{1,20}://")


def is_database(text: str) -> bool:
    """True where a text is the address of a database and not a path, a driver's name in it or not."""
    return text.strip().partition("://")[0].lower().partition("+")[0] in SCHEMES and "://" in text


def is_unfit(text: str) -> bool:
    """True where a text means a database, and is no address that can be connected to.

    One that names nothing, not even a database or a service, would lead to whatever server happens to be there.
    """
    if not is_database(text):
        return _OTHER_FORM.match(text) is not None
    try:
        parts = urlsplit(text.strip())
        empty = not (parts.hostname or parts.path.strip("/") or parts.query)
        return empty or (parts.port is not None and not 0 < parts.port < 65536)
    except ValueError:
        # Several hosts with a port each are PostgreSQL's own way, and no address to anybody else.
        return "," not in text


def is_web_address(text: str) -> bool:
    """True where a text is an address of the web, or of anything else that is neither a path nor read."""
    return not is_database(text) and _WEB.match(text) is not None


def libpq_address(text: str) -> str:
    """The address as PostgreSQL's own client reads it: "postgresql+psycopg://..." without the driver."""
    return f"postgresql://{text.strip().partition('://')[2]}"
