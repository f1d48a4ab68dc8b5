"""The one place that connects to a PostgreSQL server; what is asked of it is its callers' business.

Nothing that connects to a database is ever part of a message, nor is a message of the server: it may
quote the user, the host or a row.
"""

import os
import re
from typing import Any

_CONNECT_SECONDS = "10"
# A server that went away without a word is given up after a minute, not after the kernel's two hours.
_WATCHED = (
    "keepalives_idle=30",
    "keepalives_interval=10",
    "keepalives_count=3",
    "tcp_user_timeout=60000",
)
# As libpq reads a URI: what stands before an @ is user and password, whatever its letters.
_URI = re.compile(r"(postgres(?:ql)?://(?:[^@/]*@)?[^?]*)\??(.*)", re.DOTALL)


def connect(dsn: str) -> Any:
    """A connection by ADBC, within a transaction.

    Args:
        dsn: connection string or URI, as libpq reads it.

    Raises:
        adbc_driver_manager.Error: the server cannot be reached or refuses.
    """
    # Half a second of imports, for those who use a database.
    from adbc_driver_postgresql import dbapi

    os.environ.setdefault("PGCONNECT_TIMEOUT", _CONNECT_SECONDS)
    return dbapi.connect(_watched(dsn))


def is_dead(connection: Any) -> bool:
    """Whether the server is gone."""
    from adbc_driver_postgresql import ConnectionOptions

    status = connection.adbc_connection.get_option(ConnectionOptions.TRANSACTION_STATUS.value)
    return bool(status == "unknown")


def sqlstate_of(error: Exception) -> str:
    """The five letters of SQLSTATE, empty where the server said none."""
    return str(getattr(error, "sqlstate", None) or "")


def _watched(dsn: str) -> str:
    """The connection string with our words first: of two that say the same, libpq takes the later."""
    if uri := _URI.fullmatch(dsn):
        address, words = uri.groups()
        return f"{address}?{'&'.join([*_WATCHED, *filter(None, [words])])}"
    return f"{' '.join(_WATCHED)} {dsn}"
