"""At which store somebody acted."""

from contextlib import suppress

from sqlalchemy import Engine

from valuation.storage.engine import reading
from valuation.storage.people import NoSuchClerk, NoSuchStore, PeopleStore, Store

CLERK = "clerk:"  # how actors of a store begin, as `valuation.people.access` names them


def store_of(engine: Engine, actor: str) -> Store | None:
    """The store of who acted; None of a merchant's own system."""
    if actor.startswith(CLERK):
        with suppress(NoSuchClerk, NoSuchStore), reading(engine) as connection:
            people = PeopleStore(connection)
            return people.store(people.clerk(actor.removeprefix(CLERK)).store_id)
    return None


def region_of(engine: Engine, *, actor: str, merchant: str, before: str | None) -> str | None:
    """Where a device is: of the store that acts, else where it was before, else where all stores of
    the merchant lie; None where nobody says."""
    store = store_of(engine, actor)
    if known := (store and store.region) or before:
        return known
    with reading(engine) as connection:
        stores = PeopleStore(connection).stores()
    regions = {each.region for each in stores if each.merchant_id == merchant}
    return regions.pop() if len(regions) == 1 else None
