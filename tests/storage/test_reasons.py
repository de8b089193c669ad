"""What a server's driver says, as advice that names nobody."""

import builtins
import sys
from types import ModuleType

import psycopg
import pytest
from psycopg import errors

from valuation.storage.engine import DatabaseUnavailable, make_engine
from valuation.storage.reasons import reason_of

AT = 'connection failed: connection to server at "db.shop.example", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ('FATAL:  password authentication failed for user "till"', "refuses the user"),
        ("fe_sendauth: no password supplied", "refuses the user"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "till"', "refuses the user"),
        ('FATAL:  role "till" is not permitted to log in', "refuses the user"),
        ('FATAL:  role "till" does not exist', "refuses the user"),
        ('FATAL:  database "ledger" does not exist', "no such database"),
        ('FATAL:  database "password" does not exist', "no such database"),
        ("FATAL:  sorry, too many clients already", "no connection left"),
        ("FATAL:  remaining connection slots are reserved", "no connection left"),
        ("FATAL:  the database system is starting up", "starts or stops"),
        ("Connection refused\n\tIs the server running on that host?", "no server answers"),
        ("timeout expired", "not answer in time"),
        ("SSL error: certificate verify failed", "sslmode"),
        ("FATAL:  认证失败 db.shop.example", "look into the log"),
    ],
)
def test_a_connection_that_does_not_come_about_is_explained(said: str, advice: str) -> None:
    reason = reason_of(psycopg.OperationalError(AT + said))
    assert advice in reason
    for name in ("db.shop.example", "10.0.0.7", "till", "ledger"):
        assert name not in reason


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (errors.DiskFull(), "the disk is full"),
        (errors.OutOfMemory(), "out of memory"),
        (errors.TooManyConnections(), "no connection left"),
        (errors.LockNotAvailable(), "another process keeps it locked"),
        (errors.ReadOnlySqlTransaction(), "read-only"),
        (errors.AdminShutdown(), "ended the connection"),
        (errors.QueryCanceled(), "took too long"),
        (errors.DeadlockDetected(), "try again"),
        (errors.DuplicateTable(), "already exists"),
        (errors.InsufficientPrivilege(), "has not the right"),
        (errors.DataCorrupted(), "damaged"),
        (errors.UndefinedFunction("of db.shop.example"), "look into the log (SQLSTATE 42883)"),
    ],
)
def test_a_statement_that_fails_is_explained_by_its_state(
    error: psycopg.Error, advice: str
) -> None:
    assert advice in reason_of(error)
    assert "example" not in reason_of(error)


def test_without_its_driver_postgresql_is_refused_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    really = builtins.__import__

    def without_psycopg(name: str, *rest: object) -> ModuleType:
        if name.partition(".")[0] == "psycopg":
            raise ImportError(name)
        return really(name, *rest)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(builtins, "__import__", without_psycopg)
    with pytest.raises(DatabaseUnavailable, match=r"pip install 'tradein\[postgres\]'"):
        make_engine("postgresql+psycopg://till@127.0.0.1/ledger")
