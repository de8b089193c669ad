"""Merchants, stores, keys and clerks in the database; the rows change, secrets are digests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from valuation.domain.people import Mode, Role, Scope
from valuation.storage.tables import api_keys, clerks, merchants, stores


class NameTaken(ValueError):
    """Another row has this name or code; the transaction is lost."""


class NoSuchMerchant(LookupError):
    """No merchant has this id or name."""


class NoSuchStore(LookupError):
    """No store has this id or code."""


class NoSuchKey(LookupError):
    """No key has this id."""


class NoSuchClerk(LookupError):
    """No clerk has this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A shop, or a chain of them."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One of a merchant's counters; its code is typed to sign in.

    ``region``: where its devices are, as the table facilities calls it; ``campus``: to which campus
    their impact counts. None where nobody said.
    """

    id: str
    merchant_id: str
    name: str
    code: str
    created_at: datetime
    region: str | None = None
    campus: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A till's key: its digest, and the last four characters to tell it from others."""

    id: str
    merchant_id: str
    mode: Mode
    digest: str
    last4: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Somebody of a store, with the PINs given wrong since the last right one."""

    id: str
    store_id: str
    code: str
    name: str
    role: Role
    pin_hash: str
    wrong_pins: int
    locked_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None

    def locked_at(self, now: datetime) -> datetime | None:
        """Until when no PIN is taken; None where one is."""
        return self.locked_until if self.locked_until and now < self.locked_until else None


@dataclass(frozen=True, slots=True)
class PeopleStore:
    """The people as one transaction sees them; whoever opened it commits."""

    connection: Connection

    def add_merchant(self, merchant: Merchant) -> None:
        """Write a merchant; NameTaken."""
        self._add(merchants, merchant, f"there is a merchant {merchant.name!r} already")

    def merchants(self) -> Sequence[Merchant]:
        """All of them, by name."""
        rows = self.connection.execute(select(merchants).order_by(merchants.c.name))
        return [Merchant(**row._mapping) for row in rows]

    def merchant(self, named: str, *, locked: bool = False) -> Merchant:
        """A merchant by id or name; ``locked``: nobody else takes it so until the commit."""
        asked = select(merchants).where(or_(merchants.c.id == named, merchants.c.name == named))
        row = self.connection.execute(asked.with_for_update() if locked else asked).first()
        if row is None:
            raise NoSuchMerchant("no merchant has this id or name; see `tradein merchants list`")
        return Merchant(**row._mapping)

    def add_store(self, store: Store) -> None:
        """Write a store; NameTaken."""
        self._add(stores, store, f"the store code {store.code} is taken; try again")

    def stores(self) -> Sequence[Store]:
        """All of them, by merchant and name."""
        rows = self.connection.execute(select(stores).order_by(stores.c.merchant_id, stores.c.name))
        return [Store(**row._mapping) for row in rows]

    def store(self, named: str) -> Store:
        """A store by id or code; NoSuchStore."""
        asked = select(stores).where(or_(stores.c.id == named, stores.c.code == named.upper()))
        row = self.connection.execute(asked).first()
        if row is None:
            raise NoSuchStore("no store has this id or code; see `tradein merchants list`")
        return Store(**row._mapping)

    def move_store(self, named: str, **change: str | None) -> Store:
        """Another ``region`` or ``campus`` of a store, from now on; NoSuchStore."""
        store = self.store(named)
        if change:
            self._change(stores, stores.c.id == store.id, **change)
        return self.store(store.id)

    def add_key(self, key: ApiKey) -> None:
        """Write a key; NameTaken."""
        scopes = " ".join(sorted(scope.value for scope in key.scopes))
        self._add(api_keys, key, f"the key {key.id} is there already", scopes=scopes)

    def keys(self, merchant_id: str | None) -> Sequence[ApiKey]:
        """A merchant's keys or everybody's, the oldest first."""
        asked = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        if merchant_id is not None:
            asked = asked.where(api_keys.c.merchant_id == merchant_id)
        return [_key(row) for row in self.connection.execute(asked)]

    def key_by_digest(self, digest: str) -> ApiKey | None:
        """The key with a token's digest, revoked ones too."""
        row = self.connection.execute(select(api_keys).where(api_keys.c.digest == digest)).first()
        return None if row is None else _key(row)

    def revoke_key(self, key_id: str, *, at: datetime) -> ApiKey:
        """End a key now, or leave the moment when it was ended; NoSuchKey."""
        row = self.connection.execute(select(api_keys).where(api_keys.c.id == key_id)).first()
        if row is None:
            raise NoSuchKey("no key has this id; see `tradein keys list`")
        key = _key(row)
        if key.revoked_at is not None:
            return key
        self._change(api_keys, api_keys.c.id == key_id, revoked_at=at)
        return replace(key, revoked_at=at)

    def mark_keys_used(self, used: Mapping[str, datetime]) -> None:
        """When keys were last used, by id; never an earlier moment than the one that is there."""
        # In one order, so that two processes do not wait for each other's rows.
        for key_id, at in sorted(used.items()):
            last = api_keys.c.last_used_at
            earlier = or_(last.is_(None), last < at)
            self._change(api_keys, (api_keys.c.id == key_id) & earlier, last_used_at=at)

    def add_clerk(self, clerk: Clerk) -> None:
        """Write a clerk; NameTaken."""
        self._add(clerks, clerk, f"the clerk code {clerk.code} is taken; try again")

    def clerks(self, store_id: str | None) -> Sequence[Clerk]:
        """A store's clerks or everybody's, by store and name."""
        asked = select(clerks).order_by(clerks.c.store_id, clerks.c.name)
        if store_id is not None:
            asked = asked.where(clerks.c.store_id == store_id)
        return [_clerk(row) for row in self.connection.execute(asked)]

    def clerk(self, clerk_id: str) -> Clerk:
        """A clerk by id; NoSuchClerk."""
        row = self.connection.execute(select(clerks).where(clerks.c.id == clerk_id)).first()
        if row is None:
            raise NoSuchClerk("no clerk has this id; see `tradein clerks list`")
        return _clerk(row)

    def clerk_by_codes(self, store_code: str, clerk_code: str) -> Clerk | None:
        """Who signs in with these codes; nobody else takes the row until the commit."""
        asked = (
            select(clerks)
            .join(stores, stores.c.id == clerks.c.store_id)
            .where(stores.c.code == store_code.upper(), clerks.c.code == clerk_code.upper())
            .with_for_update(of=clerks)
        )
        row = self.connection.execute(asked).first()
        return None if row is None else _clerk(row)

    def count_pins(self, clerk_id: str, *, wrong: int, locked_until: datetime | None) -> None:
        """How many PINs in a row were wrong, and until when no more are taken."""
        change = {"wrong_pins": wrong, "locked_until": locked_until}
        self._change(clerks, clerks.c.id == clerk_id, **change)

    def disable_clerk(self, clerk_id: str, *, at: datetime) -> Clerk:
        """Let somebody sign in no more, or leave the moment when that was done; NoSuchClerk."""
        clerk = self.clerk(clerk_id)
        if clerk.disabled_at is not None:
            return clerk
        self._change(clerks, clerks.c.id == clerk_id, disabled_at=at)
        return replace(clerk, disabled_at=at)

    def _add(
        self, table: Table, entry: Merchant | Store | ApiKey | Clerk, taken: str, **instead: object
    ) -> None:
        row = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
        try:
            self.connection.execute(insert(table), {**row, **instead})
        except IntegrityError as error:
            raise NameTaken(taken) from error

    def _change(self, table: Table, which: ColumnElement[bool], **values: object) -> None:
        self.connection.execute(update(table).where(which).values(**values))


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    cells = dict(row._mapping)
    scopes = frozenset(Scope(word) for word in cells.pop("scopes").split())
    return ApiKey(**{**cells, "mode": Mode(cells["mode"]), "scopes": scopes})


def _clerk(row: Row[tuple[object, ...]]) -> Clerk:
    cells = dict(row._mapping)
    return Clerk(**{**cells, "role": Role(cells["role"])})
