"""Customers for tests, with details that can be looked for wherever they must not be."""

import os
from datetime import datetime

from sqlalchemy import Engine

from tests.fakes import NOON
from valuation.domain.customers import Details, Purpose
from valuation.domain.people import Mode
from valuation.people.customers import Customers
from valuation.storage.customers import Owner
from valuation.tables.book import SHIPPED
from valuation.tables.retention import retention
from valuation.tables.table import read_table

NAME, PHONE, EMAIL = "Quirinus Zhangplant", "+86 139 7777 1234", "quirinus@planted.example"
PLANTED = (NAME, PHONE, EMAIL, "Quirinus", "7777", "planted")
TERMS = retention(read_table(SHIPPED / "retention.csv"))
OWNER = Owner("default", Mode.LIVE)


def desk(engine: Engine, *, at: datetime = NOON, owner: Owner = OWNER) -> Customers:
    """One owner's customers at a moment."""
    return Customers(engine=engine, owner=owner, now=at)


def enter(
    customers: Customers,
    *purposes: Purpose,
    name: str | None = NAME,
    phone: str | None = PHONE,
    email: str | None = EMAIL,
) -> str:
    """The reference of somebody who consented to the purposes, or to be contacted."""
    wordings = dict.fromkeys(purposes or (Purpose.QUOTE_CONTACT,), "2026-11")
    details = Details(name=name, phone=phone, email=email)
    return customers.enter(details, wordings, entropy=os.urandom(8))
