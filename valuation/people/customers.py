"""Customers of a shop: entered with consent, shown to the manager, erased on request or in time.

A quote and its log name no customer; the link stands beside them. So whoever is erased changes no
byte of a quote, and who the customer is cannot reach a price.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine

from valuation.domain.customers import (
    Because,
    ConsentGiven,
    Customer,
    Details,
    Purpose,
    check_consents,
)
from valuation.domain.references import ID_BYTES, new_id
from valuation.domain.retention import Hold, Retention, hold_on, is_due
from valuation.storage.answers import AnswerStore, KeptAnswer
from valuation.storage.customers import CustomerStore, Kept, Owner, scrub
from valuation.storage.engine import reading, writing
from valuation.storage.quotes import take_turns


class CustomerErased(RuntimeError):
    """Nothing can be added to somebody who was erased, or whose erasure was asked for."""


class PurchaseSettled(RuntimeError):
    """Who sold a device stays who it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What became of somebody: erased, or no more than a name until the hold is over."""

    customer: str
    erased_at: datetime | None
    hold: Hold | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What retention did: how many were erased and how many names were held, with the purposes
    that were over and the reasons of the holds. ``scrubbed``: see ``storage.customers.scrub``."""

    erased: int
    held: int
    purposes: Mapping[str, int]
    holds: Mapping[str, int]
    scrubbed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """One owner's customers at a moment, each call in one transaction; DatabaseUnavailable."""

    engine: Engine
    owner: Owner
    now: datetime

    def enter(
        self,
        details: Details,
        wordings: Mapping[Purpose, str],
        *,
        entropy: bytes,
        keep: Callable[[str], KeptAnswer] | None = None,
    ) -> str:
        """Keep somebody's details for purposes, each with its words' version; the reference.

        ``keep``: what is kept to be answered again. BadCustomer, or KeyTaken.
        """
        given = tuple(
            ConsentGiven(purpose=purpose, wording=wording, given_at=self.now)
            for purpose, wording in wordings.items()
        )
        check_consents(given)
        reference = new_id("cu", entropy=entropy[:ID_BYTES])
        customer = Customer(
            id=reference, details=details, consents=given, quotes=(), created_at=self.now,
            erased_at=None, erased_because=None,
        )  # fmt: skip
        with writing(self.engine) as connection:
            CustomerStore(connection).add(customer, owner=self.owner)
            if keep:
                AnswerStore(connection).add([keep(reference)])
        return reference

    def look_up(self, reference: str) -> Customer:
        """Everything that is known of somebody; NoSuchCustomer."""
        with reading(self.engine) as connection:
            return CustomerStore(connection).get(reference, owner=self.owner)

    def of_quote(self, quote_id: str) -> Customer:
        """Whose quote it is; NoSuchCustomer where nobody was named."""
        with reading(self.engine) as connection:
            store = CustomerStore(connection)
            return store.get(store.of_quote(quote_id) or "", owner=self.owner)

    def link(self, quote_id: str, reference: str) -> None:
        """Make a quote somebody's; NoSuchCustomer, CustomerErased or PurchaseSettled.

        A slip is put right by linking again, until the device was bought.
        """
        with writing(self.engine) as connection:
            take_turns(connection, [f"customer of {quote_id}"])
            store = CustomerStore(connection)
            customer = store.get(reference, owner=self.owner, locked=True)
            whose = store.of_quote(quote_id)
            if whose == reference:
                return
            if customer.erased_because is not None:
                raise CustomerErased("this customer was erased: enter them anew")
            if whose is not None and store.is_settled(quote_id):
                raise PurchaseSettled("the device was bought from another customer")
            store.link(quote_id, reference, at=self.now)

    def erase(
        self, reference: str, retention: Retention, *, because: Because = Because.REQUESTED
    ) -> Erasure:
        """Empty the cells and end the consents; NoSuchCustomer. Once more changes nothing."""
        with writing(self.engine) as connection:
            customer = CustomerStore(connection).get(reference, owner=self.owner, locked=True)
            done = self._erase(connection, customer, retention, because)
        scrub(self.engine)
        return done

    def withdraw(self, reference: str, purpose: Purpose, retention: Retention) -> Erasure:
        """End one consent; with the last one the customer is erased. NoSuchCustomer."""
        with writing(self.engine) as connection:
            store = CustomerStore(connection)
            store.get(reference, owner=self.owner, locked=True)
            store.withdraw(reference, at=self.now, purpose=purpose)
            customer = store.get(reference, owner=self.owner)
            if any(each.withdrawn_at is None for each in customer.consents):
                return Erasure(customer=reference, erased_at=None, hold=None)
            done = self._erase(connection, customer, retention, Because.CONSENT_WITHDRAWN)
        scrub(self.engine)
        return done

    def _erase(
        self, connection: Connection, customer: Customer, retention: Retention, because: Because
    ) -> Erasure:
        found = CustomerStore(connection).kept(customer.id)
        if not found:
            return Erasure(customer=customer.id, erased_at=customer.erased_at, hold=None)
        return emptied(connection, found[0], retention, because, self.now)


def emptied(
    connection: Connection, kept: Kept, retention: Retention, because: Because, now: datetime
) -> Erasure:
    """Empty somebody's cells, but for a name that is held."""
    store, hold = CustomerStore(connection), _hold(kept, retention, now)
    store.withdraw(kept.id, at=now)
    store.erase(kept.id, at=now, because=because, keep_name=hold is not None)
    return Erasure(customer=kept.id, erased_at=None if hold else now, hold=hold)


def retain(engine: Engine, retention: Retention, *, now: datetime, dry_run: bool) -> Run:
    """Erase everybody's customers for whom no purpose is left; a dry run counts them alone."""
    tally = _Tally()
    if dry_run:
        with reading(engine) as connection:
            for kept in _due(connection, retention, now):
                tally.add(kept, _hold(kept, retention, now))
        return tally.run(scrubbed=False)
    with writing(engine) as connection:
        for kept in _due(connection, retention, now):
            done = emptied(connection, kept, retention, Because.RETENTION_OVER, now)
            tally.add(kept, done.hold)
    return tally.run(scrubbed=scrub(engine))


@dataclass(slots=True)
class _Tally:
    """Counts while a run goes on."""

    erased: int = 0
    purposes: Counter[str] = field(default_factory=Counter)
    holds: Counter[str] = field(default_factory=Counter)

    def add(self, kept: Kept, hold: Hold | None) -> None:
        if hold:
            self.holds[hold.reason] += 1
        else:
            self.erased += 1
            self.purposes.update(each.purpose.value for each in kept.traces.consents)

    def run(self, *, scrubbed: bool) -> Run:
        return Run(
            erased=self.erased,
            held=self.holds.total(),
            purposes=dict(sorted(self.purposes.items())),
            holds=dict(sorted(self.holds.items())),
            scrubbed=scrubbed,
        )


def _due(connection: Connection, retention: Retention, now: datetime) -> list[Kept]:
    everybody = CustomerStore(connection).kept()
    return [kept for kept in everybody if is_due(traces=kept.traces, retention=retention, now=now)]


def _hold(kept: Kept, retention: Retention, now: datetime) -> Hold | None:
    return hold_on(traces=kept.traces, retention=retention, now=now) if kept.named else None
