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
