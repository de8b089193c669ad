"""What a person can do about a failing database, in words that name no host, user or password."""

import re
import sqlite3

LOCKED = "another process keeps it locked"
TRY_AGAIN = "the server ended the connection; try again"
FULL = "the disk is full"

# What SQLite says.
SQLITE = (
    ("not a database", "the file is damaged or no SQLite database; restore it from a backup"),
    ("malformed", "the file is damaged; restore it from a backup"),
    ("locked", LOCKED),
    ("readonly", "it cannot be written: the file, its folder or the disk is read-only"),
    ("full", FULL),
    ("disk I/O error", "the disk does not read or write"),
    ("unable to open", "the file cannot be opened; check its folder and the permissions"),
)

# SQLSTATE of PostgreSQL, whole or its class; the longest that fits counts.
STATES = {
    "08": TRY_AGAIN,
    "25006": "it cannot be written: the server or the database is read-only",
    "28": "the server refuses the user; correct the user, the password or what the server admits",
    "3D": "the server has no such database; make it, or correct DATABASE_URL",
    "40": "it was in the way of another transaction; try again",
    "42501": "the user has not the right; let it own the database, or grant it the right",
    "42P01": "its tables are missing; restart the service, which makes them",
    "42P07": "a table of that name already exists; give this service a database of its own",
    "53": "the server is out of memory or another resource",
    "53100": FULL,
    "53300": "the server has no connection left",
    "55P03": LOCKED,
    "57": TRY_AGAIN,
    "57014": "the server gave up, for it took too long",
    "58": "the server's disk does not read or write",
    "XX": "the server finds it damaged; look into the server's log",
}

# Where no connection comes about there is no SQLSTATE, only words.
CONNECTING = (
    ("password", STATES["28"]),
    ("pg_hba", STATES["28"]),
    ("role", STATES["28"]),
    ("database does not exist", STATES["3D"]),
    ("too many", STATES["53300"]),
    ("connection slots", STATES["53300"]),
    ("not currently accepting", "the server admits nobody to this database now; try again"),
    ("starting up", "the server starts or stops; try again"),
    ("shutting down", "the server starts or stops; try again"),
    ("resolve host", "the name of its server is not known; correct DATABASE_URL"),
    ("translate host", "the name of its server is not known; correct DATABASE_URL"),
    ("refused", "no server answers there; start it, or correct DATABASE_URL"),
    ("No such file", "no server answers there; start it, or correct DATABASE_URL"),
    ("timeout", "its server does not answer in time"),
    ("SSL", "no encrypted connection comes about; check sslmode and the certificates"),
    ("certificate", "no encrypted connection comes about; check sslmode and the certificates"),
    ("invalid", "DATABASE_URL has an option that PostgreSQL does not know"),
    ("closed", TRY_AGAIN),
    ("lost", TRY_AGAIN),
)
SILENT = "the server gives no reason that can be shown here; look into the log"


def reason_of(error: BaseException | None) -> str:
    """What a person can do about a driver's error."""
    if isinstance(error, sqlite3.Error):
        said = str(error)
        return _spoken(SQLITE, said) or said.partition("\n")[0][:200] or "no reason given"
    state = getattr(error, "sqlstate", None) or ""
    stated = next((STATES[state[:n]] for n in (5, 2) if state[:n] in STATES), None)
    # Words in quotes are names of this installation; one of them could look like a reason.
    unnamed = re.sub(r'"[^"]*" ?', "", str(error))
    return stated or (not state and _spoken(CONNECTING, unnamed)) or _silent(state)


def _spoken(reasons: tuple[tuple[str, str], ...], said: str) -> str | None:
    return next((reason for words, reason in reasons if words in said), None)


def _silent(state: str) -> str:
    return f"{SILENT} (SQLSTATE {state})" if state else SILENT
