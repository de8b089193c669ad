"""What the commands about merchants, keys, clerks and customers share."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from valuation.cli import common

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from valuation.people.enrolling import Enrolment
    from valuation.storage.people import PeopleStore


@contextmanager
def people() -> Iterator["PeopleStore"]:
    """The people to read and change, in one transaction; ends with 2 where something is wrong."""
    with database() as engine:
        from valuation.storage.engine import writing
        from valuation.storage.people import PeopleStore

        with writing(engine) as connection:
            yield PeopleStore(connection)


def merchant_id(named: str | None) -> str:
    """The id of the merchant named; of the operator's own terminal where nobody is."""
    if named is None:
        from valuation.shop import DEFAULT_MERCHANT

        return DEFAULT_MERCHANT
    with people() as store:
        return store.merchant(named).id


@contextmanager
def enrolment() -> Iterator["Enrolment"]:
    """What enters people, now; ends with 2 where something is wrong."""
    with database() as engine:
        from valuation.people.enrolling import Enrolment

        yield Enrolment(engine=engine, now=common.now(), entropy=os.urandom)


@contextmanager
def database() -> Iterator["Engine"]:
    """The database, upgraded; ends with 2 where something is wrong."""
    settings = common.settings()
    with common.one_line(refusals):
        from valuation.storage.engine import make_engine
        from valuation.storage.upgrade import upgrade

        engine = make_engine(settings.database_url)
        upgrade(engine)
        try:
            yield engine
        finally:
            engine.dispose()


def refusals() -> tuple[type[Exception], ...]:
    """What a person can be told in a line; the rest are our bugs."""
    from valuation.domain.customers import BadCustomer
    from valuation.people.customers import CustomerErased, PurchaseSettled
    from valuation.people.enrolling import BadName, BadPin, BadRegion, TooManyKeys
    from valuation.storage.customers import NoSuchCustomer
    from valuation.storage.engine import DatabaseUnavailable
    from valuation.storage.people import (
        NameTaken,
        NoSuchClerk,
        NoSuchKey,
        NoSuchMerchant,
        NoSuchStore,
    )

    return (
        BadCustomer, BadName, BadPin, BadRegion, CustomerErased, DatabaseUnavailable, NameTaken,
        NoSuchClerk, NoSuchCustomer, NoSuchKey, NoSuchMerchant, NoSuchStore, PurchaseSettled,
        TooManyKeys,
    )  # fmt: skip


def moment(at: datetime | None) -> str | None:
    """A moment as the commands write it, to the second."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def show(rows: Sequence[dict[str, object]], name: str, *, as_json: bool) -> None:
    """A list: one JSON object, or a line of words a row; nothing where it is empty."""
    if as_json:
        common.echo_json({name: rows})
        return
    for row in rows:
        click.echo("  ".join(f"{value}" for value in row.values() if value not in (None, "")))
