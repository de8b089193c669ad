"""Enter merchants, stores, keys and people; what the operator does at the terminal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from valuation.domain.facilities import NAME
from valuation.domain.people import Mode, Role, Scope
from valuation.domain.redaction import holds_identifier
from valuation.domain.references import ID_BYTES, new_code, new_id
from valuation.domain.tokens import LAST, SECRET_BYTES, digest_of, key_token
from valuation.people.signing_in import PIN
from valuation.storage.engine import writing
from valuation.storage.people import ApiKey, Clerk, Merchant, NoSuchMerchant, PeopleStore, Store
from valuation.storage.pins import hash_pin

LONGEST_NAME = 80
STORE_LETTERS, CLERK_LETTERS = 6, 4
MOST_KEYS = 2  # active ones of a merchant and mode: the old and the new one, while it is changed
USUAL = frozenset({Scope.QUOTES_WRITE, Scope.QUOTES_READ})  # what a till needs

Entropy = Callable[[int], bytes]


class BadName(ValueError):
    """A name that cannot be shown, or that is none."""


class BadRegion(ValueError):
    """A region that no table of facilities can name."""


class BadPin(ValueError):
    """Not a PIN."""


class TooManyKeys(ValueError):
    """The merchant has two active keys of this mode already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was made; the token is shown this once."""

    token: str = field(repr=False)
    key: ApiKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Enters people into a database, each call in one transaction of its own."""

    engine: Engine
    now: datetime
    entropy: Entropy

    def merchant(
        self,
        *,
        name: str,
        store: str,
        region: str | None = None,
        campus: str | None = None,
        own: str | None = None,
    ) -> tuple[Merchant, Store]:
        """A store of the merchant with this id or name, who is entered if new.

        ``own``: the id of the operator's own terminal, whose people are entered under this word.
        BadName, BadRegion or NameTaken.
        """
        with writing(self.engine) as connection:
            people = PeopleStore(connection)
            try:
                merchant = people.merchant(name)
            except NoSuchMerchant:
                new = name if name == own else new_id("mr", entropy=self.entropy(ID_BYTES))
                merchant = Merchant(id=new, name=_name(name), created_at=self.now)
                people.add_merchant(merchant)
            return merchant, self._store(people, merchant, store, _at(region, campus))

    def key(self, *, merchant: str, mode: Mode, scopes: frozenset[Scope] = USUAL) -> NewKey:
        """A key of a merchant; NoSuchMerchant or TooManyKeys."""
        with writing(self.engine) as connection:
            people = PeopleStore(connection)
            # Locked: two who ask at once would both see one key and both make a second.
            found = people.merchant(merchant, locked=True)
            active = [k for k in people.keys(found.id) if k.mode is mode and k.revoked_at is None]
            if len(active) >= MOST_KEYS:
                ids = ", ".join(key.id for key in active)
                raise TooManyKeys(
                    f"{found.name} has {MOST_KEYS} active {mode.value} keys, {ids}: revoke the one "
                    "that is used no more, `tradein keys revoke ID`"
                )
            made = make_key(found, mode=mode, scopes=scopes, now=self.now, entropy=self.entropy)
            people.add_key(made.key)
            return made

    def clerk(self, *, store: str, name: str, role: Role, pin: str) -> Clerk:
        """Somebody who may sign in at a store; NoSuchStore, BadName, BadPin or NameTaken."""
        if not PIN.fullmatch(pin):
            raise BadPin("a PIN has 4 to 8 digits")
        shown, pin_hash = _name(name), hash_pin(pin)
        with writing(self.engine) as connection:
            people = PeopleStore(connection)
            clerk = Clerk(
                id=new_id("cl", entropy=self.entropy(ID_BYTES)),
                store_id=people.store(store).id,
                code=new_code(CLERK_LETTERS, entropy=self.entropy(ID_BYTES)),
                name=shown,
                role=role,
                pin_hash=pin_hash,
                wrong_pins=0,
                locked_until=None,
                created_at=self.now,
                disabled_at=None,
            )
            people.add_clerk(clerk)
            return clerk

    def place(self, *, store: str, region: str | None, campus: str | None) -> Store:
        """The store with this id or code elsewhere from now on; None leaves what is, an empty word
        forgets it. NoSuchStore, BadName or BadRegion."""
        with writing(self.engine) as connection:
            return PeopleStore(connection).move_store(store, **_at(region, campus))

    def _store(
        self, people: PeopleStore, merchant: Merchant, name: str, at: dict[str, str | None]
    ) -> Store:
        store = Store(
            id=new_id("st", entropy=self.entropy(ID_BYTES)),
            merchant_id=merchant.id,
            name=_name(name),
            code=new_code(STORE_LETTERS, entropy=self.entropy(ID_BYTES)),
            created_at=self.now,
            **at,
        )
        people.add_store(store)
        return store


def make_key(
    merchant: Merchant, *, mode: Mode, scopes: frozenset[Scope], now: datetime, entropy: Entropy
) -> NewKey:
    """A key that is not stored yet."""
    token = key_token(mode, entropy=entropy(SECRET_BYTES))
    key = ApiKey(
        id=new_id("ky", entropy=entropy(ID_BYTES)),
        merchant_id=merchant.id,
        mode=mode,
        digest=digest_of(token),
        last4=token[-LAST:],
        scopes=scopes,
        created_at=now,
        last_used_at=None,
        revoked_at=None,
    )
    return NewKey(token=token, key=key)


def _at(region: str | None, campus: str | None) -> dict[str, str | None]:
    """What was said of where a store is; an empty word is nowhere."""
    at: dict[str, str | None] = {}
    if region is not None:
        if region and not NAME.fullmatch(region):
            raise BadRegion("a region is a word of small letters, digits and hyphens")
        at["region"] = region or None
    if campus is not None:
        at["campus"] = _name(campus) if campus else None
    return at


def _name(text: str) -> str:
    """A name as it will be shown; BadName."""
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadName(f"a name has 1 to {LONGEST_NAME} printable characters")
    if holds_identifier(name):
        raise BadName("this looks like an IMEI, not like a name")
    return name
